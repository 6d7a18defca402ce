"""From what was typed to what an engine executes: analysed words in a tree of sets, and the query as understood.

Knows the analyzer and the index's languages; knows no engine and searches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product
from typing import NamedTuple, TypeAlias

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import shown_term
from searchapp.query.nodes import (
    And,
    CloseWord,
    DateRange,
    Everything,
    InField,
    Near,
    Node,
    Not,
    Note,
    Or,
    Pattern,
    Phrase,
    Query,
    Word,
    Words,
)
from searchapp.query.printing import understood
from searchapp.search.feedback import feedback_strength
from searchapp.search.plain_plan import plan_plain
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    Clause,
    DaysWithin,
    EveryArticle,
    Exclude,
    NoArticle,
    PhrasePlan,
    Plan,
    PlanNode,
    RankedWord,
    Scope,
    SpellingPlan,
    Unit,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.port import FacetCount
from searchapp.search.ranked_words import choose_ranked, rank_row
from searchapp.search.reading import (
    MAX_VARIANTS,
    NAME_FIELDS,
    QueryReading,
    ReadWord,
    phrase_units,
    phrase_variants,
    word_units,
)
from searchapp.search.request import NO_FILTERS, Filters, SearchRequest
from searchapp.search.shown import ShownClause, show_runs, show_variants
from searchapp.search.spelled import SpelledWord
from searchapp.search.spellings import Spelling

#: One node twice: with its plain words joined by AND, and by OR.
_Both: TypeAlias = tuple[PlanNode, PlanNode]


class PlannedSearch(NamedTuple):
    """`tree` is the query as it is searched, None where there is nothing to search for. `clauses[i]` shows the plan's
    i-th clause; `marked` are the clauses that are highlighted in what is found; `dropped` are words too common to
    count beside others."""

    plan: Plan
    tree: Node | None
    clauses: tuple[ShownClause, ...]
    marked: tuple[Clause, ...]
    notes: tuple[Note, ...]
    dropped: tuple[str, ...] = ()

    @property
    def understood(self) -> str:
        """The tree in words, which only a page says."""
        return "" if self.tree is None else understood(self.tree)


def plan_search(
    query: Query, request: SearchRequest, langs: Sequence[FacetCount], analyzer: Analyzer, deadline_ms: float
) -> PlannedSearch:
    """The plan for a parsed query and the request it came with; `langs` are those that the index holds."""
    names = tuple([lang.value for lang in langs])
    plain = plan_plain(query, names, analyzer, any_word=request.match == "any")
    if plain is not None:
        plan = _plan_of(request, plain.all_words, plain.any_words, plain.clauses, plain.ranked, deadline_ms)
        return PlannedSearch(plan, plain.tree, plain.shown, plain.clauses, (), plain.dropped)
    return plan_tree(query, request, names, analyzer, deadline_ms)


def plan_tree(
    query: Query, request: SearchRequest, langs: tuple[str, ...], analyzer: Analyzer, deadline_ms: float
) -> PlannedSearch:
    """The same for what is not plain words, and for these as well."""
    reading = QueryReading(analyzer, langs, query, any_word=request.match == "any")
    planning = _Planning(reading, langs)
    both = planning.plan(query.tree, "text", sought=True)
    kept = reading.prune(query.tree)
    notes = [*query.notes, *reading.notes]
    if both is None:
        is_empty = not query.raw.strip()
        both = _alike(EveryArticle() if is_empty else NoArticle())
        if not is_empty and not notes:
            notes.append(Note("nothing_to_search", 0, "there is no word in this query that can be searched"))
    return PlannedSearch(
        plan=_plan_of(request, *both, tuple(planning.clauses), planning.ranked, deadline_ms),
        tree=kept,
        clauses=tuple(planning.shown),
        marked=tuple(planning.marked),
        notes=tuple(notes),
        dropped=reading.dropped,
    )


def _plan_of(
    request: SearchRequest, all_words: PlanNode, any_words: PlanNode, clauses: tuple[Clause, ...],
    ranked: Sequence[RankedWord], deadline_ms: float,
) -> Plan:  # fmt: skip
    chosen = choose_ranked(ranked) if request.rank == "default" and request.sort == "relevance" else ()
    return Plan(
        all_words,
        any_words,
        request.match,
        plan_filters(request.filters),
        request.sort,
        request.first_hit,
        request.per_page,
        request.facets,
        request.histogram,
        clauses,
        chosen,
        feedback_strength(len(chosen)),
        deadline_ms,
    )


def plan_filters(filters: Filters) -> tuple[ValueIn | DaysWithin, ...]:
    """Chosen facet values and days: OR within one, AND between them."""
    if filters is NO_FILTERS:
        return ()
    chosen: list[ValueIn | DaysWithin] = []
    for facet in ("source", "author", "lang", "tag", "collection", "year"):
        values: tuple[str, ...] = getattr(filters, facet)
        if values:
            chosen.append(ValueIn(facet, values))
    if filters.from_day is not None or filters.to_day is not None:
        chosen.append(DaysWithin(filters.from_day, filters.to_day))
    return tuple(chosen)


class _Planning:
    """Walks the tree once and numbers the clauses as it meets them."""

    def __init__(self, reading: QueryReading, langs: tuple[str, ...]) -> None:
        self._reading = reading
        self._langs = langs
        self.clauses: list[Clause] = []
        self.shown: list[ShownClause] = []
        self.marked: list[Clause] = []
        self.ranked: list[RankedWord] = []

    def plan(self, node: Node, scope: Scope, *, sought: bool) -> _Both | None:  # noqa: C901 one a kind of node
        """None for what has no word in it. `sought` is False under NOT."""
        match node:
            case Words(children):
                plain = sought and scope in {"text", "title"}
                if plain and scope == "text":
                    self.ranked += rank_row(self._reading, children)
                words = [
                    typed
                    for child in children
                    for typed in (self._reading.plain_words(child) if plain else self._words(child, scope))
                ]
                return self._plan_words(words, scope, sought=sought, match_any=plain)
            case Word() | Pattern() | CloseWord():
                return self._plan_words(self._words(node, scope), scope, sought=sought, match_any=False)
            case Phrase():
                return self._plan_phrase(node, scope, sought=sought)
            case Near():
                return self._plan_near(node, scope, sought=sought)
            case InField(name, child):
                if name == "lang":
                    return _alike(self._plan_langs(child))
                return self.plan(child, name, sought=sought)
            case DateRange(first, last):
                return _alike(DaysWithin(first, last))
            case And():
                return self._plan_and(node, scope, sought=sought)
            case Or(children):
                return _join(AnyOf, [self.plan(child, scope, sought=sought) for child in children])
            case Not(child):
                excluded = self.plan(child, scope, sought=False)
                return None if excluded is None else _alike(Exclude(excluded[0]))
            case Everything():
                return _alike(EveryArticle())

    def _plan_and(self, node: And, scope: Scope, *, sought: bool) -> _Both | None:
        loose = self._reading.alternatives(node) if sought and scope in {"text", "title"} else ()
        planned = [(child in loose, self.plan(child, scope, sought=sought)) for child in node.children]
        either = [both for is_loose, both in planned if is_loose]
        together, any_of_them = _join(AllOf, either), _join(AnyOf, either)
        if together is not None and any_of_them is not None:
            together = (together[0], any_of_them[1])
        return _join(AllOf, [together, *(both for is_loose, both in planned if not is_loose)])

    def _words(self, node: Word | Pattern | CloseWord, scope: Scope) -> tuple[ReadWord, ...]:
        return self._reading.words(node, as_written=scope in NAME_FIELDS)

    def _plan_words(self, words: Sequence[ReadWord], scope: Scope, *, sought: bool, match_any: bool) -> _Both | None:
        surface = scope in NAME_FIELDS
        if len(words) == 1:
            return _alike(self._add_word(words[0], scope, surface=surface, times=1, sought=sought))
        typed: dict[tuple[tuple[str, ...], ...] | Spelling, list[ReadWord]] = {}
        for word in words:
            typed.setdefault(word.spelling if isinstance(word, SpelledWord) else word.alternatives, []).append(word)
        planned = [
            self._add_word(same[0], scope, surface=surface, times=len(same), sought=sought) for same in typed.values()
        ]
        if len(planned) <= 1:
            return _alike(planned[0]) if planned else None
        together = AllOf(tuple(planned))
        return together, AnyOf(tuple(planned)) if match_any else together

    def _add_word(self, word: ReadWord, scope: Scope, *, surface: bool, times: int, sought: bool) -> Clause:
        planned: Clause
        if isinstance(word, SpelledWord):
            planned = SpellingPlan(scope, word.spelling, float(times), len(self.clauses))
            self._add(planned, ShownClause(word.text, (), word.start), scope, sought=sought)
        else:
            planned = WordPlan(scope, word.alternatives, surface, float(times), len(self.clauses))
            self._add(planned, ShownClause(word.text, show_runs(word.alternatives)), scope, sought=sought)
        return planned

    def _plan_phrase(self, phrase: Phrase, scope: Scope, *, sought: bool) -> _Both | None:
        words = self._reading.typed_words(phrase)
        if phrase.slop is not None and len(words) > 1:
            return self._plan_window([word_units(word, surface=True) for word in words], phrase, scope, sought=sought)
        if len(words) == 1:
            return _alike(self._add_word(words[0], scope, surface=True, times=1, sought=sought))
        if not words:
            return None
        planned = PhrasePlan(scope, phrase_variants(words), 1.0, len(self.clauses))
        self._add(planned, ShownClause(phrase.text, show_variants(planned.variants)), scope, sought=sought)
        return _alike(planned)

    def _plan_near(self, near: Near, scope: Scope, *, sought: bool) -> _Both | None:
        as_written = scope in NAME_FIELDS
        filled = [unit for unit in near.children if self._reading.words(unit)]
        units: list[tuple[Unit, ...]] = []
        for node in filled:
            words = self._reading.typed_words(node, as_written=as_written)
            if isinstance(node, Phrase):
                units.append(phrase_units(words))
            else:
                units += [word_units(word, surface=as_written) for word in words]
        if len(units) > 1:
            return self._plan_window(units, near, scope, sought=sought)
        return self.plan(filled[0], scope, sought=sought) if filled else None

    def _plan_window(
        self, units: Sequence[tuple[Unit, ...]], node: Near | Phrase, scope: Scope, *, sought: bool
    ) -> _Both:
        """`units` has for each word or phrase the spellings that are of one width."""
        distance = node.distance if isinstance(node, Near) else node.slop or 0
        variants = tuple(islice(product(*units), MAX_VARIANTS))
        planned = WindowPlan(scope, variants, distance, 1.0, len(self.clauses))
        first = " … ".join(" ".join(shown_term(slot[0]) for slot in unit.runs[0]) for unit in variants[0])
        self._add(planned, ShownClause(understood(node), (first,)), scope, sought=sought)
        return _alike(planned)

    def _add(self, clause: Clause, shown: ShownClause, scope: Scope, *, sought: bool) -> None:
        self.clauses.append(clause)
        self.shown.append(shown if scope == "text" else shown._replace(field=scope))
        if sought and scope in {"text", "title"}:
            self.marked.append(clause)

    def _plan_langs(self, node: Node) -> PlanNode:
        """`lang:en` means each of the index's languages that is English, `en-GB` as well."""
        match node:
            case Word(text) | Pattern(text) | CloseWord(text) | Phrase(text):
                asked = text.strip().casefold()
                values = tuple(
                    lang for lang in self._langs if lang.casefold() == asked or lang.casefold().startswith(f"{asked}-")
                )
                return ValueIn("lang", values or (text,))
            case Words(children) | Or(children):
                planned = tuple(self._plan_langs(child) for child in children)
                return planned[0] if len(planned) == 1 else AnyOf(planned)
            case And(children) | Near(children):
                return AllOf(tuple(self._plan_langs(child) for child in children))
            case Not(child):
                return Exclude(self._plan_langs(child))
            case InField(_, child):
                return self._plan_langs(child)
            case DateRange(first, last):
                return DaysWithin(first, last)
            case Everything():
                return EveryArticle()


def _alike(node: PlanNode) -> _Both:
    return node, node


def _join(kind: type[AllOf | AnyOf], parts: Sequence[_Both | None]) -> _Both | None:
    filled = [part for part in parts if part is not None]
    if len(filled) <= 1:
        return filled[0] if filled else None
    all_words = kind(tuple(part[0] for part in filled))
    if all(part[0] is part[1] for part in filled):
        return all_words, all_words
    return all_words, kind(tuple(part[1] for part in filled))
