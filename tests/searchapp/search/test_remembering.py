"""What is huge is worked out again, and takes no room in between."""

from __future__ import annotations

from searchapp.search.remembering import LARGEST, remember


def test_what_is_small_is_worked_out_once_and_what_is_huge_each_time() -> None:
    worked_out: list[int] = []

    @remember(8, len)
    def count(words: tuple[str, ...]) -> int:
        worked_out.append(len(words))
        return len(words)

    huge = ("word",) * (LARGEST + 1)
    for words in (("a", "b"), ("a", "b"), huge, huge, huge[1:], huge[1:]):
        assert count(words) == len(words)
    assert worked_out == [2, LARGEST + 1, LARGEST + 1, LARGEST]
