"""What a cluster is asked, for every kind of plan. That it means the same there is shown in tests/conformance."""

from __future__ import annotations

from datetime import date

import pytest

from searchapp.backends.cluster.answers import NO_ANSWER, Answer, draw_histogram, read_answer, read_facets
from searchapp.backends.cluster.bodies import count_values, list_hits, order_hits
from searchapp.backends.cluster.places import find_window
from searchapp.backends.cluster.queries import matching, scoring
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    DaysWithin,
    EveryArticle,
    Exclude,
    FacetRequest,
    NoArticle,
    PhrasePlan,
    SpellingPlan,
    Unit,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.port import Bucket, FacetCount
from searchapp.search.spellings import CloseTo, Wildcard

TERMS, SURFACES = 5, 3


def lanes(field: str, reading: str) -> list[str]:
    return [f"{field}_{reading}_{lane}" for lane in range(TERMS if reading == "terms" else SURFACES)]


def word(*terms: str, scope: str = "text", surface: bool = False, weight: float = 1.0) -> WordPlan:
    return WordPlan(scope, tuple((term,) for term in terms), surface, weight, 0)


def any_of(*queries: dict) -> dict:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def slot(field: str, reading: str, *terms: str) -> dict:
    return {
        "any_of": {
            "intervals": [
                {"match": {"query": term, "use_field": lane}} for term in terms for lane in lanes(field, reading)
            ]
        }
    }


def side_by_side(*slots: dict) -> dict:
    return {"all_of": {"intervals": list(slots), "max_gaps": 0, "ordered": True}}


def test_a_word_is_looked_for_in_every_lane_of_both_texts() -> None:
    expected = [
        {"terms": {lane: ["en:mine", "de:min"]}} for lane in (*lanes("title", "terms"), *lanes("body", "terms"))
    ]
    assert matching(word("en:mine", "de:min")) == any_of(*expected)


@pytest.mark.parametrize("scope", ["author", "source", "tag"])
def test_names_are_looked_up_by_surfaces_in_their_own_field(scope: str) -> None:
    expected = [{"terms": {lane: ["ada"]}} for lane in lanes(scope, "surfaces")]
    assert matching(word("ada", scope=scope, surface=True)) == any_of(*expected)


def test_the_parts_of_a_word_stand_side_by_side() -> None:
    asked = matching(WordPlan("title", (("en:wellb",), ("en:well", "en:be")), surface=False, weight=1.0, clause=0))
    parts = side_by_side(slot("title", "terms", "en:well"), slot("title", "terms", "en:be"))
    expected = [{"terms": {lane: ["en:wellb"]}} for lane in lanes("title", "terms")]
    assert asked == any_of(*expected, {"intervals": {"title_terms_0": parts}})


def test_a_phrase_is_slots_of_surfaces_in_any_of_its_spellings() -> None:
    phrase = PhrasePlan("title", ((("well",), ("being", "^being")), (("wellbeing",),)), 1.0, 0)
    expected = {
        "any_of": {
            "intervals": [
                side_by_side(slot("title", "surfaces", "well"), slot("title", "surfaces", "being", "^being")),
                slot("title", "surfaces", "wellbeing"),
            ]
        }
    }
    assert matching(phrase) == {"intervals": {"title_surfaces_0": expected}}


def test_two_words_near_each_other_are_asked_for_in_either_order() -> None:
    window = WindowPlan("title", ((Unit(((("mine",),),), True), Unit(((("en:map",),),), False)),), 3, 1.0, 0)
    mine, map_ = slot("title", "surfaces", "mine"), slot("title", "terms", "en:map")
    orders = [
        {"all_of": {"intervals": [*pair], "max_gaps": 3, "ordered": True}} for pair in ((mine, map_), (map_, mine))
    ]
    assert matching(window) == {"intervals": {"title_terms_0": {"any_of": {"intervals": orders}}}}


def test_a_phrase_near_a_word_may_hold_it_but_not_begin_with_it() -> None:
    units = (Unit(((("human",), ("rights",)),), True), Unit(((("rights",),),), True))
    (_, _, inside) = find_window(WindowPlan("title", (units,), 0, 1.0, 0), ("t",), ("s",))["any_of"]["intervals"]
    human, rights = ({"match": {"query": text, "use_field": "s"}} for text in ("human", "rights"))
    at_its_end = {"all_of": {"intervals": [rights], "filter": {"containing": rights}}}
    assert inside == {"all_of": {"intervals": [human, at_its_end], "max_gaps": 0, "ordered": True}}


def test_many_words_in_one_window_are_asked_for_in_no_order() -> None:
    units = tuple(Unit((((text,),),), True) for text in ("a", "b", "c", "d", "e", "f"))
    asked = find_window(WindowPlan("title", (units,), 9, 1.0, 0), ("t",), ("s",))
    assert (asked["all_of"]["ordered"], asked["all_of"]["max_gaps"], len(asked["all_of"]["intervals"])) == (False, 9, 6)


@pytest.mark.parametrize(
    ("pattern", "asked"),
    [
        ("prot*", {"prefix": {"F": {"value": "prot"}}}),
        ("pr?t*", {"wildcard": {"F": {"value": "pr?t*"}}}),
        ("a\\b*", {"wildcard": {"F": {"value": "a\\\\b*"}}}),
    ],
)
def test_a_pattern_fits_forms_with_the_mark_of_an_acronym_and_without(pattern: str, asked: dict) -> None:
    found = matching(SpellingPlan("tag", Wildcard(pattern), 1.0, 0))
    ((kind, of_field),) = asked.items()
    value = of_field["F"]["value"]
    assert found == any_of(
        *(
            any_of({kind: {lane: {"value": value}}}, {kind: {lane: {"value": f"^{value}"}}})
            for lane in lanes("tag", "surfaces")
        )
    )


def test_a_close_spelling_may_begin_otherwise_and_takes_every_form() -> None:
    plain, marked = matching(SpellingPlan("tag", CloseTo("nato", 2), 1.0, 0))["bool"]["should"][0]["bool"]["should"]
    rest = {"fuzziness": 2, "transpositions": True, "rewrite": "constant_score"}
    assert plain == {"fuzzy": {"tag_surfaces_0": {"value": "nato", "prefix_length": 0, **rest}}}
    assert marked == {"fuzzy": {"tag_surfaces_0": {"value": "^nato", "prefix_length": 1, **rest}}}


def test_days_lie_wholly_within_and_undated_articles_nowhere() -> None:
    first, last = {"range": {"first_day": {"gte": "2021-03-01"}}}, {"range": {"last_day": {"lte": "2021-03-31"}}}
    both = DaysWithin(date(2021, 3, 1), date(2021, 3, 31))
    assert matching(both) == {"bool": {"filter": [first, last]}}
    assert matching(DaysWithin(None, date(2021, 3, 31))) == last
    assert matching(DaysWithin(None, None)) == {"exists": {"field": "first_day"}}


def test_sets_are_made_of_sets() -> None:
    value = ValueIn("lang", ("en", "az"))
    asked = {"terms": {"lang": ["en", "az"]}}
    assert matching(value) == asked
    assert matching(ValueIn("year", ("2021", "x", "999"))) == {"terms": {"year": ["2021", "0999"]}}
    assert matching(Exclude(value)) == {"bool": {"must_not": [asked]}}
    assert matching(AllOf((value, EveryArticle()))) == {"bool": {"filter": [asked, {"match_all": {}}]}}
    assert matching(AnyOf((value, NoArticle()))) == any_of(asked, {"match_none": {}})
    assert (matching(AllOf(())), matching(AnyOf(()))) == ({"match_all": {}}, {"match_none": {}})


def test_a_word_is_scored_as_one_whatever_the_rarity_of_its_spellings() -> None:
    rarities = {("en:mine",): 2.0, ("de:min",): 8.0, ("en:mine", "de:min"): 1.5}

    def rarity(clause: WordPlan) -> float:
        return rarities[tuple(run[0] for run in clause.alternatives)]

    asked = scoring(word("en:mine", "de:min", weight=2.0), rarity)
    first, second = (each["combined_fields"] for each in asked["dis_max"]["queries"])
    assert (first["query"], first["boost"]) == ("en:mine", 2.0 * 1.5 / 2.0)
    assert (second["query"], second["boost"]) == ("de:min", 2.0 * 1.5 / 8.0)
    title = [f"{lane}^2.5" for lane in lanes("title", "terms")]
    assert first["fields"] == second["fields"] == [*title, *lanes("body", "terms")]


def test_what_only_narrows_adds_nothing_to_a_score() -> None:
    day = DaysWithin(date(2021, 3, 12), None)
    within = {"range": {"first_day": {"gte": "2021-03-12"}}}
    mine = scoring(word("en:mine"), lambda _: 1.0)
    assert scoring(AllOf((word("en:mine"), day)), lambda _: 1.0) == {"bool": {"must": [mine], "filter": [within]}}
    assert scoring(AnyOf((word("en:mine"), day)), lambda _: 1.0) == any_of(
        mine, {"constant_score": {"filter": within, "boost": 0.0}}
    )


def test_orders_are_total_and_put_what_has_no_day_last() -> None:
    day = {"first_day": {"order": "desc", "missing": "_last"}}
    assert order_hits("relevance") == [{"_score": "desc"}, day, {"id": "asc"}]
    oldest = [{name: {"order": "asc", "missing": "_last"}} for name in ("first_day", "instant")]
    assert order_hits("oldest") == [*oldest, {"id": "asc"}]
    after = list_hits({"match_all": {}}, order_hits("oldest"), 30, 10, after=(1, 2, "x"))
    assert after["search_after"] == [1, 2, "x"]
    assert "from" not in after


def test_values_are_counted_beyond_what_is_shown() -> None:
    asked = count_values(FacetRequest("author", 10))["terms"]
    assert (asked["field"], asked["size"]) == ("author", 10)
    assert asked["shard_size"] > 1000


def buckets_of(counted: dict[int | str, int]) -> dict:
    return {"buckets": [{"key": key, "doc_count": count} for key, count in counted.items()]}


@pytest.mark.parametrize(
    ("interval", "keys", "expected"),
    [
        ("year", ("2019", "2021"), ("2019", "2020", "2021")),
        ("month", (-31_536_000_000, -26_438_400_000), ("1969-01", "1969-02", "1969-03")),
        ("day", (1_582_934_400_000, 1_583_020_800_000), ("2020-02-29", "2020-03-01")),
    ],
)
def test_empty_buckets_are_filled_in(interval: str, keys: tuple, expected: tuple[str, ...]) -> None:
    answer = Answer((), 3, False, True, {"histogram": buckets_of({keys[0]: 1, keys[-1]: 2})})
    drawn = draw_histogram(answer, interval, {})
    assert tuple(bucket.start for bucket in drawn) == expected
    assert (drawn[0].count, drawn[-1].count) == (1, 2)
    assert Bucket(expected[-1], 2, 0) == drawn[-1]


def test_an_answer_of_some_shards_is_not_whole() -> None:
    whole = {"total": 3, "successful": 3, "failed": 0}
    body = {"timed_out": False, "_shards": whole, "hits": {"total": {"value": 7}, "hits": []}}
    assert (read_answer(body).is_whole, read_answer(body).is_late, read_answer(body).total) == (True, False, 7)
    for shards in ({**whole, "failed": 1, "successful": 2}, {**whole, "successful": 2}):
        partial = read_answer({**body, "_shards": shards})
        assert (partial.is_whole, partial.is_late, partial.total) == (False, False, 7)
    late = {**body, "timed_out": True}
    assert (read_answer(late).is_whole, read_answer(late).is_late) == (False, True)
    assert read_facets(NO_ANSWER, (FacetRequest("lang"),))[0].counts == ()
    counted = read_facets(Answer((), 1, False, True, {"facet 0": buckets_of({"en": 4})}), (FacetRequest("lang"),))
    assert counted[0].counts == (FacetCount("en", 4),)
