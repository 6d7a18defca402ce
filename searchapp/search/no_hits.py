"""For a search that found nothing: why, and the smallest changes with which it would find something.

Nothing is guessed: each change is a search that was run, and its total is what its link will show. All of it happens in
the time that is left of the search itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

from searchapp.query.lexer import Limits
from searchapp.query.nodes import And, Everything, Node, Note
from searchapp.query.parser import parse_query
from searchapp.query.printing import print_query
from searchapp.search.days_in_words import days_in_words
from searchapp.search.loosening import any_words, find_dates, loosen, without_dates, words_alone
from searchapp.search.plan import FacetName
from searchapp.search.port import Matches
from searchapp.search.request import NO_FILTERS, Change, Filters, NoHits, SearchRequest

_FILTERS: Final[tuple[FacetName, ...]] = ("source", "author", "lang", "tag", "collection", "year")
_MOST_CHANGES: Final = 4
#: Pairs of steps are many: so many searches at most are run for one that found nothing.
_MOST_SEARCHES: Final = 60

#: Runs a search for its counts alone; None when the time is up.
Count = Callable[[SearchRequest], Matches | None]


class _Step(NamedTuple):
    request: SearchRequest
    messages: tuple[str, ...]
    weight: int


def explain_no_hits(request: SearchRequest, today: date, count: Count) -> NoHits | None:
    """None where there is nothing to say: no reason that is known, and no change that would find something."""
    finder = _Finder(today, count)
    reasons = tuple(finder.find_reasons(request))
    changes = finder.find_changes(request)
    return NoHits(reasons, changes) if reasons or changes else None


@dataclass(slots=True)
class _Finder:
    today: date
    count: Count
    searches: int = 0

    def find_reasons(self, request: SearchRequest) -> Iterator[Note]:
        """Days of which the archive holds nothing, whatever else was asked."""
        filters = request.filters
        dates = [(days.start, days.first, days.last) for days in find_dates(self._parse(request))]
        if filters.from_day or filters.to_day:
            dates.append((0, filters.from_day, filters.to_day))
        if len(dates) > 1:
            start = min(start for start, _, _ in dates)
            firsts, lasts = [first for _, first, _ in dates if first], [last for _, _, last in dates if last]
            first, last = max(firsts, default=None), min(lasts, default=None)
            if first and last and first > last:
                yield Note("days_exclude_each_other", start, "no day lies within all of these dates")
                return
            dates.append((start, first, last))
        for start, first, last in dates:
            if self._is_empty(SearchRequest(filters=Filters(from_day=first, to_day=last))):
                said = days_in_words(first, last)
                yield Note("no_articles_of_days", start, f"the archive holds no articles {said}")
                return
        if filters.year and self._is_empty(SearchRequest(filters=Filters(year=filters.year))):
            said = " or ".join(filters.year)
            yield Note("no_articles_of_days", 0, f"the archive holds no articles of {said}")

    def find_changes(self, request: SearchRequest) -> tuple[Change, ...]:
        """One step away; where none of these finds anything, two steps; else as far as it takes."""
        start = _Step(request, (), 0)
        seen = {request}
        first = self._fresh(self._steps(start), seen)
        found = self._run(first)
        if not found:
            second = (further for step in first for further in self._steps(step))
            found = self._run(self._fresh(second, seen))
        if not found:
            found = self._run(self._fresh(self._far_steps(request), seen))
        return found[:_MOST_CHANGES]

    def _steps(self, step: _Step) -> Iterator[_Step]:
        request, messages, weight = step
        filters = request.filters
        tree = self._parse(request)
        for name in _FILTERS:
            values: tuple[str, ...] = getattr(filters, name)
            if values:
                changed = replace(request, filters=replace(filters, **{name: ()}))  # type: ignore[arg-type]
                yield _Step(changed, (*messages, f"without {name} {' or '.join(values)}"), weight + 3)
        days = self._without_dates(request, tree)
        if days is not None:
            yield _Step(days, (*messages, "without the dates"), weight + 3)
        loosest = any_words(tree)
        if loosest is not None:
            is_looser = request.match == "all" or print_query(loosest) != print_query(tree)
            if is_looser and request.match != "any":
                changed = replace(request, q=print_query(loosest), match="any")
                yield _Step(changed, (*messages, "with any of the words"), weight + 4)
        for looser in loosen(tree, all_words=request.match == "all"):
            match = "all" if looser.keeps_all and request.match == "auto" else request.match
            changed = replace(request, q=print_query(looser.tree), match=match)
            yield _Step(changed, (*messages, looser.message), weight + looser.weight)
        if filters != NO_FILTERS and not isinstance(tree, Everything | And):
            yield _Step(replace(request, q="", match="auto"), (*messages, f"without {print_query(tree)}"), weight + 6)

    def _far_steps(self, request: SearchRequest) -> Iterator[_Step]:
        """Any of the words, with nothing that narrows them."""
        words = words_alone(self._parse(request))
        if words is not None:
            plain = SearchRequest(q=print_query(words), match="any", rank=request.rank, per_page=request.per_page)
            yield _Step(plain, ("with any of the words, and without all that narrows the search",), 9)

    def _without_dates(self, request: SearchRequest, tree: Node) -> SearchRequest | None:
        filters = replace(request.filters, from_day=None, to_day=None)
        kept = without_dates(tree)
        if kept is tree and filters == request.filters:
            return None
        q = request.q if kept is tree else "" if kept is None else print_query(kept)
        return replace(request, q=q, filters=filters)

    def _fresh(self, steps: Iterable[_Step], seen: set[SearchRequest]) -> list[_Step]:
        """The steps that lead somewhere else than those before, the smallest first, as far as they can be typed."""
        fresh: list[_Step] = []
        for step in steps:
            asks = bool(step.request.q) or step.request.filters != NO_FILTERS
            if asks and step.request not in seen and len(step.request.q) <= Limits().max_chars:
                seen.add(step.request)
                fresh.append(step)
        return sorted(fresh, key=lambda step: step.weight)

    def _run(self, steps: list[_Step]) -> tuple[Change, ...]:
        changes: list[Change] = []
        for step in steps:
            matches = self._count(step.request)
            if matches is not None and matches.total:
                message = ", ".join(step.messages)
                changes.append(Change(message, step.request, matches.total, matches.total_is_exact))
        return tuple(changes)

    def _count(self, request: SearchRequest) -> Matches | None:
        if self.searches >= _MOST_SEARCHES:
            return None
        self.searches += 1
        return self.count(request)

    def _is_empty(self, request: SearchRequest) -> bool:
        matches = self._count(request)
        return matches is not None and not matches.timed_out and not matches.total

    def _parse(self, request: SearchRequest) -> Node:
        return parse_query(request.q, self.today).tree
