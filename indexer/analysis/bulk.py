"""Articles in, inverted groups out: what `Analyzer.analyse` and `invert_documents` give, a batch of texts at a time.

Every spelling is read once in each language by the very functions that read it one by one; what is done for every
occurrence is done by compiled loops. Where numba is missing `invert_documents` does all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from indexer.analysis.inversion import Occurrences, invert_occurrences
from indexer.analysis.layout import TextBatch, TextLayout
from indexer.analysis.pairing import Lexicon
from indexer.analysis.reading_tables import SURFACES
from indexer.analysis.sketches import sketch_bodies
from indexer.article import Article
from indexer.codec.inverting import InvertedBatch
from indexer.codec.kernels.packing import I64
from indexer.document import VALUE_GAP

#: Code points that are laid out at once: enough that a call of a kernel costs nothing, and few enough to stay in the
#: processor's own memory.
_BATCH_CHARS: Final = 1 << 19
_BATCH_TEXTS: Final = 1 << 15
_TABLE_BYTES: Final = 128 << 20
_TITLE, _BODY = 0, 1


@dataclass(slots=True)
class _Field:
    """Texts of one group that wait to be laid out, and what has been laid out of it."""

    gap: int
    texts: list[str] = field(default_factory=list)
    langs: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    waiting_chars: int = 0
    chunks: list[Occurrences] = field(default_factory=list)
    lengths: list[I64] = field(default_factory=lambda: [np.zeros(0, np.int64)])

    def lay_out(self, layout: TextLayout) -> None:
        """Lay out what waits."""
        occurrences, lengths = layout.lay_out(
            TextBatch(self.texts, self.langs, np.array(self.codes, np.int64), self.gap)
        )
        self.chunks.append(occurrences)
        self.lengths.append(lengths)
        self.texts, self.langs, self.codes, self.waiting_chars = [], [], [], 0

    def memory_bytes(self) -> int:
        return sum(chunk.memory_bytes() for chunk in self.chunks)


class BulkAnalyzer:
    """Takes articles, numbers them in the order in which they come, and gives their words. Wants numba; not for several
    threads.

    Once a spelling was read it is known, batch after batch, until the tables take half of `table_bytes`: then they
    start afresh with the next batch, and every word is read again, which costs an article of an archive with very many
    words a tenth of its time.
    """

    def __init__(self, table_bytes: int = _TABLE_BYTES) -> None:
        self._most_table_bytes = table_bytes
        self._start_tables()
        self._start_documents()

    def __len__(self) -> int:
        """How many articles were taken since the last `invert` or `clear`."""
        return self._count

    def add(self, article: Article) -> None:
        """Take one more article."""
        code = 2 * self._count
        self._count += 1
        text, lang = self._text, article.lang
        text.texts += (article.title, article.body)
        text.langs += (lang, lang)
        text.codes += (code + _TITLE, code + _BODY)
        text.waiting_chars += len(article.title) + len(article.body)
        if text.waiting_chars > _BATCH_CHARS:
            self._lay_out(text)
        if article.source:
            self._add_values(self._source, (article.source,), code)
        if article.author:
            self._add_values(self._author, article.author, code)
        if article.tag:
            self._add_values(self._tag, article.tag, code)

    def invert(self) -> InvertedBatch:
        """The words of all articles taken since the last time; the next one is number 0 again."""
        for each in self._fields():
            self._lay_out(each)
        text, author, source, tag = (invert_occurrences(tuple(each.chunks), self._lexicon) for each in self._fields())
        lengths = np.concatenate(self._text.lengths).astype(np.uint32)
        sketches = sketch_bodies(tuple(self._text.chunks), self._lexicon, self._count)
        self.clear()
        return InvertedBatch(text, author, source, tag, lengths[0::2].copy(), lengths[1::2].copy(), sketches)

    def clear(self) -> None:
        """Forget the articles; the next one is number 0 again."""
        self._start_documents()
        if 2 * self._table_bytes() > self._most_table_bytes:
            self._start_tables()

    @property
    def is_full(self) -> bool:
        """Whether the tables have outgrown their room in one batch."""
        return self._tables_now > self._most_table_bytes

    def memory_bytes(self) -> int:
        """What the articles taken hold now; the tables that they share, and what inverting takes for a moment, are
        bounded by themselves."""
        return self._chunk_bytes + 4 * sum(each.waiting_chars for each in self._fields())

    def _start_tables(self) -> None:
        self._lexicon = Lexicon()
        self._layout = TextLayout(self._lexicon)
        self._tables_now = 0

    def _start_documents(self) -> None:
        self._text = _Field(0)
        self._author, self._source, self._tag = (_Field(VALUE_GAP) for _ in range(3))
        self._chunk_bytes = 0
        self._count = 0

    def _fields(self) -> tuple[_Field, ...]:
        return self._text, self._author, self._source, self._tag

    def _table_bytes(self) -> int:
        return self._lexicon.memory_bytes() + self._layout.memory_bytes()

    def _add_values(self, waiting: _Field, values: tuple[str, ...], code: int) -> None:
        waiting.texts += values
        waiting.langs += (SURFACES,) * len(values)
        waiting.codes += (code + _BODY,) * len(values)
        waiting.waiting_chars += sum(map(len, values))
        # Few characters in many texts: these cost by the text.
        if waiting.waiting_chars > _BATCH_CHARS or len(waiting.texts) > _BATCH_TEXTS:
            self._lay_out(waiting)

    def _lay_out(self, waiting: _Field) -> None:
        waiting.lay_out(self._layout)
        self._chunk_bytes = sum(each.memory_bytes() for each in self._fields())
        self._tables_now = self._table_bytes()
