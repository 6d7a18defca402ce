"""Key terms: what is chosen, that it comes back out of its bits, and that it goes on when segments are merged."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec import key_terms as module
from indexer.codec import tiers
from indexer.codec.dictionary import build_dictionary
from indexer.codec.group import TermStretch
from indexer.codec.kernels.key_terms import unpack_document
from indexer.codec.key_terms import (
    PLACES,
    FlatKeyTerms,
    KeyTermChooser,
    KeyTerms,
    pack_key_terms,
    pack_plainly,
    unpack_plainly,
)
from indexer.codec.packing import FlatPostings
from indexer.codec.segment import MappedSegment
from indexer.codec.structure import structural_faults
from indexer.document import make_draft

flat_terms = st.lists(
    st.dictionaries(st.integers(0, 3000), st.integers(1, 15), max_size=PLACES), min_size=1, max_size=8
)


def flatten(documents: list[dict[int, int]]) -> FlatKeyTerms:
    ordered = [sorted(document.items()) for document in documents]
    return FlatKeyTerms(
        np.cumsum([0, *map(len, ordered)]).astype(np.int64),
        np.array([term for document in ordered for term, _ in document], np.uint32),
        np.array([freq for document in ordered for _, freq in document], np.uint8),
    )


def same(one: FlatKeyTerms, other: FlatKeyTerms) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("doc_start", "terms", "freqs"))


@given(flat_terms)
def test_what_is_packed_comes_out_again_and_both_paths_pack_alike(documents) -> None:
    flat = flatten(documents)
    packed = pack_key_terms(flat)
    unpacked = packed.unpack(0, len(documents))
    assert same(FlatKeyTerms(unpacked.doc_start, packed.ordinals[unpacked.terms], unpacked.freqs), flat)
    assert same(unpack_plainly(packed, range(len(documents))), unpacked)
    offsets, words = pack_plainly(unpacked.doc_start, unpacked.terms, unpacked.freqs, len(packed.ordinals))
    assert np.array_equal(offsets, packed.offsets)
    assert np.array_equal(words, packed.words)


@given(flat_terms, st.binary(min_size=4, max_size=400))
def test_damaged_words_are_read_no_further_than_they_go(documents, noise) -> None:
    packed = pack_key_terms(flatten(documents))
    words = packed.words.copy()
    broken = np.resize(np.frombuffer(noise, np.uint8), words.nbytes).view(np.uint32)
    words[:-1] = broken[:-1]
    numbers, freqs = np.empty(64, np.uint32), np.empty(64, np.uint8)
    for doc in range(len(documents)):
        count = unpack_document(words, packed.offsets, doc, len(packed.ordinals), numbers, freqs)
        assert 0 <= count <= 64
        assert (freqs[:count] <= 15).all()


def invert(documents: list[list[int]], vocabulary: int) -> FlatPostings:
    """Documents as lists of term numbers; a term's first occurrence stands in the title."""
    counts = [Counter(document) for document in documents]
    postings = [[(doc, count[term]) for doc, count in enumerate(counts) if count[term]] for term in range(vocabulary)]
    flat = [pair for of_term in postings for pair in of_term]
    totals = np.array([total for _, total in flat], np.int64)
    return FlatPostings(
        np.cumsum([0, *map(len, postings)]).astype(np.int64),
        np.array([doc for doc, _ in flat], np.int32),
        np.ones(len(flat), np.uint32),
        (totals - 1).astype(np.uint32),
        np.concatenate([[0], np.cumsum(totals)]).astype(np.int64),
        np.zeros(int(totals.sum()), np.int32),
        np.zeros(int(totals.sum()), np.uint16),
    )


def heaviest(documents: list[list[int]], least: int, skipped: range) -> list[list[tuple[int, int]]]:
    holding = Counter(term for document in documents for term in set(document))
    chosen = []
    for document in documents:
        weights = {
            term: np.float32(np.float32(math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))) * np.float32(freq))
            for term, freq in Counter(document).items()
            if (n := holding[term]) >= least and term not in skipped
        }
        best = sorted(weights, key=lambda term: (-weights[term], term))[:5]
        chosen.append(sorted((term, min(document.count(term), 15)) for term in best))
    return chosen


@pytest.mark.parametrize("compiled", [True, False])
@given(documents=st.lists(st.lists(st.integers(0, 11), max_size=40), min_size=1, max_size=6), cut=st.integers(0, 12))
def test_the_heaviest_terms_are_chosen(compiled: bool, documents, cut: int) -> None:
    # Texts rise: two of them are readings as in lines of capitals.
    texts = build_dictionary([b"0", b"1", b"^^a", b"^^b", *(f"en:{number:02}".encode() for number in range(8))])
    for large, least in ((1000, 1), (1, 2)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "PLACES", 5)
            patch.setattr(module, "LARGE", large)
            patch.setattr(module, "HAS_NUMBA", compiled and module.HAS_NUMBA)
            chooser = KeyTermChooser(len(documents), texts)
            whole = invert(documents, 12)
            parts = [cut_terms(whole, 0, cut), cut_terms(whole, cut, 12)]
            list(chooser.watch(TermStretch(part, np.zeros(0, np.uint32)) for part in parts))
            flat = chooser.choose()
        found = [
            list(zip(flat.terms[first:last].tolist(), flat.freqs[first:last].tolist(), strict=True))
            for first, last in zip(flat.doc_start[:-1], flat.doc_start[1:], strict=True)
        ]
        assert found == heaviest(documents, least, range(2, 4))


def cut_terms(flat: FlatPostings, first: int, last: int) -> FlatPostings:
    begin, end = int(flat.term_start[first]), int(flat.term_start[last])
    return FlatPostings(
        flat.term_start[first : last + 1] - begin,
        flat.docs[begin:end],
        flat.title_freq[begin:end],
        flat.body_freq[begin:end],
        flat.position_start[begin : end + 1] - flat.position_start[begin],
        flat.positions,
        flat.forms,
    )


def named(segment: MappedSegment) -> dict[str, dict[str, int]]:
    """The key terms of every document by its id, by their texts."""
    key_terms, texts = segment.key_terms, segment.text.terms
    flat = key_terms.unpack(0, segment.document_count)
    return {
        segment.id_of(doc): {
            texts[int(key_terms.ordinals[term])]: int(freq)
            for term, freq in zip(flat.terms[first:last], flat.freqs[first:last], strict=True)
        }
        for doc, (first, last) in enumerate(zip(flat.doc_start[:-1], flat.doc_start[1:], strict=True))
    }


def test_key_terms_go_on_when_segments_are_merged_without_what_was_deleted(tmp_path: Path, monkeypatch) -> None:
    articles = [
        Article(external_id=str(number), title=f"Map {number}", body=f"The mine of village {number} " * 2, lang="en")
        for number in range(30)
    ]
    index = WhooshIndex.create(tmp_path / "index")
    with index.writer(16) as writer:
        for first in (0, 15):
            for article in articles[first : first + 15]:
                writer.write(make_draft(article, "/somewhere"))
            writer.commit(tidy=False)
    before: dict[str, dict[str, int]] = {}
    for segment in index.view().segments:
        before |= named(segment.mapped)
    assert before[articles[3].id] == {"3": 3, "en:mine": 2, "en:villag": 2, "en:map": 1, "en:the": 2, "en:of": 2}
    monkeypatch.setattr(tiers, "TIER_FACTOR", 2)
    with index.writer(16) as writer:
        writer.remove(articles[3].id)
        writer.commit()
    merged = [segment.mapped for segment in index.view().segments]
    assert len(merged) == 1
    del before[articles[3].id]
    assert named(merged[0]) == before
    assert list(structural_faults(merged[0])) == []


def test_a_segment_without_key_terms_has_none_for_anybody() -> None:
    none = module.no_key_terms(3)
    assert none.unpack(0, 3).doc_start.tolist() == [0, 0, 0, 0]
    assert same(unpack_plainly(none, range(3)), none.unpack(0, 3))
    some = pack_key_terms(flatten([{0: 1, 2: 3}]))
    merged = module.merge_key_terms(
        [none, some],
        [np.ones(3, np.bool_), np.ones(1, np.bool_)],
        [np.zeros(0, np.int32), np.arange(3, dtype=np.int32)],
    )
    assert isinstance(merged, KeyTerms)
    assert np.diff(merged.unpack(0, 4).doc_start).tolist() == [0, 0, 0, 2]
