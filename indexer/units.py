"""What a run hands out to be read, and what comes back: units of work in the order of the input.

A unit goes to whoever reads it, in this process or another, whole; what comes back is as small as what the run has to
know to count, to report and to find two articles of one id. The articles themselves stay where they were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from indexer.article import ReadArticle, Skipped
from indexer.readers.pieces import FeedPiece, FileDone, HtmlPiece, LinePiece, PdfPiece, Piece, RowsPiece
from indexer.sent import Sent

#: One thing that the input holds next; an article that somebody has read already is one too.
Step = Piece | ReadArticle | Skipped | FileDone
Unit = tuple[Step, ...]

#: A unit takes a tenth of a second or two to read, and is full with this much, or with so many steps.
UNIT_BYTES: Final = 512 * 1024
_MOST_STEPS: Final = 512
#: What reading a byte costs, beside a byte of JSON Lines: of a page of scraped text, of a feed, of markup, of a PDF.
_TEXT_WEIGHT: Final = 16
_FEED_WEIGHT: Final = 2
_HTML_WEIGHT: Final = 24
_PDF_WEIGHT: Final = 24


class State(IntEnum):
    """What an article is to the index, as it was when the run began. Up to MOVED it is written."""

    NEW = 0
    CHANGED = 1
    #: The same content, last read from another file.
    MOVED = 2
    SAME = 3
    #: Deleted on purpose.
    BURIED = 4


@dataclass(frozen=True, slots=True)
class StepReading(Sent):
    """What was read of one step, or of articles that were read already and follow each other. `lines`, `ids` and
    `states` (a `State` each) go beside each other, an article each.

    `skips` has what was skipped, each with the number of articles that stand before it; `unfit` the numbers of those
    skips which were articles, but no index can hold. `origin` is the file's real path, `member` the name of what was
    read inside it where it is an archive, `notes` are counted.
    """

    path: str
    origin: str
    lines: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    states: bytes = b""
    skips: tuple[tuple[int, Skipped], ...] = ()
    unfit: tuple[int, ...] = ()
    notes: tuple[tuple[str, int], ...] = ()
    member: str = ""


#: One for each step of a unit; None for a step that is only passed on, and for an article that was read already and
#: stands behind another of its file: the reading of the first one is that of them all.
UnitReading = tuple[StepReading | None, ...]


def group_steps(steps: Iterable[Step]) -> Iterator[Unit]:
    """Steps one after the other, as many together as make up a unit."""
    unit: list[Step] = []
    size = 0
    for step in steps:
        unit.append(step)
        size += _weigh(step)
        if size >= UNIT_BYTES or len(unit) >= _MOST_STEPS:
            yield tuple(unit)
            unit, size = [], 0
    if unit:
        yield tuple(unit)


def _weigh(step: Step) -> int:
    match step:
        case Skipped() | FileDone():
            return 0
        case ReadArticle():
            return len(step.article.title) + len(step.article.body)
        case LinePiece():
            return len(step.content)
        case RowsPiece():
            return step.size_bytes
        case FeedPiece():
            return step.size_bytes * _FEED_WEIGHT
        case HtmlPiece():
            return len(step.content) * _HTML_WEIGHT
        case PdfPiece():
            return len(step.content) * _PDF_WEIGHT
        case _:
            return len(step.content) * _TEXT_WEIGHT
