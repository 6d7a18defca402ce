"""Segments on disk, packed, deleted from and merged, answer like brute force over lists."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
import numpy.typing as npt
import pytest
from brute_force import BruteForce
from hypothesis import given
from hypothesis import strategies as st
from test_engine_against_brute_force import articles, compare, list_article, plans

from indexer.article import Article, encode_article
from indexer.backends.port import Document
from indexer.codec import compiled
from indexer.codec.column_collecting import ColumnCollector
from indexer.codec.columns import column_values
from indexer.codec.inverting import invert_documents
from indexer.codec.merge import MergeSource, merge_segments
from indexer.codec.segment import MappedSegment
from indexer.codec.segment_writer import write_segment
from indexer.codec.stored import ArticleCompressor, join_frames
from searchapp.backends.array_source import ArraySource
from searchapp.backends.generation import Generation
from searchapp.search.execute import execute_plan

batches = st.lists(st.lists(articles(), min_size=1, max_size=8, unique_by=lambda document: document.id), max_size=4)


def write_documents(path: Path, documents: list[Document]) -> MappedSegment:
    words = invert_documents(documents)
    columns = ColumnCollector()
    for each in documents:
        columns.add(column_values(each.id, each.content_hash, each.origin, each.article))
    compress = ArticleCompressor(b"").compress
    frames = [tuple(compress(part) for part in encode_article(each.article)) for each in documents]
    write_segment(path, words, columns.build(words.title_length, words.body_length), join_frames(frames, b""))
    return MappedSegment(path)


@dataclass(frozen=True, slots=True)
class LiveSegment:
    mapped: MappedSegment
    live: npt.NDArray[np.bool_]


def write_segments(folder: Path, written: list[list[Document]], removed: set[str]) -> list[LiveSegment]:
    """Of two documents of one id the later lives."""
    last = {each.id: number for number, batch in enumerate(written) for each in batch}
    return [
        LiveSegment(
            write_documents(folder / f"{number}.seg", batch),
            np.array([last[each.id] == number and each.id not in removed for each in batch], np.bool_),
        )
        for number, batch in enumerate(written)
    ]


class SourceEngine:
    """As much of an engine as the comparison asks for."""

    def __init__(self, segments: list[LiveSegment]) -> None:
        generation = Generation(1, [(each.mapped, np.flatnonzero(~each.live)) for each in segments])
        self._source = ArraySource(generation)

    def execute(self, plan):
        return execute_plan(plan, self._source, monotonic)


def held_articles(written: list[list[Document]], removed: set[str]) -> list[Document]:
    held = {each.id: each for batch in written for each in batch}
    return [each for each in held.values() if each.id not in removed]


@given(
    written=batches,
    removed=st.sets(st.integers(0, 24), max_size=4),
    asked=st.lists(plans(), min_size=1, max_size=8),
    merged=st.booleans(),
)
def test_segments_answer_like_brute_force(written, removed, asked, merged) -> None:
    away = {Article(external_id=f"n{number}").id for number in removed}
    held = held_articles(written, away)
    oracle = BruteForce([list_article(document) for document in held])
    with tempfile.TemporaryDirectory() as folder:
        segments = write_segments(Path(folder), written, away)
        if merged and held:
            path = Path(folder) / "merged.seg"
            merge_segments(path, [MergeSource(each.mapped, each.live) for each in segments])
            whole = MappedSegment(path)
            segments = [LiveSegment(whole, np.ones(whole.document_count, np.bool_))]
        engine = SourceEngine(segments)
        for plan in asked:
            compare(engine, oracle, plan)


@given(written=batches, removed=st.sets(st.integers(0, 24), max_size=4))
def test_merged_segment_holds_the_survivors_and_nothing_else(written, removed) -> None:
    away = {Article(external_id=f"n{number}").id for number in removed}
    survivors = held_articles(written, away)
    with tempfile.TemporaryDirectory() as folder:
        segments = write_segments(Path(folder), written, away)
        in_order = [
            document
            for batch, segment in zip(written, segments, strict=True)
            for document, lives in zip(batch, segment.live, strict=True)
            if lives
        ]
        assert {each.id for each in in_order} == {each.id for each in survivors}
        if not in_order:
            return
        merge_segments(Path(folder) / "m.seg", [MergeSource(each.mapped, each.live) for each in segments])
        merged, fresh = MappedSegment(Path(folder) / "m.seg"), write_documents(Path(folder) / "f.seg", in_order)
        assert merged.file.facts == pytest.approx(fresh.file.facts)
        assert set(merged.file.names) == set(fresh.file.names)
        for name in merged.file.names:
            if not name.startswith(("stored", "original")):
                assert np.array_equal(merged.file.array(name), fresh.file.array(name)), name
        for number, document in enumerate(in_order):
            assert merged.article(number) == document.article
            assert merged.find(document.id) == number
        assert list(merged.damaged_ranges()) == []


def test_plain_paths_answer_alike_where_numba_is_missing() -> None:
    """These very tests once more, in a process that has no numba."""
    assert compiled.HAS_NUMBA or os.environ.get("BROADSHEET_NO_NUMBA")
    if not compiled.HAS_NUMBA:
        return
    environment = {**os.environ, "BROADSHEET_NO_NUMBA": "1"}
    again = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stdout
