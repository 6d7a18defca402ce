"""When a file that has changed is read: times are given, nothing waits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.watching.pending import HOLD_S, QUIET_S, RESTLESS_S, Pending
from indexer.watching.scanning import Look


def look(path: str, stamp: int = 0, size_bytes: int = 1) -> Look:
    return Look(path, str(stamp).encode(), size_bytes)


def ready(pending: Pending, now: float) -> list[str]:
    return [each.path for each in pending.ready(now)]


def test_a_file_is_read_when_it_has_been_quiet_and_not_before() -> None:
    pending = Pending()
    pending.note(look("a"), 0.0)
    assert ready(pending, QUIET_S * 0.9) == []
    assert ready(pending, QUIET_S) == ["a"]


def test_a_file_that_changes_begins_to_be_quiet_anew_and_one_that_was_looked_at_again_does_not() -> None:
    pending = Pending()
    pending.note(look("a", 1), 0.0)
    pending.note(look("a", 2), QUIET_S)
    assert ready(pending, QUIET_S * 1.5) == []
    pending.note(look("a", 2), QUIET_S * 1.9)
    assert ready(pending, QUIET_S * 2) == ["a"]


def test_a_file_that_never_is_quiet_is_read_all_the_same_and_a_large_one_later() -> None:
    pending = Pending()
    now = 0.0
    while now <= RESTLESS_S:
        assert ready(pending, now) == []
        pending.note(look("small", int(now * 1000)), now)
        pending.note(look("large", int(now * 1000), 1_000_000_000), now)
        now += QUIET_S / 2
    while not (found := ready(pending, now)):
        now += 0.01
        pending.note(look("small", int(now * 1000)), now)
        pending.note(look("large", int(now * 1000), 1_000_000_000), now)
    assert found == ["small"]
    assert now <= RESTLESS_S + HOLD_S + QUIET_S
    assert pending.is_overdue("small", now)
    assert not pending.is_overdue("large", now)


def test_a_burst_is_read_in_one_batch_once_it_is_over() -> None:
    pending = Pending()
    for number in range(100):
        now = number * 0.005
        pending.note(look(f"{number:03}"), now)
        assert ready(pending, now) == []
    assert ready(pending, now + QUIET_S) == [f"{number:03}" for number in range(100)]


def test_a_burst_that_goes_on_holds_nobody_back_for_long() -> None:
    pending = Pending()
    now = 0.0
    pending.note(look("first"), now)
    while not ready(pending, now):
        now += 0.05
        pending.note(look(f"{now}"), now)
    assert now <= QUIET_S + HOLD_S + 0.1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.floats(0, 2)), max_size=30))
def test_whatever_comes_everything_is_ready_in_the_end_and_once(notes: list[tuple[str, int, float]]) -> None:
    pending = Pending()
    now = 0.0
    for path, stamp, after_s in notes:
        now += after_s
        pending.note(look(path, stamp), now)
    found = pending.ready(now + RESTLESS_S + 1)
    assert [each.path for each in found] == sorted({path for path, _, _ in notes})
    for each in found:
        pending.drop(each.path)
    assert len(pending) == 0
