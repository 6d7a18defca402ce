"""Finding copies by their sketches: both paths find the same, and what a merge carries over is what was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec import stories as module
from indexer.codec import tiers
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.kernels.sketching import KEY_BITS
from indexer.codec.segment import MappedSegment
from indexer.codec.sketching import U64
from indexer.codec.stories import Stories, find_plainly, merge_sketches, order_sketches, story_faults
from indexer.codec.structure import structural_faults
from indexer.document import make_draft
from tests.indexer.codec.golden_copies import COPIES

#: Few keys and few small values, so that some sketches share these and some those.
keys = st.tuples(*[st.sampled_from([0, 1, 2**19, 2**20 - 1])] * 3)
smalls = st.tuples(
    *[st.sampled_from([0, 0x1111111111111111, 0x0000000011111111, 0x1000000000000000, 0x1111110000000000])] * 3
)


def word_of(of_sketch: tuple[int, int, int], *, is_short: bool = False) -> int:
    return 1 << 63 | is_short << 62 | sum(key << KEY_BITS * place for place, key in enumerate(of_sketch))


sketches = st.one_of(
    st.builds(lambda small, key, is_short: (*small, word_of(key, is_short=is_short)), smalls, keys, st.booleans()),
    st.just((0, 0, 0, 0)),
)
tables = st.lists(sketches, min_size=1, max_size=40).map(lambda rows: np.array(rows, np.uint64))


@pytest.mark.skipif(not HAS_NUMBA, reason="without numba there is no other path: install numba")
@pytest.mark.parametrize("most", [1, 3, 200])
@given(held=tables, wanted=tables, dead=st.sets(st.integers(0, 39)))
def test_both_paths_find_the_same(most: int, held: U64, wanted: U64, dead: set[int]) -> None:
    live = np.array([doc not in dead for doc in range(len(held))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_OF_A_KEY", most)
        patch.setattr(module, "_A_BUCKET", 2)
        found = order_sketches(held).find(wanted, live, compiled=True)
        expected = find_plainly(held, wanted, live)
    assert [each.tolist() for each in found] == [each.tolist() for each in expected]


@given(tables)
def test_a_copy_shares_a_key_and_most_small_values(held: U64) -> None:
    found = find_plainly(held, held, np.ones(len(held), np.bool_))
    pairs = set(zip(*(each.tolist() for each in found), strict=True))
    for one, first in enumerate(held.tolist()):
        for other, second in enumerate(held.tolist()):
            shares_key = any((first[3] ^ second[3]) >> KEY_BITS * key & (1 << KEY_BITS) - 1 == 0 for key in range(3))
            same = sum((first[at // 16] ^ second[at // 16]) >> at % 16 * 4 & 15 == 0 for at in range(48))
            least = 47 if (first[3] | second[3]) >> 62 & 1 else 37
            is_copy = first[3] != 0 and second[3] != 0 and shares_key and same >= least
            assert ((one, other) in pairs) == is_copy


def test_sketches_in_order_have_no_faults_and_others_do() -> None:
    made = order_sketches(np.array([[1, 2, 3, word_of((place, 5, 9))] for place in (7, 3, 5)], np.uint64))
    assert list(story_faults(made, 3)) == []
    assert next(story_faults(made, 4))[0] == "stories.sketches"
    shuffled, starts = order_sketches(made.sketches[::-1]), made.starts.copy()
    starts[1, 0] += 1
    assert next(story_faults(replace(made, orders=shuffled.orders), 3))[0] == "stories.orders"
    assert next(story_faults(replace(made, starts=starts), 3))[0] == "stories.starts"


def test_a_merge_carries_over_the_sketches_of_who_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [Article(external_id=str(place), body=body, lang="en") for place, body in enumerate(COPIES.values())]
    index = WhooshIndex.create(tmp_path / "index")
    with index.writer(16) as writer:
        for article in articles:
            writer.write(make_draft(article, "/somewhere"))
            writer.commit(tidy=False)
    before = {}
    for segment in index.view().segments:
        before |= named(segment.mapped)
    assert len(before) == len(articles)
    assert all(sketch[-1] for sketch in before.values())
    monkeypatch.setattr(tiers, "TIER_FACTOR", 2)
    with index.writer(16) as writer:
        writer.remove(articles[3].id)
        writer.commit()
    (merged,) = [segment.mapped for segment in index.view().segments]
    del before[articles[3].id]
    assert named(merged) == before
    assert list(structural_faults(merged)) == []


def named(segment: MappedSegment) -> dict[str, list[int]]:
    return {segment.id_of(doc): sketch for doc, sketch in enumerate(segment.stories.sketches.tolist())}


def test_a_segment_without_sketches_has_no_copies() -> None:
    none = order_sketches(np.zeros((3, 4), np.uint64))
    some = order_sketches(np.array([[0, 0, 0, word_of((1, 2, 3))]], np.uint64))
    for compiled in (False, HAS_NUMBA):
        assert len(none.find(some.sketches, np.ones(3, np.bool_), compiled=compiled)[0]) == 0
    merged = merge_sketches([none, some], [np.ones(3, np.bool_), np.ones(1, np.bool_)])
    assert isinstance(merged, Stories)
    assert find_plainly(merged.sketches, some.sketches, np.ones(4, np.bool_))[1].tolist() == [3]


def test_an_article_takes_forty_bytes(tmp_path: Path) -> None:
    drawn = np.random.default_rng(1).integers(0, 1 << 63, (100_000, 4), np.uint64)
    made = order_sketches(drawn | np.uint64(1 << 63))
    assert sum(part.nbytes for part in (made.sketches, made.orders.words, made.starts)) <= 40 * len(drawn)
