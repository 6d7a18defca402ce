"""Stories over several segments: what is joined, what comes first, and that only the newest generation counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import numpy as np
import pytest

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.stories import find_plainly
from indexer.document import make_draft
from searchapp.backends import stories as module
from searchapp.backends.whoosh_searcher import WhooshEngine
from tests.indexer.codec.golden_copies import COPIES, FOLLOW_UP, LEAD, PIECE

BOTH = [True, False] if HAS_NUMBA else [False]
ANALYZER = Analyzer()


def write(folder: Path, *commits: tuple[Article, ...]) -> Path:
    with WhooshIndex.open_or_create(folder).writer(16) as writer:
        for articles in commits:
            for article in articles:
                writer.write(make_draft(article, "/somewhere"))
            writer.commit(tidy=False)
    return folder


def published(number: int, day: str | None, instant: str | None = None) -> Article:
    at = None if instant is None else datetime.fromisoformat(instant)
    return Article(external_id=str(number), body=PIECE, lang="en", published=Published(day, at))


def story_of(engine: WhooshEngine, article: Article) -> tuple[str, ...]:
    (story,) = engine.find_stories((article.id,))
    return () if story is None else story.ids


@pytest.fixture(params=BOTH, ids=lambda compiled: f"compiled={compiled}")
def compiled(request: pytest.FixtureRequest) -> bool:
    fast: bool = request.param
    return fast


def test_copies_in_any_segments_are_one_story_and_nothing_else_is_in_it(tmp_path: Path, compiled: bool) -> None:
    copies = tuple(
        Article(
            external_id=done, body=body, lang=("en", "de")[place % 2], published=Published(f"2020-01-{place + 1:02}")
        )
        for place, (done, body) in enumerate(COPIES.items())
    )
    others = tuple(
        Article(external_id=str(place), body=body) for place, body in enumerate((FOLLOW_UP, LEAD, "", "Short."))
    )
    engine = WhooshEngine(write(tmp_path / "index", copies[:3], others, copies[3:]), compiled=compiled)
    for copy in copies:
        assert story_of(engine, copy) == tuple(each.id for each in copies)
    assert engine.find_stories((*(each.id for each in others), "0000000000000000", "")) == (None,) * 6


def test_the_first_publication_is_the_earliest_day_then_instant_then_id(tmp_path: Path, compiled: bool) -> None:
    in_order = (
        published(1, "2020-03-04", "2020-03-04T07:00:00+01:00"),
        published(2, "2020-03-04", "2020-03-04T07:00:00+00:00"),
        published(3, "2020-03-04"),
        published(4, "2020-03-05", "2020-03-05T01:00:00+00:00"),
        published(5, "2020-03"),
        published(6, "2020"),
    )
    undated = sorted((published(7, None), published(8, None)), key=lambda article: article.id)
    engine = WhooshEngine(write(tmp_path / "index", (*undated, *in_order[::-1])), compiled=compiled)
    assert story_of(engine, in_order[3]) == tuple(each.id for each in (*in_order, *undated))


def test_what_is_deleted_or_changed_is_in_no_story(tmp_path: Path, compiled: bool) -> None:
    one, two, three = (published(number, f"2020-03-0{number}") for number in (1, 2, 3))
    folder = write(tmp_path / "index", (one, two), (three,))
    engine = WhooshEngine(folder, compiled=compiled)
    assert story_of(engine, three) == (one.id, two.id, three.id)
    with WhooshIndex.open(folder).writer(16) as writer:
        writer.write(make_draft(replace(one, body=FOLLOW_UP), "/somewhere"))
        writer.commit(tidy=False)
    assert story_of(engine, three) == (one.id, two.id, three.id)
    engine.refresh()
    assert story_of(engine, three) == (two.id, three.id)
    assert story_of(engine, one) == ()
    with WhooshIndex.open(folder).writer(16) as writer:
        writer.remove(two.id)
        writer.commit(tidy=False)
    engine.refresh()
    assert story_of(engine, three) == story_of(engine, two) == ()


def test_the_order_of_arrival_changes_nothing(tmp_path: Path, compiled: bool) -> None:
    articles = [published(number, f"2020-03-0{number}") for number in range(1, 7)]
    found = []
    for trial in range(3):
        shuffled = Random(trial).sample(articles, len(articles))
        commits = tuple(tuple(shuffled[first : first + trial + 1]) for first in range(0, len(shuffled), trial + 1))
        engine = WhooshEngine(write(tmp_path / str(trial), *commits), compiled=compiled)
        found.append(story_of(engine, articles[2]))
    assert found == [tuple(each.id for each in articles)] * 3


def test_a_story_is_followed_so_far_and_no_further(
    tmp_path: Path, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ARTICLES", 4)
    articles = [published(number, f"2020-03-0{number}") for number in range(1, 8)]
    engine = WhooshEngine(write(tmp_path / "index", tuple(articles)), compiled=compiled)
    story = story_of(engine, articles[6])
    assert len(story) == 4
    assert articles[6].id in story


def drift(random: Random) -> Iterator[str]:
    """Texts of which each changes a few words of one before it, so that stories have ends that are no copies."""
    texts = [[f"word{random.randrange(400)}" for _ in range(150)] for _ in range(4)]
    yield from map(" ".join, texts)
    for _ in range(60):
        text = random.choice(texts).copy()
        for _ in range(random.choice((0, 1, 3, 8, 60))):
            text[random.randrange(len(text))] = f"word{random.randrange(400)}"
        texts.append(text)
        yield " ".join(text)


@pytest.mark.parametrize("trial", range(3))
def test_stories_are_what_brute_force_joins(tmp_path: Path, compiled: bool, trial: int) -> None:
    random = Random(trial)
    articles = [
        Article(external_id=str(place), body=body, published=Published(f"20{random.randrange(10, 20)}-05-06"))
        for place, body in enumerate(drift(random))
    ]
    folder = write(tmp_path / "index", tuple(articles[:30]), tuple(articles[30:41]), tuple(articles[41:]))
    gone = random.sample(articles, 9)
    with WhooshIndex.open(folder).writer(16) as writer:
        for article in gone:
            writer.remove(article.id)
        writer.commit(tidy=False)
    engine = WhooshEngine(folder, compiled=compiled)
    alive = [article for article in articles if article not in gone]
    expected = join_by_force(folder, alive)
    assert max(map(len, expected)) > 3
    for article in alive:
        (wanted,) = (story for story in expected if article.id in story)
        assert set(story_of(engine, article) or (article.id,)) == wanted
        story = story_of(engine, article)
        days = {each.id: each.published.on for each in alive}
        assert list(story) == sorted(story, key=lambda article_id: (days[article_id], article_id))


def join_by_force(folder: Path, alive: list[Article]) -> list[set[str]]:
    """The sets of articles that are joined by copies of copies: every sketch is held to every other."""
    ids = {article.id for article in alive}
    held = {
        segment.mapped.id_of(doc): sketch
        for segment in WhooshIndex.open(folder).view().segments
        for doc, sketch in enumerate(segment.mapped.stories.sketches)
    }
    names = sorted(ids)
    table = np.array([held[name] for name in names], np.uint64)
    groups = [{name} for name in names]
    for one, other in zip(*find_plainly(table, table, np.ones(len(table), np.bool_)), strict=True):
        first = next(group for group in groups if names[one] in group)
        second = next(group for group in groups if names[other] in group)
        if first is not second:
            groups.remove(second)
            first |= second
    return groups
