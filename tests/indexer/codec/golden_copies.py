"""Pieces as agencies send them and papers print them: which are the same piece, and which only look like it."""

from __future__ import annotations


def join_paragraphs(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


LEAD = (
    "QUELLPORT, March 4 - Dock workers in the northern harbour of Quellport laid down their work on Monday after talks "
    "about night shifts broke down, leaving eleven freighters waiting in the roads and a queue of lorries that reached "
    "the motorway by noon."
)
DEMAND = (
    "The union said that crews had been asked to stay on call for three nights in a row without a day of "
    "rest, which it "
    "called a breach of the agreement signed two winters ago. The port authority denied this and offered to open its "
    "rosters to an independent arbiter."
)
QUOTE = (
    '"Nobody here wants a strike, but nobody can lift containers in a gale after two hours of sleep," '
    "said Marit Oselle, "
    "who speaks for the crane drivers. She expected a meeting with the harbour master before the end of the week."
)
TRADE = (
    "Quellport handles a third of the country's fruit imports. Wholesalers in the capital said that prices of citrus "
    "would rise within days if the ships could not be unloaded, and a bakery chain warned that its stock of raisins "
    "would last until Thursday."
)
LAST = (
    "The last strike in the harbour, nine years ago, ended after the government named a mediator. A spokesman for the "
    "ministry of transport said that it was following the dispute and saw no reason to step in for the time being."
)
MORE = (
    "Local bus services to the docks were cut by half on Monday afternoon, and the city opened a school "
    "hall to drivers "
    "who had spent the night in their cabs."
)
PIECE = join_paragraphs(LEAD, DEMAND, QUOTE, TRADE, LAST)

#: Copies of the piece, each with what was done to it.
COPIES = {
    "another headline above the same text": PIECE,
    "in capitals": PIECE.upper(),
    "in other lines": PIECE.replace(". ", ".\n"),
    "its last sentence cut": PIECE.rpartition(" A spokesman")[0],
    "a paragraph added": f"{PIECE}\n\n{MORE}",
    "a paragraph added in the middle": join_paragraphs(LEAD, DEMAND, MORE, QUOTE, TRADE, LAST),
    "its dateline gone and a word put right": PIECE.replace("QUELLPORT, March 4 - ", "").replace("lorries", "trucks"),
    "three words edited": PIECE.replace("Monday", "Tuesday").replace("gale", "storm").replace("citrus", "oranges"),
}


def market(day: str, figures: tuple[int, ...]) -> str:
    """A closing report: every day the same words around other figures."""
    one, two, three, four, five, six, seven, eight = figures
    return (
        f"Shares on the Lindmere exchange closed mixed on {day}. The all-share index stood at {one}.{two} points, with "
        f"{three} gainers against {four} losers. Lindmere Steel ended at {five} crowns, Quell Shipping at "
        f"{six} crowns, "
        f"Northern Grain at {seven} crowns and Oselle Glass at {eight} crowns. Turnover was {three + four} "
        f"million crowns. "
        f"Gold was fixed at {one + five} crowns an ounce. The crown bought {two}.{six} cents. Ten-year bonds yielded "
        f"{eight % 9}.{four} per cent, three-month bills {seven % 7}.{two} per cent and overnight money "
        f"{one % 5}.{six} per cent. Of the blue chips Harbour Bank gained {five} and Coastal Rail lost {seven}."
    )


def weather(day: str, sky: str, wind: str, highs: tuple[int, int, int]) -> str:
    return (
        f"{day} will be {sky} along the coast with {wind} winds. Highs of {highs[0]} degrees are expected in "
        f"Quellport, "
        f"{highs[1]} in Lindmere and {highs[2]} in the hills. Tonight it will be {sky} at first and then clearing. The "
        f"outlook for the rest of the week is {sky}, with {wind} winds and temperatures near {highs[0] - 3} degrees. "
        f"Sailors should expect {wind} gusts off the northern cape and a swell of {highs[2] % 4} metres."
    )


FOLLOW_UP = join_paragraphs(
    "QUELLPORT, March 9 - Dock workers in Quellport went back to work on Saturday after the port "
    "authority agreed to limit "
    "stand-by duty to one night a week, ending a walkout that had kept freighters waiting for five days.",
    "The two sides signed the paper shortly after midnight in the harbour master's office. Crane drivers "
    "will be paid for "
    "the hours lost to the gale, and a panel of three will look at the rosters every quarter.",
    "Marit Oselle of the crane drivers called it a fair end. The first of the waiting ships, loaded with lemons, was "
    "brought in by two tugs at dawn, and the queue of lorries was gone by the evening.",
    TRADE,
)

#: A report of every week.
ROUTINE = (
    "The harbour at {} handled {} ferries in the week, the port office said. The council will vote on new berths next "
    "month. Pilots asked for lights along the eastern mole, and the harbour master agreed to a trial."
)

#: Pairs of articles that are no copies of each other.
OTHERS = {
    "two closing reports": (
        market("Monday", (2411, 73, 118, 96, 45, 812, 37, 64)),
        market("Thursday", (2398, 15, 87, 134, 44, 806, 39, 61)),
    ),
    "two forecasts": (
        weather("Monday", "overcast", "fresh westerly", (9, 7, 3)),
        weather("Friday", "bright", "light easterly", (14, 12, 9)),
    ),
    "a short report of every week": (ROUTINE.format("Quellport", 120), ROUTINE.format("Lindmere", 122)),
    "a short report with another figure": (ROUTINE.format("Quellport", 120), ROUTINE.format("Quellport", 134)),
    "a piece and the next one about the same matter": (PIECE, FOLLOW_UP),
    "a piece and a brief of its first paragraph": (PIECE, LEAD),
}

#: The same notice word by word, too short to be told from what is the same by chance.
SHORT = "The library on Customs Street is closed on Monday. Books may be returned through the flap."
