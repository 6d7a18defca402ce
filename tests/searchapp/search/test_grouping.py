"""One hit of each story: pages and walks hold what brute force over the whole list holds."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.search.cursor import Cursor
from searchapp.search.grouping import GroupedHits, GroupedWalk, GroupedWalks
from searchapp.search.port import Matches, ScoredArticle, Story
from searchapp.search.request import SearchRequest

COUNTS = Matches(
    (), 0, 0, total_is_exact=True, timed_out=False, facets=(), histogram=(), clause_articles=(), generation=1
)


class Archive:
    """Hits in one order; those of one letter are a story."""

    def __init__(self, letters: str, late_after: int | None = None) -> None:
        self.hits = tuple(ScoredArticle(f"{letter}{rank}", -rank, True) for rank, letter in enumerate(letters))
        self.reads = 0
        self._late_after = late_after

    def read(self, first: int, count: int) -> Matches:
        self.reads += 1
        is_late = self._late_after is not None and self.reads > self._late_after
        hits = self.hits[first : first + count]
        return COUNTS._replace(
            hits=hits[: len(hits) // 2] if is_late else hits,
            total=len(self.hits),
            timed_out=is_late,
            total_is_exact=not is_late,
        )

    def find_stories(self, ids: tuple[str, ...]) -> tuple[Story | None, ...]:
        stories = []
        for article_id in ids:
            others = tuple(sorted(hit.id for hit in self.hits if hit.id[0] == article_id[0]))
            stories.append(Story(others) if len(others) > 1 else None)
        return tuple(stories)

    def best(self) -> list[ScoredArticle]:
        seen: set[str] = set()
        return [hit for hit in self.hits if not (hit.id[0] in seen or seen.add(hit.id[0]))]

    def take(self, walk: GroupedWalk, first: int, count: int) -> GroupedHits:
        return walk.take(first, count, self.read, self.find_stories)


letters = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), max_size=200)


@given(letters, st.integers(0, 30), st.integers(0, 12))
def test_a_page_has_the_best_of_each_story(letters: str, first: int, count: int) -> None:
    archive = Archive(letters)
    found = archive.take(GroupedWalk(), first, count)
    assert list(found.hits) == archive.best()[first : first + count]
    assert found.has_more == (len(archive.best()) > first + count)
    assert found.matches == COUNTS._replace(total=len(letters))


@given(letters, st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=6), st.integers(0, 50))
def test_a_walk_may_go_anywhere(letters: str, steps: list[tuple[int, int]], at_once: int) -> None:
    archive, walk = Archive(letters), GroupedWalk()
    for first, count in steps:
        found = walk.take(first, count, archive.read, archive.find_stories, at_once=at_once)
        assert list(found.hits) == archive.best()[first : first + count]
        assert found.has_more == (len(archive.best()) > first + count)


def walk_by_cursor(walks: GroupedWalks, archive: Archive) -> list[ScoredArticle]:
    walked: list[ScoredArticle] = []
    while True:
        request = SearchRequest(q="a", per_page=3, group="story", cursor=Cursor(1, len(walked), date(2021, 3, 12)))
        found = walks.read(request, archive.read, archive.find_stories)
        walked += found.hits
        if not found.has_more:
            return walked


def test_a_walk_by_cursor_reads_no_hit_twice() -> None:
    archive = Archive("abacadaeafagahaiajak" * 5)
    assert walk_by_cursor(GroupedWalks(), archive) == archive.best()
    assert archive.reads == 1


def test_pages_fit_each_other() -> None:
    archive = Archive("abcabdabeabfabgabh")
    pages = [
        GroupedWalks().read(SearchRequest(per_page=2, page=page, group="story"), archive.read, archive.find_stories)
        for page in range(1, 6)
    ]
    assert [hit for page in pages for hit in page.hits] == archive.best()
    assert [page.has_more for page in pages] == [True, True, True, False, False]


@pytest.mark.parametrize("late_after", [0, 1])
def test_a_late_answer_has_what_was_found_and_nothing_behind_it(late_after: int) -> None:
    archive = Archive("a" * 30 + "bcdefgh", late_after)
    found = archive.take(GroupedWalk(), 0, 10)
    assert found.matches.timed_out
    assert not found.matches.total_is_exact
    assert not found.has_more
    assert list(found.hits) == archive.best()[: len(found.hits)]


def test_a_late_walk_has_no_hits_and_is_not_remembered() -> None:
    walks, late = GroupedWalks(), Archive("abcdefgh", late_after=0)
    request = SearchRequest(q="a", per_page=3, group="story", cursor=Cursor(1, 3, date(2021, 3, 12)))
    found = walks.read(request, late.read, late.find_stories)
    assert (found.hits, found.matches.timed_out, found.has_more) == ((), True, False)
    archive = Archive("abcdefgh")
    assert list(walks.read(request, archive.read, archive.find_stories).hits) == archive.best()[3:6]
