"""What to offer while somebody types: phrases of headlines, names of authors and outlets, headlines.

Nothing is kept for this. Everything comes out of searches of the index as it stands, so every suggestion finds
something: names are values of facets among the articles with such a name, headlines those of the newest articles with
such words, and phrases what stands side by side in several of these headlines and in several articles of the archive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.stopwords import is_stop_word
from indexer.analysis.token import ACRONYM_MARK
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    FacetRequest,
    NoArticle,
    PhrasePlan,
    Plan,
    PlanNode,
    SpellingPlan,
    WordPlan,
)
from searchapp.search.port import Engine, FormsRequest, Matches, StoredArticle
from searchapp.search.spellings import Wildcard
from searchapp.search.typed_start import TextWord, TypedStart, read_start, text_words
from searchapp.search.written import choose_written

MOST_PHRASES: Final = 4
MOST_NAMES: Final = 3
MOST_HEADLINES: Final = 4
#: The beginning of a word stands for so many words, the most frequent ones.
_COMPLETIONS: Final = 8
#: So many headlines are looked at, and so many names.
_READ_HEADLINES: Final = 30
_READ_NAMES: Final = 12
#: A phrase has at most so many words, and stands in so many headlines of those looked at and articles at least.
_MOST_PHRASE_WORDS: Final = 3
_LEAST_HEADLINES: Final = 2
_LEAST_ARTICLES: Final = 3
#: So many phrases are counted in the whole archive, and only those with a word that no more articles have: the
#: positions of more take too long to look at while somebody types.
_COUNTED_PHRASES: Final = 6
_TOO_MANY: Final = 6_000

Kind = Literal["phrase", "author", "source", "headline"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`spans` are the words of `text` that what was typed stands for; `articles` is how many have the phrase or the
    name, None for a phrase of words so frequent that nobody counted. A headline is one article's, `article_id`."""

    kind: Kind
    text: str
    spans: tuple[tuple[int, int], ...]
    articles: int | None
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    found: tuple[Suggestion, ...]
    generation: int
    took_ms: float


@dataclass(frozen=True, slots=True)
class _Headline:
    """An article's headline, its words, and where those that were typed stand in it."""

    stored: StoredArticle
    words: tuple[TextWord, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Phrase:
    """A phrase of headlines: its folded words, how it was written, and in how many headlines."""

    surfaces: tuple[str, ...]
    written: Counter[str] = field(default_factory=Counter)


def suggest(
    typed: str, engine: Engine, analyzer: Analyzer, remaining_ms: Callable[[], float]
) -> tuple[Suggestion, ...]:
    """Phrases, then authors, outlets and headlines, each kind with the best first. Empty for a query with signs."""
    langs = tuple(lang.value for lang in engine.facts().langs)
    start = read_start(typed, analyzer, langs)
    if start is None:
        return ()
    asking = _Suggesting(engine, analyzer, langs, start, remaining_ms)
    headlines = asking.find_headlines()
    return (
        *asking.phrases(headlines),
        *asking.names("author"),
        *asking.names("source"),
        *asking.headlines(headlines),
    )


class _Suggesting:
    def __init__(
        self,
        engine: Engine,
        analyzer: Analyzer,
        langs: tuple[str, ...],
        start: TypedStart,
        remaining_ms: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._analyzer = analyzer
        self._langs = langs
        self._start = start
        self._remaining_ms = remaining_ms

    def names(self, scope: Literal["author", "source"]) -> Iterator[Suggestion]:
        """Authors or outlets with all these words in their name, those of most articles first."""
        start = self._start
        nodes: list[PlanNode] = [_word(word, scope) for word in start.words]
        if start.last:
            nodes.append(SpellingPlan(scope, Wildcard(f"{start.last}*"), 1.0, 0))
        counted = self._execute(_all_of(nodes), facets=(FacetRequest(scope, _READ_NAMES),))
        found = [
            Suggestion(scope, each.value, spans, each.count)
            for facet in counted.facets
            for each in facet.counts
            if each.count and (spans := start.spans(text_words(each.value)))
        ]
        yield from found[:MOST_NAMES]

    def find_headlines(self) -> list[_Headline]:
        """The newest headlines with these words in them."""
        nodes = [_any_of(self._terms(word, "title")) for word in self._start.words]
        if self._start.last:
            request = FormsRequest("title", Wildcard(f"{self._start.last}*"), _COMPLETIONS)
            forms = self._engine.list_forms(request, self._remaining_ms())
            completions = dict.fromkeys(form.surface.removeprefix(ACRONYM_MARK) for form in forms)
            nodes.append(_any_of([word for completion in completions for word in self._terms(completion, "title")]))
        hits = self._execute(_all_of(nodes), count=_READ_HEADLINES).hits
        fetched = self._engine.fetch(tuple(hit.id for hit in hits), with_original=False)
        read = [(stored, text_words(stored.article.title)) for stored in fetched if stored is not None]
        # A stem leads to other words as well: only those are shown in which what was typed is seen.
        return [_Headline(stored, words, spans) for stored, words in read if (spans := self._start.spans(words))]

    def headlines(self, read: Sequence[_Headline]) -> Iterator[Suggestion]:
        """Each headline once."""
        shown: dict[str, Suggestion] = {}
        for each in read:
            title = each.stored.article.title
            shown.setdefault(title.casefold(), Suggestion("headline", title, each.spans, 1, each.stored.id))
        yield from list(shown.values())[:MOST_HEADLINES]

    def phrases(self, read: Sequence[_Headline]) -> Iterator[Suggestion]:
        """What goes on from what was typed in several headlines, that of most articles first."""
        phrases: dict[tuple[str, ...], _Phrase] = {}
        for each in read:
            for surfaces, text in set(self._phrases_of(each)):
                phrases.setdefault(surfaces, _Phrase(surfaces)).written[text] += 1
        frequent = sorted(
            (phrase for phrase in phrases.values() if phrase.written.total() >= _LEAST_HEADLINES),
            key=lambda phrase: (-phrase.written.total(), len(phrase.surfaces), phrase.surfaces),
        )[:_COUNTED_PHRASES]
        counted = sorted(
            zip(frequent, self._count_phrases(frequent), strict=True),
            key=lambda pair: -(_TOO_MANY if pair[1] is None else pair[1]),
        )
        shown = [
            Suggestion("phrase", text, self._start.spans(text_words(text)), count)
            for phrase, count in counted
            if (count is None or count >= _LEAST_ARTICLES) and (text := choose_written(phrase.written, ""))
        ]
        yield from shown[:MOST_PHRASES]

    def _count_phrases(self, phrases: Sequence[_Phrase]) -> list[int | None]:
        """In how many articles each stands; None where its rarest word stands in so many that to look would be slow."""
        held: Counter[str] = Counter()
        terms = [
            (word, term)
            for word in dict.fromkeys(word for phrase in phrases for word in phrase.surfaces)
            for term in self._terms(word, "text")
        ]
        for (word, _), count in zip(terms, self._count([term for _, term in terms]), strict=True):
            held[word] += count
        rare = [phrase for phrase in phrases if min(held[word] for word in phrase.surfaces) <= _TOO_MANY]
        counts = self._count([_phrase(phrase.surfaces) for phrase in rare])
        found = dict(zip((phrase.surfaces for phrase in rare), counts, strict=True))
        return [found.get(phrase.surfaces) for phrase in phrases]

    def _count(self, clauses: Sequence[WordPlan | PhrasePlan]) -> tuple[int, ...]:
        """In how many articles each stands."""
        if not clauses:
            return ()
        numbered = tuple(clause._replace(clause=number) for number, clause in enumerate(clauses))
        return self._execute(NoArticle(), clauses=numbered).clause_articles

    def _phrases_of(self, headline: _Headline) -> Iterator[tuple[tuple[str, ...], str]]:
        """Phrases of a headline that begin with what was typed and are longer, as surfaces and as they are written."""
        start, words, article = self._start, headline.words, headline.stored.article
        title = article.title.lower() if article.title.isupper() else article.title
        if len(title) != len(article.title):
            return
        least = max(2, len(start.words) + 1)
        for at in range(len(words) - least + 1):
            if not start.begins(words, at) or len(words[at].forms) > 1 or not _may_end(words[at], article.lang):
                continue
            for last in range(at + least - 1, min(len(words), at + max(least, _MOST_PHRASE_WORDS))):
                # A colon or a dash parts phrases; of a word with signs inside, nobody here knows how it is indexed.
                if title[words[last - 1].end : words[last].start].strip() or len(words[last].forms) > 1:
                    break
                if _may_end(words[last], article.lang):
                    run = words[at : last + 1]
                    yield tuple(word.forms[0] for word in run), title[run[0].start : run[-1].end]

    def _terms(self, surface: str, scope: Literal["title", "text"]) -> list[WordPlan]:
        """The word and its other forms, a term at a time: these are looked up much faster than surfaces are."""
        return [
            WordPlan(scope, (run,), surface=False, weight=1.0, clause=0)
            for word in self._analyzer.read_words(surface, self._langs)
            for run in word.alternatives
        ]

    def _execute(
        self,
        node: PlanNode,
        *,
        count: int = 0,
        facets: tuple[FacetRequest, ...] = (),
        clauses: tuple[WordPlan | PhrasePlan, ...] = (),
    ) -> Matches:
        plan = Plan(node, node, "all", (), "newest", 0, count, facets=facets, clauses=clauses)
        return self._engine.execute(plan._replace(deadline_ms=self._remaining_ms()))


def _any_of(words: Sequence[WordPlan]) -> PlanNode:
    """What an engine answers quickest: nothing nested that need not be."""
    different = tuple(dict.fromkeys(words))
    if len(different) < 2:
        return different[0] if different else NoArticle()
    return AnyOf(different)


def _all_of(nodes: Sequence[PlanNode]) -> PlanNode:
    return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))


def _word(surface: str, scope: Literal["author", "source"]) -> WordPlan:
    return WordPlan(scope, ((surface,), (f"{ACRONYM_MARK}{surface}",)), surface=True, weight=1.0, clause=0)


def _phrase(surfaces: tuple[str, ...]) -> PhrasePlan:
    slots = tuple((surface, f"{ACRONYM_MARK}{surface}") for surface in surfaces)
    return PhrasePlan("text", (slots,), weight=1.0, clause=0)


def _may_end(word: TextWord, lang: str) -> bool:
    """Whether a phrase may begin or end with the word: no stop word, and no number."""
    return not is_stop_word(word.forms[0], lang) and not any(map(str.isdigit, word.forms[0]))
