"""What is done to a unit of work by whoever has taken it: read, compared with the index, analysed, packed.

Reading tells what the articles are to the index. Those that the run then keeps go into the segment in hand; the others
are forgotten. Nothing is decided here that depends on what stands in another unit.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby, repeat
from typing import Protocol

from indexer.article import Place, ReadArticle, Skipped, encode_article, hash_content
from indexer.backends.port import KnownArticle, Packer, Prepared, Tombstone
from indexer.errors import ArchiveError, ArticleError
from indexer.readers.pieces import STANDARD_INPUT, FileDone, Piece
from indexer.readers.read import ReadOptions, read_piece
from indexer.units import State, Step, StepReading, Unit, UnitReading

UNFIT = "cannot be indexed"


class KnownIndex(Protocol):
    """What reading has to ask the index; the answer is that of the start of the run."""

    def known_all(self, article_ids: Sequence[str]) -> Sequence[KnownArticle | None]: ...

    def tombstone(self, article_id: str) -> Tombstone | None: ...


class Analyst:
    """Reads units one after the other; each is settled in the same order, before or after the next ones are read."""

    def __init__(
        self,
        index: KnownIndex,
        packer: Packer,
        options: ReadOptions,
        find_origin: Callable[[str], str] = os.path.realpath,
    ) -> None:
        """`find_origin` tells the origin of what was read at the path of a place."""
        self._index = index
        self.packer = packer
        self._options = options
        self._waiting: deque[tuple[Prepared | None, ...]] = deque()
        self._origin_of = find_origin
        self._origins: tuple[str, str] | None = None

    def read(self, unit: Unit) -> UnitReading:
        """What the run has to know of a unit; its articles wait to be settled."""
        waiting: list[Prepared | None] = []
        reading: list[StepReading | None] = []
        for file, steps in groupby(unit, _file_of_article):
            if file is not None:
                articles: list[ReadArticle] = list(steps)  # type: ignore[arg-type]
                # One reading for them all: made for each it takes as long as the article itself.
                reading.append(self._read_outcomes(articles[0].place, articles, waiting))
                reading += [None] * (len(articles) - 1)
                continue
            for step in steps:
                if isinstance(step, Skipped | FileDone):
                    reading.append(None)
                else:
                    piece: Piece = step  # type: ignore[assignment]
                    reading.append(self._read_outcomes(piece.place, read_piece(piece, self._options), waiting))
        self._waiting.append(tuple(waiting))
        return tuple(reading)

    def settle(self, dropped: AbstractSet[int]) -> None:
        """Keep the articles of the oldest unit that waits, but those of these numbers: another of their id stands.

        Articles of a unit are numbered from 0 through all of its steps. Afterwards `packer.is_full` may be true.
        """
        for number, prepared in enumerate(self._waiting.popleft()):
            if prepared is not None and number not in dropped:
                self.packer.add(prepared)

    def _read_outcomes(
        self, place: Place, outcomes: Iterable[ReadArticle | Skipped], waiting: list[Prepared | None]
    ) -> StepReading:
        path = place.path
        origin = self._find_origin(path)
        lines: list[int] = []
        ids: list[str] = []
        hashes: list[str] = []
        prepared: list[Prepared] = []
        skips: list[tuple[int, Skipped]] = []
        unfit: list[int] = []
        notes: Counter[str] = Counter()
        shard = self._options.shard
        for outcome in outcomes:
            if isinstance(outcome, Skipped):
                skips.append((len(ids), outcome))
                continue
            article = outcome.article
            if shard is not None and not shard.holds(article.id):
                continue
            if outcome.notes:
                notes.update(outcome.notes)
            try:
                encoded = encode_article(article)
                article_id, content_hash = article.id, hash_content(*encoded)
                ready = self.packer.prepare(article, article_id, content_hash, origin, encoded)
            except ArchiveError:
                raise
            except Exception as error:  # noqa: BLE001 whatever one article does, the others go on
                unfit.append(len(skips))
                skips.append((len(ids), Skipped(outcome.place, UNFIT, _say(error))))
                continue
            prepared.append(ready)
            lines.append(outcome.place.line)
            ids.append(article_id)
            hashes.append(content_hash)
        known = self._index.known_all(ids)
        states = bytes(map(self._compare, ids, hashes, known, repeat(origin)))
        waiting += (ready if state <= State.MOVED else None for ready, state in zip(prepared, states, strict=True))
        return StepReading(
            *(path, origin, tuple(lines), tuple(ids), states, tuple(skips), tuple(unfit), tuple(notes.items())),
            member=place.member,
        )

    def _compare(self, article_id: str, content_hash: str, known: KnownArticle | None, origin: str) -> State:
        if self._index.tombstone(article_id) is not None:
            return State.BURIED
        if known is None:
            return State.NEW
        if known.content_hash != content_hash:
            return State.CHANGED
        return State.SAME if known.origin == origin else State.MOVED

    def _find_origin(self, path: str) -> str:
        if self._origins is None or path != self._origins[0]:
            # What came in by itself lies nowhere: no pruning finds it.
            self._origins = path, path if path == STANDARD_INPUT else self._origin_of(path)
        return self._origins[1]


def _file_of_article(step: Step) -> tuple[str, str] | None:
    """Path and member of an article that somebody has read already; None for every other step."""
    return (step.place.path, step.place.member) if isinstance(step, ReadArticle) else None


def _say(error: Exception) -> str:
    """Text that no file can hold (a lone surrogate), and the like, is named by what is wrong with it."""
    expected = isinstance(error, ArticleError | TypeError | ValueError | OverflowError)
    return str(error) if expected else f"{type(error).__name__}: {error}"
