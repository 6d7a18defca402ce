"""Did you mean: the whole query with other words in place of those that the archive hardly knows.

Operators, fields and everything else that was typed stay as they are. Offered only when searching it, which is done
here, finds more. What it says of a word is how the archive writes it (`Əliyev`), not how the index keeps it (`eliyev`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import ACRONYM_MARK
from indexer.article import Article
from searchapp.query.nodes import Query
from searchapp.search.close_words import SoughtWord, find_sought_words, one_surface, outline, weigh_forms
from searchapp.search.plan import NoArticle, Plan, PlanNode, Scope, WordPlan
from searchapp.search.port import Engine, Form, FormsRequest, Matches
from searchapp.search.request import Respelling
from searchapp.search.showing import Showing
from searchapp.search.spellings import CloseTo
from searchapp.search.written import Writings, choose_written

#: An answer with as many articles is left alone.
ENOUGH_ARTICLES: Final = 10
#: A word of more articles than these is known, and was meant.
_FEW_ARTICLES: Final = 5
#: So many words of a query are doubted, and so many others tried for each.
_MOST_WORDS: Final = 4
_MOST_TRIED: Final = 3
_MOST_FORMS: Final = 64
#: Of two slips is thought where one leads to no word that stands so often.
_WELL_KNOWN: Final = 10
#: How a word is written is read from so many articles.
_READ_ARTICLES: Final = 3


@dataclass(frozen=True, slots=True)
class Respeller:
    """What respelling needs. `search` runs a query as the page would, without facets, in so many milliseconds."""

    engine: Engine
    analyzer: Analyzer
    showing: Showing
    writings: Writings
    langs: tuple[str, ...]
    parse: Callable[[str], Query]
    search: Callable[[str, float], Matches]
    remaining_ms: Callable[[], float]

    def respell(self, query: Query, articles: int) -> Respelling | None:
        """None where nothing better is known, or not in time; `articles` have all the words of what was typed."""
        rare = self._find_rare(find_sought_words(query, self.analyzer, self.langs))
        doubted: list[tuple[SoughtWord, tuple[str, ...]]] = []
        for word, reached in zip(rare, self._count_reached(rare), strict=True):
            meant = self._find_meant(word, reached) if len(doubted) < _MOST_WORDS else ()
            if meant:
                doubted.append((word, meant))
        if not doubted:
            return None
        best: Respelling | None = None
        chosen = [meant[0] for _, meant in doubted]
        # The likeliest of all words together; then, word after word, the others that the words beside it may want.
        for place, (_, meant) in enumerate(doubted):
            for other in meant if best is None else meant[1:]:
                tried = [*chosen[:place], other, *chosen[place + 1 :]]
                q, spans = _rewrite(query, [word for word, _ in doubted], tried)
                # A word must not become a field or an operator because the archive writes it so.
                if outline(self.parse(q)) != outline(query):
                    continue
                found = self.search(q, self.remaining_ms())
                if found.timed_out:
                    return None
                # Twice as many articles are needed to believe what is less likely.
                if found.total_all_words > (articles if best is None else 2 * best.articles):
                    best = Respelling(q, spans, found.total_all_words)
                    chosen = tried
        return best

    def _find_meant(self, word: SoughtWord, articles: int) -> tuple[str, ...]:
        """What may have been meant, as the archive writes it: no other form of what is found already."""
        meant: tuple[Form, ...] = ()
        for slips in range(1, word.most_slips + 1):
            request = FormsRequest(word.scope, CloseTo(word.surface, slips), _MOST_FORMS)
            forms = self.engine.list_forms(request, self.remaining_ms())
            weighed = weigh_forms(word, articles, forms, partial(self._is_found, word))
            meant = tuple(islice(weighed, _MOST_TRIED))
            if meant and meant[0].occurrences >= _WELL_KNOWN:
                break
        return tuple(self._write(form.surface, word) for form in meant)

    def _is_found(self, word: SoughtWord, surface: str) -> bool:
        """Whether the word looks for this one too, having a stem with it."""
        if word.by_surface:
            return False
        read = self.analyzer.read_words(surface.removeprefix(ACRONYM_MARK), self.langs)
        return any(run in word.alternatives for other in read for run in other.alternatives)

    def _find_rare(self, words: Sequence[SoughtWord]) -> list[SoughtWord]:
        """Those that few articles hold as they were typed."""
        clauses = tuple([_as_written(word.surface, word.scope, number) for number, word in enumerate(words)])
        counts = self._count(clauses, _FEW_ARTICLES)
        return [word for word, articles in zip(words, counts, strict=True) if articles <= _FEW_ARTICLES]

    def _count_reached(self, words: Sequence[SoughtWord]) -> tuple[int, ...]:
        """How many articles are found by each word: of a slip, a stemmer may make the stem of another word."""
        return self._count(
            tuple(
                [
                    WordPlan(word.scope, word.alternatives, word.by_surface, 1.0, number)
                    for number, word in enumerate(words)
                ]
            )
        )

    def _count(self, clauses: tuple[WordPlan, ...], enough: int | None = None) -> tuple[int, ...]:
        plan = self._plan(NoArticle())._replace(clauses=clauses, count_enough=enough)
        return self.engine.execute(plan).clause_articles if clauses else ()

    def _write(self, surface: str, word: SoughtWord) -> str:
        """The surface as most places of a few articles have it, in capitals where it was typed in capitals."""
        # Headlines in capitals do not tell: what was looked for in them is read in the bodies too.
        scope: Scope = "text" if word.scope == "title" else word.scope
        written = self.writings.get(self.engine.facts().generation, scope, surface)
        if written is None:
            written = self._count_ways(surface, scope)
        return choose_written(written, word.text) or surface

    def _count_ways(self, surface: str, scope: Scope) -> Counter[str]:
        sought = _as_written(surface, scope, 0)
        matches = self.engine.execute(self._plan(sought)._replace(count=_READ_ARTICLES))
        fetched = self.engine.fetch(tuple(hit.id for hit in matches.hits), with_original=False)
        articles = [stored.article for stored in fetched if stored is not None]
        written: Counter[str] = Counter()
        for text in self._places(articles, sought):
            if any(one_surface(read) == surface for read in self.analyzer.read_words(text, self.langs, quoted=True)):
                written[text] += 1
        if matches.total_is_exact:
            self.writings.put(matches.generation, scope, surface, written)
        return written

    def _places(self, articles: Sequence[Article], sought: WordPlan) -> list[str]:
        """The texts in which the word stands."""
        if sought.scope != "text":
            names = [name for article in articles for name in _names(article, sought.scope)]
            return [part for name in names for part in name.split()]
        texts: list[str] = []
        for article, shown in zip(articles, self.showing.show(articles, (sought,), (1.0,)), strict=True):
            texts += [article.title[start:end] for start, end in shown.title_spans]
            texts += [snippet.text[start:end] for snippet in shown.snippets for start, end in snippet.spans]
        return texts

    def _plan(self, node: PlanNode) -> Plan:
        """What is executed at once, in what time there still is."""
        return Plan(node, node, "all", (), "relevance", 0, 0, deadline_ms=max(0.0, self.remaining_ms()))


def _rewrite(
    query: Query, words: Sequence[SoughtWord], texts: Sequence[str]
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The query with these texts in place of the words, and where they stand in it."""
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    done = length = 0
    for word, text in sorted(zip(words, texts, strict=True), key=lambda pair: pair[0].start):
        length += word.start - done
        spans.append((length, length + len(text)))
        pieces += (query.raw[done : word.start], text)
        length += len(text)
        done = word.end
    return "".join((*pieces, query.raw[done:])), tuple(spans)


def _as_written(surface: str, scope: Scope, clause: int) -> WordPlan:
    return WordPlan(scope, ((surface,), (f"{ACRONYM_MARK}{surface}",)), surface=True, weight=1.0, clause=clause)


def _names(article: Article, scope: str) -> tuple[str, ...]:
    return {"author": article.author, "source": (article.source,), "tag": article.tag}[scope]
