"""Which stretches of a body to show for a query: whole sentences where they fit, whole words always.

Knows marks and rarities, not what was typed or how a passage is printed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from searchapp.search.highlight import Mark, Spans
from searchapp.search.kernels.choosing import CLOSENESS, FREELY_CHOSEN, REPEATED, SHOWN_ALREADY
from searchapp.search.kernels.passages import (
    LEAD_CHARS,
    LEAD_STRETCH,
    LONGEST_WORD,
    MARKS_A_CLAUSE,
    SHORTEST_LEAD,
    TARGET_CHARS,
)
from searchapp.search.sentences import can_cut, joins_the_letter_before, split_sentences


@dataclass(frozen=True, slots=True)
class Passage:
    """Code points `start` to `end` of a body; `paragraph` counts from 1. `cut_before` and `cut_after` tell whether
    the sentence goes on beyond the passage."""

    start: int
    end: int
    paragraph: int
    cut_before: bool
    cut_after: bool


def choose_passages(
    body: str, paragraphs: Spans, marks: Sequence[Mark], rarity: Sequence[float], count: int
) -> tuple[Passage, ...]:
    """At most `count` passages that say most about the query, in order of the text; the lead where nothing matches.
    From the third on a passage has to show a word that those before it do not.

    `rarity[i]` is the worth of clause i. Empty only for a body without paragraphs.
    """
    candidates = list(_candidates(body, paragraphs, _bounded(marks)))
    starts = [mark.start for mark in marks]
    chosen: list[Passage] = []
    shown: set[int] = set()
    while len(chosen) < count:
        if len(chosen) >= FREELY_CHOSEN:
            candidates = [
                passage
                for passage in candidates
                if any(mark.clause not in shown for mark in _inside(passage, marks, starts))
            ]
        if not candidates:
            break
        inside = [_inside(passage, marks, starts) for passage in candidates]
        best = max(range(len(candidates)), key=lambda place: _worth(inside[place], rarity, shown))
        passage = candidates[best]
        chosen.append(passage)
        shown.update(mark.clause for mark in inside[best])
        candidates = [other for other in candidates if other.end <= passage.start or other.start >= passage.end]
    if not chosen and paragraphs:
        chosen.append(_lead(body, paragraphs))
    return tuple(sorted(chosen, key=lambda passage: passage.start))


def _bounded(marks: Sequence[Mark]) -> list[Mark]:
    seen: dict[int, int] = {}
    kept = []
    for mark in marks:
        seen[mark.clause] = seen.get(mark.clause, 0) + 1
        if seen[mark.clause] <= MARKS_A_CLAUSE:
            kept.append(mark)
    return kept


def _candidates(body: str, paragraphs: Spans, marks: Sequence[Mark]) -> Iterator[Passage]:
    """A passage for every sentence with a match, and for every match of a sentence that is too long to be shown."""
    paragraph_starts = [start for start, _ in paragraphs]
    split: dict[int, Spans] = {}
    done: set[tuple[int, int]] = set()
    for mark in marks:
        place = bisect_right(paragraph_starts, mark.start) - 1
        if place < 0 or mark.start >= paragraphs[place][1]:
            continue
        if place not in split:
            split[place] = split_sentences(body, *paragraphs[place])
        sentences = split[place]
        first = bisect_right(sentences, mark.start, key=lambda span: span[0]) - 1
        if first < 0:
            continue
        passage = _fit(body, sentences, first, mark, place + 1)
        if (passage.start, passage.end) not in done:
            done.add((passage.start, passage.end))
            yield passage


def _fit(body: str, sentences: Spans, first: int, mark: Mark, paragraph: int) -> Passage:
    start, end = sentences[first]
    if end - start > TARGET_CHARS:
        return _window(body, (start, end), mark, paragraph)
    last = first
    while last + 1 < len(sentences) and sentences[last + 1][1] - start <= TARGET_CHARS:
        last += 1
    end = sentences[last][1]
    while first > 0 and end - sentences[first - 1][0] <= TARGET_CHARS:
        first -= 1
    return Passage(sentences[first][0], end, paragraph, cut_before=False, cut_after=False)


def _window(body: str, sentence: tuple[int, int], mark: Mark, paragraph: int) -> Passage:
    """A stretch of a long sentence around a match, of whole words."""
    low, high = sentence
    mark_end = min(mark.end, high)
    start = low if mark.start - low <= LEAD_CHARS else _cut_at(body, mark.start - LEAD_CHARS, low, mark.start)
    wanted_end = max(start + TARGET_CHARS, mark_end)
    end = high if wanted_end >= high else _cut_before(body, wanted_end, mark_end, high)
    if end == high:
        # The sentence ends here: rather show more of what comes before.
        wanted = max(end - TARGET_CHARS, low)
        start = low if wanted == low else min(start, _cut_at(body, wanted, low, mark.start))
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    return Passage(start, end, paragraph, cut_before=start > low, cut_after=end < high)


def _cut_at(body: str, wanted: int, low: int, high: int) -> int:
    """The first place from `wanted` to `high` where a line may begin, else one before it, not below `low`."""
    for at in range(wanted, high + 1):
        if can_cut(body, at):
            return at
    return _cut_back(body, wanted, low)


def _cut_before(body: str, wanted: int, low: int, high: int) -> int:
    """The last place from `low` to `wanted` where a line may end, else one after it, not above `high`."""
    for at in range(wanted, low - 1, -1):
        if can_cut(body, at):
            return at
    for at in range(wanted + 1, min(high, wanted + LONGEST_WORD) + 1):
        if at == high or can_cut(body, at):
            return at
    return _whole_letter(body, wanted)


def _cut_back(body: str, wanted: int, low: int) -> int:
    for at in range(wanted - 1, max(low, wanted - LONGEST_WORD) - 1, -1):
        if at == low or can_cut(body, at):
            return at
    return max(low, _whole_letter(body, wanted))


def _whole_letter(body: str, at: int) -> int:
    """Nearest place not after `at` that tears no mark from its letter: for what has no end, such as a data address."""
    while at > 0 and at < len(body) and (joins_the_letter_before(body[at]) or body[at - 1] == "\u200d"):
        at -= 1
    return at


def _inside(passage: Passage, marks: Sequence[Mark], starts: Sequence[int]) -> list[Mark]:
    first = bisect_left(starts, passage.start)
    last = bisect_left(starts, passage.end)
    return [mark for mark in marks[first:last] if mark.end <= passage.end]


def _worth(marks: Sequence[Mark], rarity: Sequence[float], shown: set[int]) -> float:
    """Distinct words by their rarity, more when different ones stand close, a little for every further match."""
    clauses = {mark.clause for mark in marks}
    # Added up one by one, as compiled loops do: `sum` is more exact in newer Pythons, and equals would be told apart.
    worth = near = 0.0
    for clause in sorted(clauses):
        worth += rarity[clause] * (SHOWN_ALREADY if clause in shown else 1)
    best: dict[tuple[int, int], float] = {}
    for left, right in pairwise(marks):
        if left.clause != right.clause:
            pair = (min(left.clause, right.clause), max(left.clause, right.clause))
            gap = max(1, abs(right.position - left.position))
            nearness = CLOSENESS * min(rarity[left.clause], rarity[right.clause]) / gap
            best[pair] = max(best.get(pair, 0), nearness)
    for nearness in best.values():
        near += nearness
    return worth + near + REPEATED * len(marks)


def _lead(body: str, paragraphs: Spans) -> Passage:
    place = next((place for place, (start, end) in enumerate(paragraphs) if end - start >= SHORTEST_LEAD), 0)
    start, end = paragraphs[place]
    sentences = split_sentences(body, start, min(end, start + LEAD_STRETCH)) or ((start, end),)
    nothing = Mark(sentences[0][0], sentences[0][0], 0, -1)
    return _fit(body, sentences, 0, nothing, place + 1)
