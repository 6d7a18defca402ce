"""What of a text matches the query's words and phrases: spans of code points, and the text with these marked.

Looks only at analysed text, so every form that the index matched is found (elect, elected, elections), and never at
the engine. Escapes once, here; whatever prints `html` prints it as it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import AnalysedText, Token
from indexer.article import Article
from searchapp.search.plan import Clause, PhrasePlan, SpellingPlan, WindowPlan, WordPlan
from searchapp.search.wide_marks import fitting_places, window_places

Spans: TypeAlias = tuple[tuple[int, int], ...]
Wanted: TypeAlias = tuple[Clause, ...]

_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Mark:
    """One place where a clause matches: code points `start` to `end` of the text, words from `position` on."""

    start: int
    end: int
    position: int
    clause: int


@dataclass(frozen=True, slots=True)
class Highlighted:
    """The matches in a whole article: code points of its title and of its body, in order, none overlapping."""

    title_spans: Spans
    body_spans: Spans


def find_marks(analysed: AnalysedText, wanted: Wanted, scope: Literal["title", "body"]) -> tuple[Mark, ...]:
    """Every place where a word or phrase of the query stands, in order of the text. A phrase is one place, words and
    phrases near each other are one each."""
    sought = [clause for clause in wanted if clause.scope in {"text", scope}]
    if not sought:
        return ()
    clauses = [clause for clause in sought if isinstance(clause, WordPlan | PhrasePlan)]
    terms = _tokens_by_form(analysed, _forms(clauses, surface=False), surface=False)
    surfaces = _tokens_by_form(analysed, _forms(clauses, surface=True), surface=True)
    marks = [
        Mark(start, end, position, clause.clause)
        for clause in clauses
        for slots in runs_of(clause)
        for start, end, position in _find_run(slots, surfaces if wants_surfaces(clause) else terms)
    ]
    for wide in sought:
        if isinstance(wide, SpellingPlan):
            marks += [Mark(*place, wide.clause) for place in fitting_places(analysed, wide)]
        elif isinstance(wide, WindowPlan):
            marks += [Mark(*place, wide.clause) for place in window_places(analysed, wide)]
    return tuple(sorted(set(marks), key=lambda mark: (mark.start, mark.end, mark.clause)))


def spans_of(marks: Iterable[Mark]) -> Spans:
    """Spans that do not overlap, in order: what overlaps becomes one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((mark.start, mark.end) for mark in marks):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def mark_text(text: str, spans: Spans) -> str:
    """The text escaped for HTML, with each span in `<mark>`. `spans` are in order and do not overlap."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += (html.escape(text[done:start]), "<mark>", html.escape(text[start:end]), "</mark>")
        done = end
    pieces.append(html.escape(text[done:]))
    return "".join(pieces)


def highlight_article(article: Article, wanted: Wanted, analyzer: Analyzer) -> Highlighted:
    """Everything in title and body that the query's words and phrases match."""
    if not wanted:
        return Highlighted((), ())
    title = analyzer.analyse(article.title, article.lang)
    body = analyzer.analyse(article.body, article.lang)
    return Highlighted(spans_of(find_marks(title, wanted, "title")), spans_of(find_marks(body, wanted, "body")))


def split_paragraphs(text: str) -> Spans:
    """Where the paragraphs stand: what empty lines keep apart, without the white space around it, none empty."""
    paragraphs = []
    done = 0
    for gap in [*(found.span() for found in _EMPTY_LINE.finditer(text)), (len(text), len(text))]:
        piece = text[done : gap[0]]
        start = done + len(piece) - len(piece.lstrip())
        end = done + len(piece.rstrip())
        if start < end:
            paragraphs.append((start, end))
        done = gap[1]
    return tuple(paragraphs)


def clip_spans(spans: Spans, start: int, end: int) -> Spans:
    """The parts of the spans that lie in the stretch, counted from its start."""
    return tuple(
        (max(left, start) - start, min(right, end) - start) for left, right in spans if left < end and right > start
    )


def wants_surfaces(clause: WordPlan | PhrasePlan) -> bool:
    return isinstance(clause, PhrasePlan) or clause.surface


def runs_of(clause: WordPlan | PhrasePlan) -> Sequence[tuple[tuple[str, ...], ...]]:
    """Every spelling of a clause as adjacent slots of alternative forms."""
    if isinstance(clause, PhrasePlan):
        return clause.variants
    return [tuple((term,) for term in run) for run in clause.alternatives]


def _forms(clauses: Sequence[WordPlan | PhrasePlan], *, surface: bool) -> set[str]:
    return {
        form
        for clause in clauses
        if wants_surfaces(clause) == surface
        for slots in runs_of(clause)
        for slot in slots
        for form in slot
    }


def _tokens_by_form(analysed: AnalysedText, forms: set[str], *, surface: bool) -> dict[str, dict[int, Token]]:
    """For each wanted form, the tokens that have it, by position."""
    found: dict[str, dict[int, Token]] = {}
    if forms:
        for token in analysed.tokens:
            for form in token.surfaces if surface else token.terms:
                if form in forms:
                    found.setdefault(form, {})[token.position] = token
    return found


def _find_run(
    slots: tuple[tuple[str, ...], ...], tokens: dict[str, dict[int, Token]]
) -> Iterable[tuple[int, int, int]]:
    """(start, end, position) of every place where the slots stand side by side."""
    if not slots:
        return
    for form in slots[0]:
        for position, first in tokens.get(form, {}).items():
            last = first
            for offset, slot in enumerate(slots[1:], start=1):
                following = next(
                    (found for other in slot if (found := tokens.get(other, {}).get(position + offset))), None
                )
                if following is None:
                    break
                last = following
            else:
                yield first.start, max(first.end, last.end), position
