"""Names of segment files."""

from __future__ import annotations

import random

from indexer.codec.whoosh_codec import BroadsheetSegment


def test_no_name_comes_again_whoever_sets_the_generator_of_random_numbers() -> None:
    names = set()
    for _ in range(50):
        random.seed(1916)
        names.add(BroadsheetSegment("MAIN", 0).segment_id())
    assert len(names) == 50
