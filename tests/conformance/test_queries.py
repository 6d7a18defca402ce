"""What people type, as the tables of the query language have it, over three hundred articles in nine languages: every
engine finds what brute force finds of the same plan."""

from __future__ import annotations

from datetime import date

import pytest
from archives import Told
from comparing import compare
from golden_queries import ROWS, TODAY

from indexer.analysis.analyzer import Analyzer
from searchapp.query.examples import SECTIONS
from searchapp.query.parser import parse_query
from searchapp.search.plan import FacetRequest, Plan
from searchapp.search.planner import plan_search
from searchapp.search.port import Engine
from searchapp.search.request import Filters, SearchRequest

TYPED = tuple(
    dict.fromkeys(
        [
            *(row.typed for row in ROWS),
            *(example.typed for section in SECTIONS for example in section.examples),
            # what the archive has been given to be found
            *('"well being"', "well-being", "wellbeing", "us", "US", "U.S.", '"us"', "nato", "NATO", "at&t", "résumé"),
            *(
                '"human rights" OR "ceasefire talks"',
                "title:mine -map*",
                "Aliev~ -lang:ru",
                "Erdogan",
                "Eliyev",
                "Muller",
            ),
            *(
                "straße",
                "地雷",
                "日本",
                '"日本の新聞"',
                "地雷の地図",
                "02091-C-71",
                "covid-19",
                '"covid 19"',
                "g7",
                "B",
            ),
            *("human NEAR/3 rights", "mine NEAR/2 map", '"well-being mine"~4', "rights NEAR/4 women NEAR/4 peace"),
            *(
                "state-of-the-art",
                "minefields",
                "minefield",
                "мины",
                "карта NEAR/5 мины",
                "xəritə*",
                "İstanbul",
                "ılık",
            ),
            *(
                'author:"john smith"',
                'author:"smith john"',
                "author:obrien",
                'tag:"land mines"',
                "source:тасс",
                "-tag:sport",
            ),
            *(
                "Alief~2",
                "Əliyv~1",
                "mnie~",
                "tag:econ*",
                "author:ismailova~1",
                "min?",
                "s?mmit",
                "prot*t",
                "the",
                "to be",
            ),
        ]
    )
)
ANALYZER = Analyzer()
PLENTY_MS = 60_000.0


def plan_typed(typed: str, engine: Engine, request: SearchRequest, today: date = TODAY) -> Plan:
    query = parse_query(typed, today)
    return plan_search(query, request, engine.facts().langs, ANALYZER, PLENTY_MS).plan


@pytest.mark.parametrize("match", ["auto", "all", "any"])
def test_what_is_typed_finds_what_brute_force_finds(engine: Engine, told: Told, match: str) -> None:
    wrong = []
    # Most queries are the same however their plain words are joined.
    for typed in TYPED if match == "auto" else TYPED[::4]:
        plan = plan_typed(typed, engine, SearchRequest(q=typed, match=match, rank="bm25", per_page=10))
        try:
            compare(engine, told.oracle, plan)
        except AssertionError as error:
            wrong.append(f"{typed}: {error}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(source=("Reuters", "The Star"), lang=("en",)),
        Filters(year=("2020", "2021", "x"), tag=("sport",)),
        Filters(author=("Ada Lorne",), collection=("wires", "main"), from_day=date(2020, 1, 1)),
        Filters(from_day=date(2021, 3, 1), to_day=date(2021, 3, 31)),
        Filters(to_day=date(2020, 12, 31)),
        Filters(source=("",)),
    ],
    ids=["all", "outlets", "years", "names", "month", "until", "no outlet"],
)
def test_filters_sorts_facets_and_buckets_are_those_of_brute_force(
    engine: Engine, told: Told, filters: Filters
) -> None:
    facets = tuple(FacetRequest(name, 3) for name in ("source", "author", "lang", "tag", "collection", "year"))
    for typed in ("", "mine map", "mine OR карта OR 地雷", '"human rights"', "-the"):
        for sort, interval in (("relevance", "day"), ("newest", "month"), ("oldest", "year")):
            request = SearchRequest(
                q=typed, sort=sort, filters=filters, facets=facets, histogram=interval, rank="bm25", page=2, per_page=5
            )
            compare(engine, told.oracle, plan_typed(typed, engine, request))
