"""The key terms of every article: its heaviest ones, so that a search can tell what an article is about.

An article's `PLACES` terms of the greatest frequency * idf, with their frequencies up to 15; idf goes by the segment at
the time when it was first written. Words read as in a line of capitals are left out, which stand there as themselves
too. In a segment of `LARGE` documents, terms that stand in one of them alone are left
out: they have nothing to say of any other. Sections:

    key_terms.ordinals   uint32 (E)      the terms of the text group that are a key term of any document, rising
    key_terms.offsets    uint32 (n + 1)  where the words of a document begin
    key_terms.words      uint32          and one spare word. Bits count from the least of a word. A document has 6 bits
                                         that say how many key terms it has, and then for each, rising by its place
                                         among the E: the gap to the one before in a Rice code (Rice and Plaunt 1971):
                                         as many set bits as its upper part says, a bit that is not set, and the lower
                                         part; and so many set bits as its frequency is above 1, and one that is not.
                                         The lower part has the bits of E / (how many + 1), rounded down, less one

A segment that was written before there were key terms has none of these; `rebuild` writes them.
Every function has a compiled and a plain path with the same answer; the plain path is the specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.analysis.token import CAPITALS_MARK
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.dictionary import Dictionary
from indexer.codec.group import TermStretch
from indexer.codec.kernels import key_terms as kernels
from indexer.codec.kernels.packing import F32, I32, I64, U8, U32
from indexer.codec.packing import FlatPostings
from indexer.codec.segment_file import SegmentFile, SegmentFileWriter

PLACES: Final = 48
MOST_FREQ: Final = 15
LARGE: Final = 1000
_NAME: Final = "key_terms"
_DOCUMENTS_AT_ONCE: Final = 8192


@dataclass(frozen=True, slots=True)
class FlatKeyTerms:
    """`doc_start` (n + 1) cuts `terms` and `freqs` by document; terms rise within one, and are those of the group."""

    doc_start: I64
    terms: U32
    freqs: U8


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """As the module's table says."""

    ordinals: U32
    offsets: U32
    words: U32

    def unpack(self, first: int, last: int) -> FlatKeyTerms:
        """Those of the documents from `first` to before `last`, by their places among the ordinals."""
        if not HAS_NUMBA:
            return unpack_plainly(self, range(first, last))
        doc_start = np.empty(last - first + 1, np.int64)
        numbers, freqs = np.empty(PLACES * (last - first), np.uint32), np.empty(PLACES * (last - first), np.uint8)
        kernels.unpack_documents(
            self.words, self.offsets, first, last, len(self.ordinals), PLACES, doc_start, numbers, freqs
        )
        return FlatKeyTerms(doc_start, numbers[: doc_start[-1]], freqs[: doc_start[-1]])


class KeyTermChooser:
    """Looks at the postings of a segment's text group, a stretch of terms after the other, and chooses."""

    def __init__(self, documents: int, terms: Dictionary) -> None:
        self._capitals = terms.prefix_range(CAPITALS_MARK)
        self._documents = documents
        self._least = 2 if documents >= LARGE else 1
        self._seen = 0
        self._weights = np.zeros((documents, PLACES), np.float32)
        self._terms = np.zeros((documents, PLACES), np.uint32)
        self._freqs = np.zeros((documents, PLACES), np.uint8)
        self._held = np.zeros(documents, np.int64)
        self._lowest = np.zeros(documents, np.int64)

    def watch(self, stretches: Iterable[TermStretch]) -> Iterator[TermStretch]:
        """The stretches as they are, looked at while they pass."""
        for stretch in stretches:
            self._offer(stretch.postings)
            yield stretch

    def choose(self) -> FlatKeyTerms:
        filled = np.arange(PLACES) < self._held[:, None]
        docs = np.repeat(np.arange(self._documents), self._held)
        terms, freqs = self._terms[filled], self._freqs[filled]
        order = np.lexsort((terms, docs))
        doc_start = np.zeros(self._documents + 1, np.int64)
        np.cumsum(self._held, out=doc_start[1:])
        return FlatKeyTerms(doc_start, terms[order], freqs[order])

    def _offer(self, postings: FlatPostings) -> None:
        idf = segment_idf(self._documents, np.diff(postings.term_start))
        offer = kernels.offer_terms if HAS_NUMBA else offer_plainly
        offer(
            postings.term_start, postings.docs, postings.title_freq, postings.body_freq, self._seen, idf, self._least,
            self._capitals.start, self._capitals.stop, self._weights, self._terms, self._freqs, self._held,
            self._lowest,
        )  # fmt: skip
        self._seen += postings.term_count


def segment_idf(documents: int, holding: npt.NDArray[np.integer]) -> F32:
    """As `searchapp/search/scoring.py` has it, of the documents of a segment."""
    idf: F32 = np.log(1 + (documents - holding + 0.5) / (holding + 0.5)).astype(np.float32)
    return idf


def offer_plainly(
    term_start: I64, docs: I32, title_freq: U32, body_freq: U32, first_term: int, idf: F32, least: int,
    skip_from: int, skip_to: int, weights: F32, terms: U32, freqs: U8, held: I64, lowest: I64,
) -> None:  # fmt: skip
    """Every document keeps the heaviest of what it has and what is offered, of equals the first."""
    sizes = np.diff(term_start)
    of_posting = np.repeat(np.arange(len(sizes)), sizes)
    total = title_freq.astype(np.int64) + body_freq
    weight = idf[of_posting] * total.astype(np.float32)
    term = first_term + of_posting
    asked = (sizes[of_posting] >= least) & ((term < skip_from) | (term >= skip_to))
    for doc in np.unique(docs[asked]).tolist():
        offered = np.flatnonzero(asked & (docs == doc))
        had = int(held[doc])
        all_weights = np.concatenate([weights[doc, :had], weight[offered]])
        all_terms = np.concatenate([terms[doc, :had], term[offered]])
        all_freqs = np.concatenate([freqs[doc, :had], np.minimum(total[offered], MOST_FREQ)])
        kept = np.lexsort((all_terms, -all_weights))[: weights.shape[1]]
        held[doc] = len(kept)
        weights[doc, : len(kept)], terms[doc, : len(kept)] = all_weights[kept], all_terms[kept]
        freqs[doc, : len(kept)] = all_freqs[kept]
        lowest[doc] = len(kept) - 1


def pack_key_terms(flat: FlatKeyTerms) -> KeyTerms:
    ordinals, numbers = np.unique(flat.terms, return_inverse=True)
    return KeyTerms(
        ordinals.astype(np.uint32), *_pack(flat.doc_start, numbers.astype(np.uint32), flat.freqs, len(ordinals))
    )


def _pack(doc_start: I64, numbers: U32, freqs: U8, terms: int) -> tuple[U32, U32]:
    """The offsets and the words, with the spare one."""
    if not HAS_NUMBA:
        return pack_plainly(doc_start, numbers, freqs, terms)
    offsets = np.empty(len(doc_start), np.uint32)
    kernels.count_words(doc_start, numbers, freqs, terms, offsets)
    words = np.zeros(int(offsets[-1]) + 1, np.uint32)
    kernels.pack_terms(doc_start, numbers, freqs, terms, offsets, words)
    return offsets, words


def pack_plainly(doc_start: I64, numbers: U32, freqs: U8, terms: int) -> tuple[U32, U32]:
    offsets, bits = [0], []
    for first, last in zip(doc_start[:-1].tolist(), doc_start[1:].tolist(), strict=True):
        rest = _gap_bits(terms, last - first)
        bits += _bits_of(last - first, kernels.COUNT_BITS)
        before = -1
        for number, freq in zip(numbers[first:last].tolist(), freqs[first:last].tolist(), strict=True):
            gap = number - before - 1
            before = number
            bits += [*[1] * (gap >> rest), 0, *_bits_of(gap, rest), *[1] * (freq - 1), 0]
        bits += [0] * (-len(bits) % 32)
        offsets.append(len(bits) // 32)
    words = np.packbits(np.array([*bits, *[0] * 32], np.uint8), bitorder="little").view(np.uint32)
    return np.array(offsets, np.uint32), words


def unpack_plainly(packed: KeyTerms, docs: Iterable[int]) -> FlatKeyTerms:
    doc_start: list[int] = [0]
    numbers: list[int] = []
    freqs: list[int] = []
    for doc in docs:
        first, last = packed.offsets[doc : doc + 2].tolist()
        if first == last:
            doc_start.append(len(numbers))
            continue
        bits = np.unpackbits(packed.words[first:last].view(np.uint8), bitorder="little").tolist()
        count, at = _number_of(bits[: kernels.COUNT_BITS]), kernels.COUNT_BITS
        rest = _gap_bits(len(packed.ordinals), count)
        before = -1
        for _ in range(count):
            end = bits.index(0, at)
            before += ((end - at) << rest) + _number_of(bits[end + 1 : end + 1 + rest]) + 1
            at = end + 1 + rest
            end = bits.index(0, at)
            numbers.append(before)
            freqs.append(end - at + 1)
            at = end + 1
        doc_start.append(len(numbers))
    return FlatKeyTerms(np.array(doc_start, np.int64), np.array(numbers, np.uint32), np.array(freqs, np.uint8))


def _gap_bits(terms: int, count: int) -> int:
    return max((terms // (count + 1)).bit_length() - 1, 0)


def _bits_of(number: int, bits: int) -> list[int]:
    return [number >> bit & 1 for bit in range(bits)]


def _number_of(bits: Sequence[int]) -> int:
    return sum(bit << place for place, bit in enumerate(bits))


def write_key_terms(writer: SegmentFileWriter, packed: KeyTerms) -> None:
    writer.add(f"{_NAME}.ordinals", packed.ordinals)
    writer.add(f"{_NAME}.offsets", packed.offsets)
    writer.add(f"{_NAME}.words", packed.words)


def open_key_terms(file: SegmentFile) -> KeyTerms | None:
    """None where the segment was written before there were any."""
    if f"{_NAME}.words" not in file:
        return None
    return KeyTerms(*(file.array(f"{_NAME}.{part}") for part in ("ordinals", "offsets", "words")))


def no_key_terms(documents: int) -> KeyTerms:
    return KeyTerms(np.empty(0, np.uint32), np.zeros(documents + 1, np.uint32), np.zeros(1, np.uint32))


def merge_key_terms(
    sources: Sequence[KeyTerms], live: Sequence[npt.NDArray[np.bool_]], new_terms: Sequence[I32]
) -> KeyTerms:
    """Those of the live documents of all sources; `new_terms[s][term]` is the number of a term of source s in the
    merged group, -1 where no live document holds it."""
    renamed = [of_source[source.ordinals] for source, of_source in zip(sources, new_terms, strict=True)]
    ordinals = np.unique(np.concatenate([each[each >= 0] for each in renamed])).astype(np.uint32)
    offsets, words = [np.zeros(1, np.uint32)], []
    filled = 0
    for source, alive, new in zip(sources, live, renamed, strict=True):
        places = np.searchsorted(ordinals, np.maximum(new, 0)).astype(np.uint32)
        for first in range(0, len(alive), _DOCUMENTS_AT_ONCE):
            last = min(first + _DOCUMENTS_AT_ONCE, len(alive))
            flat = source.unpack(first, last)
            sizes = np.diff(flat.doc_start)
            kept = np.repeat(alive[first:last], sizes)
            doc_start = np.concatenate([[0], np.cumsum(sizes[alive[first:last]])]).astype(np.int64)
            part_offsets, part = _pack(doc_start, places[flat.terms[kept]], flat.freqs[kept], len(ordinals))
            offsets.append(part_offsets[1:] + np.uint32(filled))
            words.append(part[:-1])
            filled += len(part) - 1
    return KeyTerms(ordinals, np.concatenate(offsets), np.concatenate([*words, np.zeros(1, np.uint32)]))
