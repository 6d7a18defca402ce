"""From what is typed to the plan: which words count, how they are spelled, and how the query says what it became."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from searchapp.query.parser import parse_query
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    DaysWithin,
    EveryArticle,
    Exclude,
    NoArticle,
    PhrasePlan,
    PlanNode,
    RankedWord,
    SpellingPlan,
    Unit,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.planner import PlannedSearch, plan_search, plan_tree
from searchapp.search.port import FacetCount
from searchapp.search.request import Filters, SearchRequest
from searchapp.search.spellings import CloseTo, Spelling, Wildcard

ANALYZER = Analyzer()
LANGS = tuple(FacetCount(lang, 10 - place) for place, lang in enumerate(("en", "az", "de", "en-GB", "und")))
TODAY = date(2021, 3, 12)


def plan(q: str, **options) -> PlannedSearch:
    request = SearchRequest(q=q, **options)
    return plan_search(parse_query(q, TODAY), request, LANGS, ANALYZER, 1000)


words = st.lists(
    st.sampled_from(
        ["mine", "maps", "the", "of", "us", "US", "well-being", "die", "will", "oil", "Müller", "G7", "a*"]
    ),
    min_size=1,
    max_size=5,
)


@given(words, st.sampled_from([" ", " ", " OR ", " AND "]), st.sampled_from(["auto", "all", "any"]))
def test_plain_words_are_planned_as_any_tree_is(typed: list[str], sign: str, match: str) -> None:
    q = sign.join(typed)
    request = SearchRequest(q=q, match=match)
    query = parse_query(q, TODAY)
    for langs in (LANGS, LANGS[:1], ()):
        names = tuple(lang.value for lang in langs)
        assert plan_search(query, request, langs, ANALYZER, 1000) == plan_tree(query, request, names, ANALYZER, 1000)


DAYS = " date:2020-01-31..2021-02"


@pytest.mark.parametrize("match", ["auto", "all", "any"])
@pytest.mark.parametrize("days", ["", DAYS])
@pytest.mark.parametrize(
    "q",
    [
        '"human rights"',
        '"well-being act"',
        '"the of"',
        '"maps"',
        "protest*",
        "organi?ation",
        "nat*",
        "a*",
        "well-be*",
        "Aliev~",
        "Aliyev~2",
        "12~",
        "(mine OR maps)",
        "(the OR maps)",
        "(mine AND of AND maps)",
        "mine maps",
        "the maps",
        "of the",
        "mine mine",
        "us",
    ],
)
def test_what_is_typed_most_is_planned_as_any_tree_is(q: str, days: str, match: str) -> None:
    query = parse_query(q + days, TODAY)
    for langs in (LANGS, LANGS[:1], ()):
        names = tuple(lang.value for lang in langs)
        request = SearchRequest(q=q + days, match=match)
        planned = plan_search(query, request, langs, ANALYZER, 1000)
        assert planned == plan_tree(query, request, names, ANALYZER, 1000)


def show(node: PlanNode, planned: PlannedSearch) -> str:
    """The tree in short: words as they were typed, scope before them where it is not the text."""
    match node:
        case WordPlan() | PhrasePlan():
            text = planned.clauses[node.clause].text
            scope = "" if node.scope == "text" else f"{node.scope}:"
            quotes = '"' if isinstance(node, PhrasePlan) else "'" if node.surface else ""
            return f"{scope}{quotes}{text}{quotes}" + (f"*{node.weight:g}" if node.weight != 1 else "")
        case SpellingPlan(scope) | WindowPlan(scope):
            text = planned.clauses[node.clause].text
            return (
                ("" if scope == "text" else f"{scope}:")
                + f"<{text}>"
                + (f"*{node.weight:g}" if node.weight != 1 else "")
            )
        case AllOf(children):
            return f"all({', '.join(show(child, planned) for child in children)})"
        case AnyOf(children):
            return f"any({', '.join(show(child, planned) for child in children)})"
        case Exclude(child):
            return f"not({show(child, planned)})"
        case ValueIn(facet, values):
            return f"{facet}={'|'.join(values)}"
        case DaysWithin(first, last):
            return f"{first}..{last}"
        case EveryArticle():
            return "everything"
        case NoArticle():
            return "nothing"


@pytest.mark.parametrize(
    ("q", "all_words", "any_words", "understood"),
    [
        ("minefield maps", "all(minefield, maps)", "any(minefield, maps)", "minefield AND maps"),
        ("the minefield of maps", "all(minefield, maps)", "any(minefield, maps)", "minefield AND maps"),
        ("to be or not to be", "all(to*2, be*2, or, not)", "any(to*2, be*2, or, not)", None),
        ("the", "the", "the", "the"),
        ("war war peace", "all(war*2, peace)", "any(war*2, peace)", None),
        ('the "human rights"', '"human rights"', '"human rights"', '"human rights"'),
        ('"to be"', '"to be"', '"to be"', '"to be"'),
        ('"elections"', "'elections'", "'elections'", '"elections"'),
        ("war -peace", "all(war, not(peace))", "all(war, not(peace))", "war AND NOT peace"),
        ("war talks -the", "all(all(war, talks), not(the))", "all(any(war, talks), not(the))", None),
        ("a OR mines", "mines", "mines", "mines"),
        ("war OR peace", "any(war, peace)", "any(war, peace)", "war OR peace"),
        ("title:war maps", "all(title:war, maps)", "all(title:war, maps)", "title:war AND maps"),
        ("title:(war maps)", "all(title:war, title:maps)", "any(title:war, title:maps)", None),
        ("author:the", "author:'the'", "author:'the'", "author:the"),
        ("author:(Vafa Ismayilova)", "all(author:'Vafa', author:'Ismayilova')", None, None),
        ('source:"The Star" the', 'all(source:"The Star", the)', None, None),
        ("lang:en war", "all(lang=en|en-GB, war)", None, None),
        ("lang:xx war", "all(lang=xx, war)", None, None),
        ("date:2020 the", "all(2020-01-01..2020-12-31, the)", None, None),
        ("AT&T", "AT&T", None, None),
        ("the protest*", "<protest*>", "<protest*>", "protest*"),
        ("war protest*", "all(war, <protest*>)", "any(war, <protest*>)", "war AND protest*"),
        ("protest* protest*", "<protest*>*2", "<protest*>*2", None),
        ("author:smi* title:Aliev~", "all(author:<smi*>, title:<Aliev~1>)", None, "author:smi* AND title:Aliev~1"),
        ("Armenia/Azerb*", "all(Armenia, <Azerb*>)", "any(Armenia, <Azerb*>)", "Armenia/Azerb*"),
        ("日本*", "日本", "日本", "日本*"),
        ("war -protest*", "all(war, not(<protest*>))", None, "war AND NOT protest*"),
        ("the war NEAR/5 of", "<war NEAR/5 of>", None, "war NEAR/5 of"),
        ('war NEAR/5 "human rights"', '<war NEAR/5 "human rights">', None, None),
        ("war NEAR/5 !!!", "war", None, "war"),
        ('"human rights"~5', '<"human rights"~5>', None, '"human rights"~5'),
        ("author:(vafa NEAR/2 ismayilova)", "author:<vafa NEAR/2 ismayilova>", None, None),
        ("well-being", "well-being", None, None),
        ("", "everything", None, None),
        ("   ", "everything", None, None),
        ("!!! ?", "nothing", None, None),
        ("war !!!", "war", "war", "war"),
    ],
)
def test_query_becomes_a_plan(q: str, all_words: str, any_words: str | None, understood: str | None) -> None:
    planned = plan(q)
    assert show(planned.plan.all_words, planned) == all_words
    assert show(planned.plan.any_words, planned) == (any_words or all_words)
    if understood is not None:
        assert planned.understood == understood


def test_match_any_is_understood_as_or() -> None:
    assert plan("minefield maps", match="any").understood == "minefield OR maps"
    assert plan("minefield -maps", match="any").understood == "minefield AND NOT maps"


@pytest.mark.parametrize(
    ("q", "any_words", "understood"),
    [
        ('"human rights" maps', 'any("human rights", maps)', '"human rights" OR maps'),
        ('"human rights" AND maps', 'all("human rights", maps)', '"human rights" AND maps'),
        ("maps (war OR peace) -mine", "all(any(maps, any(war, peace)), not(mine))", None),
        ('"human rights" maps source:x', "all(any(\"human rights\", maps), source:'x')", None),
        ("title:maps war date:2020", "all(title:maps, war, 2020-01-01..2020-12-31)", None),
    ],
)
def test_match_any_takes_any_of_what_stands_side_by_side(q: str, any_words: str, understood: str | None) -> None:
    planned = plan(q, match="any")
    assert sorted(show(planned.plan.any_words, planned)) == sorted(any_words)
    assert understood is None or planned.understood == understood


def test_phrase_is_not_given_up_for_want_of_hits() -> None:
    planned = plan('"human rights" maps mines')
    assert show(planned.plan.any_words, planned) == 'all("human rights", any(maps, mines))'


def test_word_is_looked_for_in_every_language_of_the_index() -> None:
    (clause,) = plan("elections").plan.clauses
    assert {("en:elect",), ("de:election",)} <= set(clause.alternatives)
    assert not clause.surface


def test_name_is_looked_for_as_it_is_written() -> None:
    (clause,) = plan("author:Elections").plan.clauses
    assert clause == WordPlan("author", (("elections",),), surface=True, weight=1.0, clause=0)


def test_phrase_with_a_hyphenated_word_has_its_joined_spelling_too() -> None:
    (clause,) = plan('"well-being officer"').plan.clauses
    assert set(clause.variants) == {
        (("well",), ("being",), ("officer",)),
        (("wellbeing",), ("officer",)),
    }


def spelling(q: str) -> Spelling:
    (clause,) = plan(q).plan.clauses
    assert isinstance(clause, SpellingPlan)
    return clause.spelling


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("Protest*", Wildcard("protest*")),
        ("Həmz?t*", Wildcard("hemz?t*")),
        ("gov**ment", Wildcard("gov*ment")),
        ("well-be*", Wildcard("wellbe*")),
        ("AT&T*", Wildcard("at&t*")),
        ("NATO*", Wildcard("nato*")),
        ("O’Br*", Wildcard("o'br*")),
        ("1,000*", Wildcard("1000*")),
        ("3.5*", Wildcard("3.5*")),
        ("protest*,", Wildcard("protest*")),
        ("#metoo*", Wildcard("metoo*")),
        ("ꀀꀁ*", Wildcard("ꀀꀁ*")),
        ("Əliyev~", CloseTo("eliyev", 1)),
        ("well-being~2", CloseTo("wellbeing", 2)),
        ("U.S.~", CloseTo("us", 1)),
        ("us~", CloseTo("us", 1)),
        ("NATO~", CloseTo("nato", 1)),
    ],
)
def test_spelling_is_cut_and_folded_as_every_word_is(q: str, meant: Spelling) -> None:
    assert spelling(q) == meant


def test_words_near_each_other_are_in_any_form_and_quotes_are_not() -> None:
    (clause,) = plan('elections NEAR/5 "human rights" NEAR/5 well-being').plan.clauses
    assert isinstance(clause, WindowPlan)
    assert clause.distance == 5
    assert {tuple(unit.width for unit in units) for units in clause.variants} == {(1, 2, 1), (1, 2, 2)}
    elections, rights, _ = clause.variants[0]
    assert {"en:elect", "de:election"} <= set(elections.runs[0][0])
    assert rights == Unit(((("human", "^human"), ("rights", "^rights")),), surface=True)


def test_a_pattern_too_short_for_its_word_is_told() -> None:
    planned = plan("Armenia/A*")
    assert show(planned.plan.all_words, planned) in {"all(Armenia, A)", "Armenia"}
    assert [(note.code, note.at) for note in planned.notes] == [("pattern_too_short", 0)]


def test_phrase_has_at_most_four_spellings() -> None:
    (clause,) = plan('"well-being post-war self-help long-term"').plan.clauses
    assert len(clause.variants) == 4


def test_pasted_headline_has_no_operators() -> None:
    planned = plan("WAR AND PEACE IN BAKU")
    assert show(planned.plan.all_words, planned) == "all(WAR, PEACE, BAKU)"
    assert planned.notes


def test_what_has_no_word_is_told() -> None:
    assert [(note.code, note.at) for note in plan("war !!!").notes] == [("no_word", 4)]
    assert plan("?!").notes


def test_excluded_words_and_names_are_not_highlighted() -> None:
    planned = plan("war -peace author:vafa title:maps")
    assert [planned.clauses[clause.clause].text for clause in planned.marked] == ["war", "maps"]


def test_filters_become_values_and_days() -> None:
    filters = Filters(source=("A", "B"), year=("2021",), from_day=date(2021, 1, 1))
    assert plan("war", filters=filters).plan.filters == (
        ValueIn("source", ("A", "B")),
        ValueIn("year", ("2021",)),
        DaysWithin(date(2021, 1, 1), None),
    )


def test_page_is_a_slice() -> None:
    made = plan("war", page=3, per_page=20).plan
    assert (made.first, made.count) == (40, 20)


PARTS = ["war", "the", "AND", "OR", "NOT", "-", "(", ")", '"', "title:", "author:", "lang:", "date:2020", "U.S."]
ODD_PARTS = ["well-being", "!!!", "地雷", "\u0301", "\ud800", "*", "~2", "pro*", "a/b*", "地*", "x~", "NEAR/3", '"~2']
typed = st.lists(st.sampled_from(PARTS + ODD_PARTS), max_size=14).map(" ".join)


@given(q=st.one_of(typed, st.text(max_size=60)))
def test_anything_can_be_planned(q: str) -> None:
    planned = plan(q)
    assert len(planned.clauses) == len(planned.plan.clauses)
    assert [clause.clause for clause in planned.plan.clauses] == list(range(len(planned.clauses)))
    if planned.plan.all_words == NoArticle():
        assert planned.notes
    assert planned.understood.strip() or planned.plan.all_words == NoArticle()


def ranked(q: str, **options) -> list[tuple[str, bool]]:
    """As typed, with whether it was typed right behind the word before."""
    return [(word.surfaces[0][0], word.follows) for word in plan(q, **options).plan.ranked]


def test_closeness_looks_at_the_plain_words_of_the_text_in_the_order_of_typing() -> None:
    assert plan("minefield maps").plan.ranked == (
        RankedWord(plan("minefield").plan.clauses[0].alternatives, (("minefield",),), follows=False),
        RankedWord(plan("maps").plan.clauses[0].alternatives, (("maps",), ("^maps",)), follows=True),
    )
    assert ranked("maps of the minefields") == [("maps", False), ("minefields", True)]
    assert ranked("maps OR mines") == ranked("maps AND mines") == [("maps", False), ("mines", False)]
    assert ranked("old maps (new mines OR forts) -peace") == [
        ("old", False), ("maps", True), ("new", False), ("mines", True), ("forts", False)
    ]  # fmt: skip
    assert ranked('maps author:lorne title:mines "peace talks" old* fort') == [("maps", False), ("fort", False)]


@pytest.mark.parametrize(
    ("q", "options"),
    [("maps", {}), ("maps maps", {}), ("maps mines", {"rank": "bm25"}), ("maps mines", {"sort": "newest"})],
)
def test_nothing_is_ranked_again_by_one_word_or_where_it_is_not_wanted(q, options) -> None:
    assert plan(q, **options).plan.ranked == ()
