"""What the rest of this package needs of a cluster: one verb, and what stays the same for a whole search."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, Protocol

from indexer.errors import ClusterLateError
from searchapp.backends.cluster.answers import NO_ANSWER, Answer, read_answer, read_counts
from searchapp.backends.cluster.bodies import count_holding
from searchapp.backends.cluster.places import Json
from searchapp.backends.cluster.queries import any_of, matching, spellings_of
from searchapp.search.plan import AllOf, AnyOf, Clause, PhrasePlan, PlanNode, SpellingPlan, WindowPlan, WordPlan

#: Clauses counted by one question, and counts that are remembered of one generation.
_COUNTED_AT_ONCE: Final = 500
_REMEMBERED_COUNTS: Final = 10_000
#: Each is looked for in ten fields; a cluster takes 1,024 parts in a query.
_MOST_TERMS: Final = 40


class Cluster(Protocol):
    """One unchanging generation of an index in a cluster. Safe to use from several threads."""

    def search(self, body: Json, timeout_ms: float | None) -> Mapping[str, Any]:
        """The body of an answer, of some shards alone where others failed. Raises ClusterLateError where none came in
        time, ClusterError where the cluster cannot answer at all."""
        ...

    @property
    def is_whole(self) -> bool:
        """False where some of the index was missing when the generation was opened."""
        ...


@dataclass(slots=True)
class Asking:
    """The questions of one search: they share its time, and what went wrong with any of them is true of all."""

    cluster: Cluster
    ends: float | None
    is_late: bool = False
    is_whole: bool = True

    @classmethod
    def within(cls, cluster: Cluster, deadline_ms: float | None) -> Asking:
        return cls(cluster, None if deadline_ms is None else monotonic() + deadline_ms / 1000)

    def has_time(self) -> bool:
        if self.ends is not None and monotonic() >= self.ends:
            self.is_late = True
        return not self.is_late

    def ask(self, body: Json) -> Answer:
        """An empty answer where there is no time left."""
        raw = self.ask_raw(body)
        return NO_ANSWER if raw is None else read_answer(raw)

    def ask_raw(self, body: Json) -> Mapping[str, Any] | None:
        if not self.has_time():
            self.is_whole = False
            return None
        left_ms = None if self.ends is None else max(1.0, (self.ends - monotonic()) * 1000)
        try:
            raw = self.cluster.search(body, left_ms)
        except ClusterLateError:
            if self.ends is None:  # who set no limit is not content with nothing
                raise
            self.is_late, self.is_whole = True, False
            return None
        answer = read_answer(raw)
        self.is_late |= answer.is_late
        self.is_whole &= answer.is_whole and self.cluster.is_whole
        return raw


@dataclass(slots=True)
class Counts:
    """How many articles of a generation hold each clause. Safe to share between threads."""

    _known: OrderedDict[Clause, int] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, clauses: Sequence[Clause], asking: Asking) -> Mapping[Clause, int]:
        """By `countable` clause, of each and of its spellings; 0 where there was no time."""
        wanted = dict.fromkeys(countable(each) for clause in clauses for each in (clause, *spellings_of(clause)))
        with self._lock:
            found = {clause: self._known[clause] for clause in wanted if clause in self._known}
        unknown = [clause for clause in wanted if clause not in found]
        for first in range(0, len(unknown), _COUNTED_AT_ONCE):
            chunk = unknown[first : first + _COUNTED_AT_ONCE]
            queries = [matching(clause) for clause in chunk]
            answer = asking.ask(count_holding(queries, any_of(queries) if are_few_terms(chunk) else None))
            counted = dict(zip(chunk, read_counts(answer, len(chunk)), strict=True))
            found.update(counted)
            if answer.is_whole and asking.is_whole:
                self._remember(counted)
        return found

    def _remember(self, counted: Mapping[Clause, int]) -> None:
        with self._lock:
            self._known.update(counted)
            while len(self._known) > _REMEMBERED_COUNTS:
                self._known.popitem(last=False)


def are_few_terms(clauses: Sequence[Clause]) -> bool:
    """Whether a cluster takes all of them in one query, whatever else is in it."""
    words = [clause for clause in clauses if isinstance(clause, WordPlan)]
    runs = [run for word in words for run in word.alternatives]
    return len(words) == len(clauses) and len(runs) <= _MOST_TERMS and all(len(run) == 1 for run in runs)


def countable(clause: Clause) -> Clause:
    """The clause, whatever its number and however often it was typed."""
    if isinstance(clause, SpellingPlan):
        return SpellingPlan(clause.scope, clause.spelling, 1.0, 0, clause.scored)
    if isinstance(clause, WindowPlan):
        return WindowPlan(clause.scope, clause.variants, clause.distance, 1.0, 0)
    return clause._replace(weight=1.0, clause=0)


def clauses_of(node: PlanNode) -> Iterator[Clause]:
    """Those that a tree's score is made of."""
    if isinstance(node, WordPlan | PhrasePlan | SpellingPlan | WindowPlan):
        yield node
    elif isinstance(node, AllOf | AnyOf):
        for child in node.children:
            yield from clauses_of(child)
