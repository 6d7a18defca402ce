"""Parts of an archive: every article is in exactly one, and nonsense is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import UsageError
from indexer.sharding import Shard


@given(article_id=st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=16, max_size=16), parts=st.integers(1, 64))
def test_every_article_is_in_exactly_one_part(article_id: str, parts: int) -> None:
    assert sum(Shard(number, parts).holds(article_id) for number in range(1, parts + 1)) == 1


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "1/99999", "-1/3", ""])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="1/16 to 16/16"):
        Shard.parse(text)


def test_a_part_is_read_as_it_is_written() -> None:
    assert Shard.parse("3/16") == Shard(3, 16)
