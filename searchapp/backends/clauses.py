"""One typed word or phrase in every segment of a generation: which terms it is there, and how many articles hold it.

A word whose terms cannot share a position is read straight from its posting lists. What takes a look at positions -
words in quotes, runs of adjacent terms, phrases, two readings of one acronym - is made ready: documents and gains.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Sequence
from typing import Final, NamedTuple

import numpy as np

from indexer.analysis.token import ACRONYM_MARK, CAPITALS_MARK, LANG_MARK
from indexer.codec.kernels.numbers import read_number
from searchapp.backends.adding_up import add_up_terms
from searchapp.backends.generation import Generation, SearchedSegment
from searchapp.backends.kernels import counting
from searchapp.backends.kernels.blocks import BOTH, TITLE, UNSCORED
from searchapp.backends.kernels.memory import address_of, float_as_int
from searchapp.backends.leaf import SegmentLeaf
from searchapp.backends.pairs import ANY_FORM, find_pairs
from searchapp.backends.phrases import Sought, count_runs, find_runs, seek_runs
from searchapp.backends.room import ROOM
from searchapp.backends.spelled import find_spelled_leaf
from searchapp.backends.windows import Runs, find_windows
from searchapp.search.plan import Clause, PhrasePlan, SpellingPlan, WindowPlan, WordPlan
from searchapp.search.scoring import inverse_frequency

MODES: Final = {"text": BOTH, "title": TITLE}


class PreparedClause(NamedTuple):
    """`leaves` has one for each segment; `articles` counts the live ones that hold the clause.

    `numbers` are the leaves as `kernels/flat.py` reads them, at `address`; none has more than `most_terms` terms.
    `idf_bits` are those of `idf`.
    """

    mode: int
    leaves: tuple[SegmentLeaf, ...]
    articles: int
    idf: float
    idf_bits: int
    numbers: array[int]
    address: int
    most_terms: int


def clause_key(clause: Clause) -> Hashable:
    """What a clause looks for, however often it was typed and wherever it stands."""
    if isinstance(clause, WordPlan):
        return clause.scope, clause.alternatives, clause.surface
    if isinstance(clause, PhrasePlan):
        return clause.scope, clause.variants
    if isinstance(clause, SpellingPlan):
        return clause.scope, clause.spelling, clause.scored
    return clause.scope, clause.variants, clause.distance


def prepare_clause(
    clause: Clause, key: Hashable, generation: Generation, has_time: Callable[[], bool]
) -> PreparedClause:
    """`key` is the clause's. Raises LateError when there is no time left to look at positions. What holds no documents
    is remembered."""
    known: PreparedClause | None = generation.prepared.get(key)
    if known is not None:
        return known
    mode = MODES.get(clause.scope, UNSCORED)
    leaves = tuple([_find_leaf(clause, key, segment, generation, mode, has_time) for segment in generation.segments])
    articles = _count_articles(leaves, generation, mode)
    idf = inverse_frequency(generation.live_count, articles)
    numbers = _leaf_numbers(leaves, mode)
    most_terms = max((len(leaf.terms) for leaf in leaves), default=0)
    prepared = PreparedClause(
        mode, leaves, articles, idf, float_as_int(idf), numbers, numbers.buffer_info()[0], most_terms
    )
    if all(leaf.docs is None and leaf.row is None for leaf in leaves):
        generation.prepared.put(key, prepared)
    return prepared


def _leaf_numbers(leaves: Sequence[SegmentLeaf], mode: int) -> array[int]:
    begins: list[int] = []
    numbers: list[int] = []
    for leaf in leaves:
        begins.append(len(leaves) + len(numbers))
        ready = (0, 0, 0)
        if leaf.docs is not None and leaf.gains is not None and leaf.size:
            ready = (address_of(leaf.docs), address_of(leaf.gains), len(leaf.docs))
        numbers += (leaf.size, mode, int(leaf.shares), *ready, len(leaf.terms), *leaf.terms)
    return array("q", begins + numbers)


def _find_leaf(
    clause: Clause,
    clause_key: Hashable,
    segment: SearchedSegment,
    generation: Generation,
    mode: int,
    has_time: Callable[[], bool],
) -> SegmentLeaf:
    group_name = "text" if mode != UNSCORED else clause.scope
    key = (clause_key, segment.number)
    if mode == UNSCORED and (known := generation.sets.get(key)) is not None:
        leaf: SegmentLeaf = known
        return leaf
    if isinstance(clause, SpellingPlan):
        leaf = find_spelled_leaf(clause, segment, generation, mode, has_time)
        return leaf if leaf.row is None else generation.sets.put(key, leaf, leaf.row.nbytes)
    if isinstance(clause, WindowPlan):
        docs, gains = find_windows(clause, segment, generation, group_name, mode, has_time)
    else:
        sought = _seek(clause, key, segment, generation, group_name, mode)
        if isinstance(sought, SegmentLeaf):
            return sought
        docs, gains = find_runs(sought, segment, group_name, has_time)
    if mode != UNSCORED:
        return SegmentLeaf(len(docs), docs=docs, gains=gains)
    row = np.zeros(len(segment.live), np.uint64)
    counting.mark_docs(docs, len(docs), row)
    return generation.sets.put(key, SegmentLeaf(len(docs), row=row), row.nbytes)


def count_up_to(
    clause: Clause, key: Hashable, enough: int, generation: Generation, has_time: Callable[[], bool]
) -> int:
    """How many live articles hold the clause, or a number above `enough` where more than `enough` do: mostly without
    a look at positions. `key` is the clause's. Raises LateError."""
    mode = MODES.get(clause.scope, UNSCORED)
    if mode == UNSCORED or not isinstance(clause, WordPlan | PhrasePlan) or key in generation.prepared:
        return prepare_clause(clause, key, generation, has_time).articles
    parts = [
        (_seek(clause, (key, segment.number), segment, generation, "text", mode), segment)
        for segment in generation.segments
    ]
    least = sum(max(0, sought.least - segment.deleted) for sought, segment in parts if isinstance(sought, Sought))
    if least > enough:
        return least
    total = 0
    for sought, segment in parts:
        if isinstance(sought, SegmentLeaf):
            total += _count_in_segment(sought, segment, mode)
        else:
            total += count_runs(sought, segment, "text", enough - total, has_time)
        if total > enough:
            break
    return total


def _seek(
    clause: WordPlan | PhrasePlan,
    key: Hashable,
    segment: SearchedSegment,
    generation: Generation,
    group_name: str,
    mode: int,
) -> SegmentLeaf | Sought:
    """The same, remembered by the key of the clause and the number of the segment."""
    known: SegmentLeaf | Sought | None = generation.sought.get(key)
    if known is None:
        known = generation.sought.put(key, _resolve_places(clause, segment, generation, group_name, mode))
    return known


def _resolve_places(
    clause: WordPlan | PhrasePlan, segment: SearchedSegment, generation: Generation, group_name: str, mode: int
) -> SegmentLeaf | Sought:
    """The terms of a word, or what is to be looked for by positions."""
    surface = mode != UNSCORED and (isinstance(clause, PhrasePlan) or clause.surface)
    variants = _resolve(clause, segment, generation, group_name, surface=surface)
    terms = None if mode == UNSCORED else _plain_terms(clause, variants)
    if terms is None:
        return seek_runs(variants, segment, group_name, mode)
    shares = (
        len(terms) > 1
        and isinstance(clause, WordPlan)
        and not _share_no_article([run[0] for run in clause.alternatives])
    )
    doc_freq = segment.text[5]
    return SegmentLeaf(sum(read_number(doc_freq, term) for term in terms), terms, shares)


def _resolve(
    clause: WordPlan | PhrasePlan, segment: SearchedSegment, generation: Generation, group_name: str, *, surface: bool
) -> Runs:
    """The variants that can stand in this segment, as pairs of terms and forms."""
    if isinstance(clause, WordPlan):
        variants = [
            [find_pairs((text,), segment, generation, group_name, surface=surface) for text in run]
            for run in clause.alternatives
        ]
    else:
        variants = [
            [find_pairs(slot, segment, generation, group_name, surface=surface) for slot in variant]
            for variant in clause.variants
        ]
    return tuple(tuple(slots) for slots in variants if slots and all(slots))


def _plain_terms(clause: WordPlan | PhrasePlan, variants: Runs) -> tuple[int, ...] | None:
    """The terms of a word that needs no look at positions; None for all others."""
    if not variants:
        return ()
    if len(variants) == 1:
        slots = variants[0]
        if len(slots) == 1 and len(slots[0]) == 1 and slots[0][0][1] == ANY_FORM:
            return (slots[0][0][0],)
        return None
    if isinstance(clause, PhrasePlan) or clause.surface:
        return None
    if any(len(run) > 1 for run in clause.alternatives):
        return None
    if not _share_no_place([run[0] for run in clause.alternatives]):
        return None
    return tuple(slots[0][0][0] for slots in variants)


def _share_no_place(terms: Sequence[str]) -> bool:
    """Whether no two of a word's terms ever stand at one place. An article is stemmed in its own language alone; an
    acronym stands alone, but in a line of capitals, where a term of its own stands beside the plain reading."""
    plain = [term for term in terms if not term.startswith(ACRONYM_MARK)]
    has_capitals = any(term.startswith(CAPITALS_MARK) for term in terms)
    return _share_no_article(plain) and not (plain and has_capitals)


def _share_no_article(terms: Sequence[str]) -> bool:
    langs = [term.partition(LANG_MARK)[0] if LANG_MARK in term else "" for term in terms]
    return len(set(langs)) == len(langs) and not any(term.startswith(ACRONYM_MARK) for term in terms)


def make_ready(prepared: PreparedClause, generation: Generation, has_time: Callable[[], bool]) -> PreparedClause:
    """The clause with documents and gains in place of terms that share documents. Raises LateError."""
    if not any(leaf.shares for leaf in prepared.leaves):
        return prepared
    leaves = tuple(
        add_up_terms(leaf.terms, segment, prepared.mode, has_time) if leaf.shares else leaf
        for leaf, segment in zip(prepared.leaves, generation.segments, strict=True)
    )
    return prepared._replace(leaves=leaves)


def _count_articles(leaves: Sequence[SegmentLeaf], generation: Generation, mode: int) -> int:
    shares = any(leaf.shares for leaf in leaves)
    if mode != TITLE and generation.everything_lives and not shares:
        return sum(leaf.size for leaf in leaves)
    return sum(
        _count_in_segment(leaf, segment, mode) for leaf, segment in zip(leaves, generation.segments, strict=True)
    )


def _count_in_segment(leaf: SegmentLeaf, segment: SearchedSegment, mode: int) -> int:
    if not leaf.terms or (mode == BOTH and not segment.deleted and not leaf.shares):
        return leaf.size
    terms, bits = np.array(leaf.terms, np.int64), np.zeros_like(segment.live)
    return int(counting.count_articles(segment.row_address("text"), ROOM.address, terms, mode, bits))
