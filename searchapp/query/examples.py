"""The query language by example: one table for docs/query-language.md, the parser's tests, and the page's help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Example(NamedTuple):
    typed: str
    means: str


class Section(NamedTuple):
    title: str
    examples: tuple[Example, ...]


#: What the searches mean that a front page begins with.
MEANS: Final[Mapping[str, str]] = {
    "words": "articles with these words, in any of their forms",
    "phrase": "exactly this phrase",
    "or": "articles with either word",
    "author": "what one person wrote",
    "source": "what one outlet published",
    "year": "what was published in one year",
}

SECTIONS = (
    Section(
        "Words",
        (
            Example("minefield maps", f"{MEANS['words']}; where fewer than 10 have both, then those with either"),
            Example("mine or map and chart not plan", "small or, and, not are words"),
            Example("who won?", "a question mark at the end is a question mark"),
            Example("a (b c) d", "brackets without an operator in them say nothing: four words"),
            Example(r"mine \OR map", "the word OR"),
        ),
    ),
    Section(
        "Phrases",
        (
            Example('"human rights"', f"{MEANS['phrase']}: these words in these forms, side by side"),
            Example("“human rights”", "curly quotes"),
            Example("„human rights“", "those of other languages: „ “ « » ‹ › ‘ ’ 「 」 『 』 《 》"),
            Example('minefield "human rights" maps title:armenia', "phrases and fields may stand among words"),
        ),
    ),
    Section(
        "Patterns and close spellings",
        (
            Example("protest*", "words that begin so, in any language"),
            Example("gov*ment", "any letters, or none, in the place of the star"),
            Example("organi?ation", "one letter, any, in the place of a question mark between letters"),
            Example(
                "Aliev~", "spellings one step away: a letter more, less or other, or two neighbours in turned order"
            ),
            Example("protest* organi?ation Aliev~2", "two steps; patterns and close spellings are words among words"),
            Example("author:smi* title:protest*", "in fields too"),
        ),
    ),
    Section(
        "Words near each other",
        (
            Example('"ceasefire talks"~5', "in any order, with at most five other words between them"),
            Example("mine NEAR/10 map", "the same for words in any form"),
            Example("mine NEAR map", "ten where nothing is said"),
            Example("mine NEAR/2 map NEAR/2 chart", "all three in one window, with at most two other words in it"),
            Example('danger mine NEAR/5 "human rights" map', "phrases too; NEAR binds before all other operators"),
            Example("title:mine NEAR/5 map", "both in the field"),
        ),
    ),
    Section(
        "Operators",
        (
            Example("mine OR map", MEANS["or"]),
            Example("mine || map && chart", "the same signs as programmers type them"),
            Example("mine ＯＲ （map ＆＆ chart）", "full-width forms"),
            Example("мины ИЛИ карта НЕ план", "the same in Russian, since a Cyrillic keyboard has no letter of OR"),
            Example("mine AND map", "both, even where any of the words would do"),
            Example(
                "mine map OR chart plan", "words side by side belong together before OR: (mine map) OR (chart plan)"
            ),
            Example("mine AND map OR chart", "AND before OR"),
            Example("(mine OR map) chart", "brackets change that; full-width ones as well"),
            Example("mine NOT map", "the first without the second"),
            Example("mine -map", "the same; the hyphen stands before the word"),
            Example('mine -"human rights"', "without the phrase"),
            Example("mine -(map OR chart)", "without either"),
            Example("well-being of the people", "a hyphen in a word is no NOT"),
            Example("London – Paris", "a dash is no NOT"),
        ),
    ),
    Section(
        "Fields",
        (
            Example("title:armenia", "in the headline"),
            Example('author:"Vafa Ismayilova"', MEANS["author"]),
            Example("source:Reuters mine", f"{MEANS['source']} about it"),
            Example("tag:sport", "what the outlet filed it under"),
            Example("title:(mine OR map) chart", "a bracket in a field"),
            Example("-source:Reuters mine", "from any other outlet"),
            Example(
                "headline:mine by:Ismayilova site:Reuters",
                "other names: headline, intitle; by, byline; from, site, outlet, publisher",
            ),
            Example("language:en topic:sport", "language; tags, topic, keyword, section"),
            Example("lang:(EN OR Az)", "in either language"),
            Example(
                "15:29 AC/DC: Armenia: https://a.b/c?d=e:f std::vector C:\\x",
                "colons that belong to words are no fields",
            ),
        ),
    ),
    Section(
        "Days",
        (
            Example("date:2021", f"{MEANS['year']}, by the outlet's own calendar"),
            Example("date:2021-03", "that month"),
            Example("date:2021-03-12", "that day; 12.03.2021 and 20210312 too"),
            Example("date:2020..2021", "both years"),
            Example("date:2020-05..", "from May 2020 on"),
            Example("date:..2021", "up to the end of 2021"),
            Example("after:2021", "from 2022 on"),
            Example("before:2021", "up to the end of 2020"),
            Example("since:2021", "from 2021 on"),
            Example("until:2021", "up to the end of 2021"),
            Example("on:2021-03-12 mine", "on and day are date"),
            Example("date:yesterday", "and today, tomorrow"),
            Example('date:"last week"', "Monday to Sunday before this week; this and last week, month, year"),
            Example("date:last week mine", "the same without quotes; a hyphen may stand for the space"),
            Example('date:"last 7 days"', "the seven days that end today; weeks, months, years too"),
            Example('after:"3 days ago"', "weeks, months, years too; figures or words up to twelve"),
            Example("date:“March 2021”", "and 12 March 2021, in any language whose months are known"),
            Example("date:вчера", "today, yesterday, tomorrow in other languages"),
            Example("date:(2020 OR 2018..2019) mine", "several"),
        ),
    ),
    Section(
        "What is put right, with a note",
        (
            Example('"human rights', "the phrase ends where the words end"),
            Example("(mine OR map", "the bracket closes at the end"),
            Example("mine) map", "the bracket is ignored"),
            Example("AND AND mine", "the operators are ignored"),
            Example("mine - map", "the lone hyphen is ignored"),
            Example("mine NOT NOT map chart", "not not is nothing"),
            Example("-map", "all other articles"),
            Example("foo:bar", "no such field: two words"),
            Example("title:", "nothing to look for in the field: a word"),
            Example("Source: Reuters said", "prose: a capital, and a space behind the colon"),
            Example("date:2021-13 mine", "no such month: the date is left out"),
            Example("date:2021..2020", "turned round"),
            Example(
                "ARMENIA AND AZERBAIJAN SIGN PEACE", "more than three words in capitals: a headline, AND is a word"
            ),
            Example("*ment", "nothing stands before the star: it is ignored"),
            Example("p*", "one letter is too little: the star is ignored"),
            Example("Aliev~3", "two steps are the most"),
            Example('"a b"~99999999999', "no words are so far apart"),
            Example("mine NEAR/2 map NEAR/7 chart", "one window, so one distance: the widest"),
            Example("(mine OR map) NEAR/5 chart", "NEAR joins words and phrases: read as AND"),
        ),
    ),
)
