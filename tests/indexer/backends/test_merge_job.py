"""A merge that somebody does while writing goes on: what was replaced or removed meanwhile is gone from it too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Article
from indexer.backends.merge_job import run_merge
from indexer.backends.whoosh_index import WhooshIndex
from indexer.backends.whoosh_writer import WhooshIndexWriter
from indexer.codec import tiers
from indexer.document import make_draft

MEMORY_MB = 16
KEYS = st.sampled_from("abcdef")
#: Articles by key, with what is in them, or None for one that is taken out.
changes = st.dictionaries(KEYS, st.sampled_from(["red", "green", "blue", None]), max_size=4)


def news(key: str, body: str) -> Article:
    return Article(title=f"Story {key}", body=body, external_id=key, lang="en")


def change(writer: WhooshIndexWriter, held: dict[str, str], changed: dict[str, str | None]) -> None:
    for key, body in changed.items():
        if body is not None:
            writer.write(make_draft(news(key, body), "/news"))
            held[key] = body
        elif held.pop(key, None) is not None:
            writer.remove(news(key, "").id)


def bodies(folder: Path) -> dict[str | None, str]:
    return {held.article.external_id: held.article.body for held in WhooshIndex.open(folder).articles()}


@settings(max_examples=40)
@given(
    before=st.lists(changes, min_size=2, max_size=6),
    meanwhile=st.lists(changes, max_size=2),
    waiting=changes,
)
def test_what_changes_while_a_merge_is_done_is_right(tmp_path_factory, before, meanwhile, waiting) -> None:
    folder = tmp_path_factory.mktemp("merging") / "index"
    held: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch, WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
        patch.setattr(tiers, "TIER_FACTOR", 2)
        for changed in before:
            change(writer, held, changed)
            writer.commit(tidy=False)
        job = writer.plan_merge()
        if job is not None:
            run_merge(job)
        for changed in meanwhile:
            change(writer, held, changed)
            writer.commit(tidy=False)
        change(writer, held, waiting)
        if job is not None:
            writer.take_merged(job)
        writer.commit(tidy=False)
        assert bodies(folder) == held
        writer.commit()
    assert bodies(folder) == held
    assert len(list(folder.glob("*.seg"))) == WhooshIndex.open(folder).stats().segments


def test_a_merge_that_nobody_took_leaves_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "TIER_FACTOR", 2)
    with WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
        for key in "ab":
            change(writer, {}, {key: "red"})
            writer.commit(tidy=False)
        job = writer.plan_merge()
        assert job is not None
        run_merge(job)
        assert len(list(folder.glob("*.seg"))) == 3
    assert len(list(folder.glob("*.seg"))) == 2
    assert bodies(folder) == {"a": "red", "b": "red"}


def test_what_a_process_that_was_cut_off_left_is_swept_by_the_next_writer(folder: Path) -> None:
    with WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
        change(writer, {}, {"a": "red"})
        writer.commit()
    (folder / "MAIN_0123456789abcdef.seg").write_bytes(b"half a segment")
    WhooshIndex.open(folder).writer(MEMORY_MB).__exit__(None, None, None)
    assert len(list(folder.glob("*.seg"))) == 1
    assert bodies(folder) == {"a": "red"}
