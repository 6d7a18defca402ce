"""One typed word or phrase in every segment of a generation: which terms it is there, and how many articles hold it.

A word whose terms cannot share a position is read straight from its posting lists. What takes a look at positions -
words in quotes, runs of adjacent terms, phrases, two readings of one acronym - is made ready: documents and gains.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.analysis.token import ACRONYM_MARK, CAPITALS_MARK, LANG_MARK
from searchapp.backends.adding_up import add_up_terms
from searchapp.backends.generation import Generation, SearchedSegment
from searchapp.backends.kernels import counting
from searchapp.backends.kernels.blocks import BOTH, TITLE, UNSCORED
from searchapp.backends.leaf import SegmentLeaf
from searchapp.backends.pairs import ANY_FORM, find_pairs
from searchapp.backends.spelled import find_fitting_forms, find_spelled_leaf
from searchapp.backends.windows import Runs, find_runs, find_windows
from searchapp.search.plan import Clause, PhrasePlan, SpellingPlan, WindowPlan, WordPlan
from searchapp.search.scoring import inverse_frequency

MODES: Final = {"text": BOTH, "title": TITLE}


@dataclass(frozen=True, slots=True)
class PreparedClause:
    """`leaves` has one for each segment; `articles` counts the live ones that hold the clause."""

    mode: int
    leaves: tuple[SegmentLeaf, ...]
    articles: int
    idf: float


def clause_key(clause: Clause) -> Hashable:
    """What a clause looks for, however often it was typed and wherever it stands."""
    match clause:
        case SpellingPlan():
            return clause.scope, clause.spelling, clause.scored
        case WindowPlan():
            return clause.scope, clause.variants, clause.distance
        case PhrasePlan():
            return clause.scope, clause.variants
        case WordPlan():
            return clause.scope, clause.alternatives, clause.surface


def prepare_clause(clause: Clause, generation: Generation, has_time: Callable[[], bool]) -> PreparedClause:
    """Raises LateError when there is no time left to look at positions."""
    mode = MODES.get(clause.scope, UNSCORED)
    leaves = tuple(_find_leaf(clause, segment, generation, mode, has_time) for segment in generation.segments)
    articles = _count_articles(clause, leaves, generation, mode)
    return PreparedClause(mode, leaves, articles, inverse_frequency(generation.live_count, articles))


def _find_leaf(
    clause: Clause, segment: SearchedSegment, generation: Generation, mode: int, has_time: Callable[[], bool]
) -> SegmentLeaf:
    group_name = "text" if mode != UNSCORED else clause.scope
    key = (clause_key(clause), segment.number)
    if mode == UNSCORED and (known := generation.sets.get(key)) is not None:
        leaf: SegmentLeaf = known
        return leaf
    if isinstance(clause, SpellingPlan):
        forms = find_fitting_forms(clause, generation, has_time)
        leaf = find_spelled_leaf(forms, segment, group_name, mode, has_time)
        return leaf if leaf.row is None else generation.sets.put(key, leaf, leaf.row.nbytes)
    if isinstance(clause, WindowPlan):
        docs, gains = find_windows(clause, segment, generation, group_name, mode, has_time)
    else:
        surface = mode != UNSCORED and (isinstance(clause, PhrasePlan) or clause.surface)
        variants = _resolve(clause, segment, generation, group_name, surface=surface)
        if mode != UNSCORED and (terms := _plain_terms(clause, variants)) is not None:
            if (
                len(terms) > 1
                and isinstance(clause, WordPlan)
                and not _share_no_article([run[0] for run in clause.alternatives])
            ):
                return add_up_terms(terms, segment, mode, has_time)
            doc_freq = segment.mapped.group(group_name).packed.doc_freq
            return SegmentLeaf(sum(int(doc_freq[term]) for term in terms), terms)
        docs, gains = find_runs(variants, segment, group_name, mode, has_time)
    if mode != UNSCORED:
        return SegmentLeaf(len(docs), docs=docs, gains=gains)
    row = np.zeros(len(segment.live), np.uint64)
    counting.mark_docs(docs, len(docs), row)
    return generation.sets.put(key, SegmentLeaf(len(docs), row=row), row.nbytes)


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


def _count_articles(clause: Clause, leaves: Sequence[SegmentLeaf], generation: Generation, mode: int) -> int:
    if mode != TITLE and generation.everything_lives:
        return sum(leaf.size for leaf in leaves)
    key = ("articles", clause_key(clause))
    known: int | None = generation.numbers.get(key)
    if known is not None:
        return known
    total = 0
    for leaf, segment in zip(leaves, generation.segments, strict=True):
        total += leaf.size if not leaf.terms else 0
        for term in leaf.terms:
            if mode == BOTH and not segment.deleted:
                total += int(segment.text[5][term])
            else:
                total += int(counting.count_live(segment.text, term, mode, segment.live))
    return generation.numbers.put(key, total)
