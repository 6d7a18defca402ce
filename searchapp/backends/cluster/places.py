"""Words that stand side by side or near each other, as interval sources of OpenSearch.

A text lies in lanes (`indexer/backends/opensearch_fields.py`), fields that share their positions. An interval may look
into another field as if it were its own, so a slot is any of its terms in any of the lanes: together they are one text.

Lucene finds the shortest intervals alone, and counts as gaps what is in an interval and in none of its parts. All parts
of ours are of one width each, so the shortest is the one with the fewest gaps, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from math import factorial
from typing import Any, Final, TypeAlias

from searchapp.search.plan import PhrasePlan, Unit, WindowPlan, WordPlan

#: JSON as the cluster takes it.
Json: TypeAlias = dict[str, Any]
#: The lanes of one text.
Lanes: TypeAlias = tuple[str, ...]
#: Rows of slots, each slot a row of alternative terms.
Slots: TypeAlias = Sequence[Sequence[str]]

#: Every order of the units is asked for, so that no two stand at one position, as long as that takes no more terms. A
#: cluster takes 1,024 parts in a query, and a text is a title and a body.
_MOST_TERMS: Final = 300
#: Stands in no text: no term of ours is made of dots.
_NOWHERE: Final = "....."


def find_phrase(clause: PhrasePlan, surfaces: Lanes) -> Json:
    return _any_of([_run(variant, surfaces) for variant in clause.variants])


def find_runs(clause: WordPlan, read: Lanes) -> Json:
    """Where any spelling of a word stands, those of several terms among them."""
    single = tuple(run[0] for run in clause.alternatives if len(run) == 1)
    longer = [_run([(term,) for term in run], read) for run in clause.alternatives if len(run) > 1]
    return _any_of([*([_slot(single, read)] if single else []), *longer])


def find_window(clause: WindowPlan, terms: Lanes, surfaces: Lanes) -> Json:
    """Units that begin at different positions, in a window that is at most `distance` wider than they are together.

    Of two units that is exactly so, and of three words in few spellings. Of more, two may be found at one position (the
    joined form of a hyphenated word and its first part); Lucene itself keeps equal units apart.
    """
    return _any_of([_window(units, clause.distance, terms, surfaces) for units in clause.variants])


def _window(units: Sequence[Unit], distance: int, terms: Lanes, surfaces: Lanes) -> Json:
    lanes = [surfaces if unit.surface else terms for unit in units]
    sources = [_unit(unit, read) for unit, read in zip(units, lanes, strict=True)]
    if len(sources) == 1:
        return sources[0]
    if len(units) == 2:
        (one, other), (ones, others) = units, lanes
        if sources[0] == sources[1] and one.width > 1:
            # Lucene takes equal sources together, and miscounts how wide a phrase is that it sees twice.
            sources[1] = {"any_of": {"intervals": [sources[1], {"match": {"query": _NOWHERE}}]}}
        merged = [*_overlaps(one, ones, other, others), *_overlaps(other, others, one, ones)]
        return _any_of([*(_all_of(order, distance, ordered=True) for order in permutations(sources)), *merged])
    terms_once = sum(len(slot) * len(read) for unit, read in zip(units, lanes, strict=True) for slot in unit.runs[0])
    if all(unit.width == 1 for unit in units) and factorial(len(units)) * terms_once <= _MOST_TERMS:
        return _any_of([_all_of(order, distance, ordered=True) for order in permutations(sources)])
    return _all_of(sources, distance, ordered=False)


def _overlaps(one: Unit, ones: Lanes, other: Unit, others: Lanes) -> Iterator[Json]:
    """Both, where the other begins inside the first one: each place is looked at for what both want of it."""
    for left in one.runs:
        for right in other.runs:
            for offset in range(1, len(left)):
                places: list[Json] = []
                for place in range(max(len(left), offset + len(right))):
                    wanted = [_slot(left[place], ones)] if place < len(left) else []
                    if 0 <= place - offset < len(right):
                        wanted.append(_slot(right[place - offset], others))
                    places.append(wanted[0] if len(wanted) == 1 else _at_one_place(*wanted))
                yield _all_of(places, 0, ordered=True)


def _at_one_place(one: Json, other: Json) -> Json:
    """Two slots at one position: an interval of one position that holds another of one is at it."""
    # `all_of` of one source is that source, and takes a filter whatever the source is.
    return {"all_of": {"intervals": [one], "filter": {"containing": other}}}


def _unit(unit: Unit, read: Lanes) -> Json:
    return _any_of([_run(run, read) for run in unit.runs])


def _run(slots: Slots, read: Lanes) -> Json:
    """Adjacent slots."""
    return _all_of([_slot(slot, read) for slot in slots], 0, ordered=True)


def _slot(terms: Sequence[str], read: Lanes) -> Json:
    return _any_of([{"match": {"query": term, "use_field": lane}} for term in dict.fromkeys(terms) for lane in read])


def _all_of(sources: Sequence[Json], max_gaps: int, *, ordered: bool) -> Json:
    if len(sources) == 1:
        return sources[0]
    return {"all_of": {"intervals": list(sources), "max_gaps": max_gaps, "ordered": ordered}}


def _any_of(sources: Sequence[Json]) -> Json:
    different = [source for number, source in enumerate(sources) if source not in sources[:number]]
    return different[0] if len(different) == 1 else {"any_of": {"intervals": different}}
