"""What processes tell each other of the generations that cursors walk through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from searchapp.backends.pins import Pins
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.cursor import CURSOR_LIVES_S


def commit(folder: Path, key: str) -> int:
    with WhooshIndex.open_or_create(folder).writer(16) as writer:
        writer.write(make_draft(Article(title=f"Title {key}", external_id=key), "a"))
        return writer.commit().generation


def test_a_pin_of_one_process_is_seen_by_the_other_and_only_grows(tmp_path: Path) -> None:
    Pins.make_table(tmp_path / "pins")
    one, other = Pins(tmp_path / "pins"), Pins(tmp_path / "pins")
    assert other.until(0) == other.until(7) == 0.0
    one.pin(7, 100.0)
    one.pin(7, 50.0)
    assert (other.until(7), other.until(7 + 1024), other.until(8)) == (100.0, 0.0, 0.0)


def test_a_generation_that_another_process_pinned_is_kept_for_as_long(tmp_path: Path) -> None:
    Pins.make_table(tmp_path / "pins")
    now = 1000.0
    clock: Callable[[], float] = lambda: now  # noqa: E731
    folder = tmp_path / "index"
    first = commit(folder, "1")
    one, other = (WhooshEngine(folder, clock=clock, pins=Pins(tmp_path / "pins")) for _ in range(2))
    one.pin(first)
    commit(folder, "2")
    assert one.refresh()
    assert other.refresh()
    now += CURSOR_LIVES_S - 1
    for engine in (one, other):
        engine.refresh()
        kept = engine.at(first)
        assert kept is not None
        assert kept.facts().articles == 1
    now += 2
    assert one.at(first) is None
    assert other.at(first) is None


def test_a_commit_that_another_process_has_seen_first_is_looked_for(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    commit(folder, "1")
    engine = WhooshEngine(folder)
    latest = commit(folder, "2")
    found = engine.at(latest)
    assert found is not None
    assert found.facts().articles == 2
    assert engine.at(latest + 1) is None
