"""A searcher over plain lists, slow and obvious: what a plan means, said a second time from the contract alone.

It shares no code with the engine. Every article is looked at word by word for every clause.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, product

from searchapp.search.plan import (
    AllOf,
    AnyOf,
    DaysWithin,
    EveryArticle,
    Exclude,
    NoArticle,
    PhrasePlan,
    Plan,
    SpellingPlan,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.spellings import Wildcard


@dataclass
class Text:
    """`words[p]` are the readings at position p: (terms, surfaces). `length` is the number of positions."""

    words: list[tuple[set[str], set[str]]]
    length: int


@dataclass
class ListedArticle:
    id: str
    title: Text
    body: Text
    author: Text
    source: Text
    tag: Text
    values: dict[str, list[str]]  # facet -> values, without `year`
    days: tuple[date, date] | None
    instant: int | None

    def text(self, name: str) -> Text:
        return getattr(self, name)


def fits(spelling, surface: str) -> bool:
    bare = surface[1:] if surface[:1] == "^" else surface
    if isinstance(spelling, Wildcard):
        return fits_pattern(spelling.text, bare)
    return count_steps(spelling.text, bare) <= spelling.steps


def fits_pattern(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(fits_pattern(pattern[1:], text[skipped:]) for skipped in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and fits_pattern(pattern[1:], text[1:])


def count_steps(left: str, right: str) -> int:
    """Damerau-Levenshtein by optimal string alignment, with the whole table."""
    table = {(i, 0): i for i in range(len(left) + 1)} | {(0, k): k for k in range(len(right) + 1)}
    for i, a in enumerate(left, start=1):
        for k, b in enumerate(right, start=1):
            table[i, k] = min(table[i - 1, k] + 1, table[i, k - 1] + 1, table[i - 1, k - 1] + (a != b))
            if i > 1 and k > 1 and a == right[k - 2] and b == left[i - 2]:
                table[i, k] = min(table[i, k], table[i - 2, k - 2] + 1)
    return table[len(left), len(right)]


K1, TITLE_WEIGHT, TITLE_B, BODY_B = 1.4, 2.5, 0.5, 0.6
RANKED_AGAIN, AS_TYPED, BEST_WINDOW, NEXT_TO, NEARBY = 50, 0.2, 0.15, 0.1, 0.05


class BruteForce:
    def __init__(self, articles: list[ListedArticle]) -> None:
        self.articles = articles
        count = max(len(articles), 1)
        self.average = {
            "title": sum(article.title.length for article in articles) / count,
            "body": sum(article.body.length for article in articles) / count,
        }

    def starts(self, clause, text: Text) -> set[int]:
        """The positions where some spelling of the clause begins."""
        if isinstance(clause, WindowPlan):
            return {at for units in clause.variants for at in self.windows(units, clause.distance, text)}
        if isinstance(clause, PhrasePlan):
            return self.run_starts(clause.variants, 1, text)
        runs = [[[term] for term in run] for run in clause.alternatives]
        return self.run_starts(runs, 1 if clause.surface else 0, text)

    def run_starts(self, runs, reading: int, text: Text) -> set[int]:
        found = set()
        for slots in runs:
            for position in range(len(text.words)):
                if position + len(slots) <= len(text.words) and all(
                    any(form in text.words[position + offset][reading] for form in slot)
                    for offset, slot in enumerate(slots)
                ):
                    found.add(position)
        return found

    def windows(self, units, distance: int, text: Text) -> set[int]:
        """Every choice of different starts, if the stretch from the first start to the last end is short enough."""
        widths = [len(unit.runs[0]) for unit in units]
        starts = [self.run_starts(unit.runs, 1 if unit.surface else 0, text) for unit in units]
        return {
            min(chosen)
            for chosen in product(*starts)
            if len(set(chosen)) == len(chosen)
            and max(at + width for at, width in zip(chosen, widths, strict=True)) - min(chosen)
            <= distance + sum(widths)
        }

    def weighed(self, clause) -> set[str]:
        """The most frequent forms that a pattern fits: in title and body, whatever is looked at."""
        names = ["title", "body"] if clause.scope in {"text", "title"} else [clause.scope]
        counts = Counter(
            surface
            for article in self.articles
            for name in names
            for _, surfaces in article.text(name).words
            for surface in surfaces
            if fits(clause.spelling, surface)
        )
        return set(sorted(counts, key=lambda surface: (-counts[surface], surface))[: clause.scored])

    def form_frequencies(self, clause, article: ListedArticle, names: list[str]) -> dict[str, int]:
        weighed = self.weighed(clause)
        found = {
            name: [
                surface
                for _, surfaces in article.text(name).words
                for surface in surfaces
                if fits(clause.spelling, surface)
            ]
            for name in names
        }
        counts = {name: sum(surface in weighed for surface in surfaces) for name, surfaces in found.items()}
        if not any(counts.values()) and any(found.values()):
            counts[names[-1]] = 1
        return counts

    def frequencies(self, clause, article: ListedArticle) -> dict[str, int]:
        names = ["title", "body"] if clause.scope == "text" else [clause.scope]
        if isinstance(clause, SpellingPlan):
            return self.form_frequencies(clause, article, names)
        return {name: len(self.starts(clause, article.text(name))) for name in names}

    def holding(self, clause) -> list[ListedArticle]:
        return [article for article in self.articles if any(self.frequencies(clause, article).values())]

    def clause_score(self, clause, article: ListedArticle) -> float:
        frequencies = self.frequencies(clause, article)
        if clause.scope not in {"text", "title"} or not any(frequencies.values()):
            return 0.0
        tf = 0.0
        for name, frequency in frequencies.items():
            b = TITLE_B if name == "title" else BODY_B
            weight = TITLE_WEIGHT if name == "title" and clause.scope == "text" else 1.0
            average = self.average[name]
            scale = 1 - b + b * article.text(name).length / average if average else 1.0
            tf += weight * frequency / max(scale, 1e-9)
        n = len(self.holding(clause))
        idf = math.log(1 + (len(self.articles) - n + 0.5) / (n + 0.5))
        return clause.weight * idf * tf / (K1 + tf)

    def matches(self, node, article: ListedArticle) -> bool:  # noqa: C901 one return a kind of node
        match node:
            case WordPlan() | PhrasePlan() | SpellingPlan() | WindowPlan():
                return any(self.frequencies(node, article).values())
            case AllOf(children):
                return all(self.matches(child, article) for child in children)
            case AnyOf(children):
                return any(self.matches(child, article) for child in children)
            case Exclude(child):
                return not self.matches(child, article)
            case DaysWithin(first, last):
                if article.days is None:
                    return False
                return (first is None or article.days[0] >= first) and (last is None or article.days[1] <= last)
            case ValueIn("year", values):
                return article.days is not None and f"{article.days[0].year:04d}" in values
            case ValueIn(facet, values):
                return any(value in values for value in article.values[facet])
            case EveryArticle():
                return True
            case NoArticle():
                return False
        raise AssertionError(node)

    def score(self, node, article: ListedArticle) -> float:
        match node:
            case WordPlan() | PhrasePlan() | SpellingPlan() | WindowPlan():
                return self.clause_score(node, article)
            case AllOf(children):
                return sum(self.score(child, article) for child in children)
            case AnyOf(children):
                return sum(self.score(child, article) for child in children if self.matches(child, article))
        return 0.0

    def search(self, plan: Plan) -> dict:
        narrowed = [article for article in self.articles if all(self.matches(node, article) for node in plan.filters)]
        every_word = [article for article in narrowed if self.matches(plan.all_words, article)]
        tree, found = plan.all_words, every_word
        if plan.match == "any" or (plan.match == "auto" and len(every_word) < 10):
            tree = plan.any_words
            found = [article for article in narrowed if self.matches(tree, article)]
        with_all = {article.id for article in every_word}
        scores = {article.id: self.score(tree, article) for article in found}

        def by_relevance(article: ListedArticle):
            tier = article.id not in with_all if plan.match == "auto" else False
            day = article.days[0].toordinal() if article.days else 0
            # Sums in another order differ in the last bits.
            return tier, -round(scores[article.id], 9), -day, article.id

        def by_date(article: ListedArticle):
            sign = -1 if plan.sort == "newest" else 1
            day = (0, sign * article.days[0].toordinal()) if article.days else (1, 0)
            instant = (1, 0) if article.instant is None else (0, sign * article.instant)
            return day, instant, article.id

        ordered = sorted(found, key=by_relevance if plan.sort == "relevance" else by_date)
        if plan.ranked and plan.count:
            best, behind = ordered[:RANKED_AGAIN], ordered[RANKED_AGAIN:]
            for article in best:
                scores[article.id] += self.extras(plan.ranked, article)
            ordered = sorted(best, key=by_relevance) + behind
        return {
            "ids": [article.id for article in ordered[plan.first : plan.first + plan.count]],
            "scores": scores,
            "all_words": with_all,
            "total": len(found),
            "total_all_words": len(every_word),
            "facets": {(facet.name, facet.size): self.facet(facet.name, found)[: facet.size] for facet in plan.facets},
            "histogram": self.histogram(plan.histogram, found) if plan.histogram else [],
            "clause_articles": [len(self.holding(clause)) for clause in plan.clauses],
        }

    def extras(self, ranked, article: ListedArticle) -> float:
        """What the words typed one after the other add to the score of an article, for how they stand in it."""
        stems = list(dict.fromkeys(word.stems for word in ranked))
        texts = {name: article.text(name) for name in ("title", "body")}
        worth_once = {
            name: (TITLE_WEIGHT if name == "title" else 1.0)
            / ((1 - b + b * text.length / self.average[name]) if self.average[name] else 1.0)
            for (name, text), b in zip(texts.items(), (TITLE_B, BODY_B), strict=True)
        }
        runs = {word: [[[term] for term in run] for run in word] for word in stems}
        places = {(word, name): self.run_starts(runs[word], 0, text) for word in stems for name, text in texts.items()}
        idf = {}
        for word in stems:
            holding = sum(
                any(self.run_starts(runs[word], 0, other.text(name)) for name in texts) for other in self.articles
            )
            idf[word] = math.log(1 + (len(self.articles) - holding + 0.5) / (holding + 0.5))
        times = Counter(word.stems for word in ranked)
        total = 0.0
        for word in stems:
            surfaces = {run[0] for typed in ranked if typed.stems == word for run in typed.surfaces if len(run) == 1}
            single = {run[0] for run in word if len(run) == 1}
            tf = sum(
                worth_once[name] * sum(bool(terms & single and forms & surfaces) for terms, forms in text.words)
                for name, text in texts.items()
            )
            total += AS_TYPED * times[word] * idf[word] * tf / (K1 + tf)
        total += BEST_WINDOW * max(
            sum(times[word] * idf[word] for word in stems if places[word, name] & set(range(first, first + 10)))
            for name, text in texts.items()
            for first in range(len(text.words) + 1)
        )
        for one, other in pairwise(ranked):
            if not other.follows or one.stems == other.stems:
                continue
            rarer = min(idf[one.stems], idf[other.stems])
            for reach, weight in ((1, NEXT_TO), (3, NEARBY)):
                tf = sum(
                    worth_once[name]
                    for name in texts
                    for left, right in product(places[one.stems, name], places[other.stems, name])
                    if 0 < right - left <= reach
                )
                total += weight * rarer * tf / (1.2 + tf)
        return total

    def facet(self, name: str, found: list[ListedArticle]) -> list[tuple[str, int]]:
        counts: Counter[str] = Counter()
        for article in found:
            if name == "year":
                counts.update([f"{article.days[0].year:04d}"] if article.days else [])
            else:
                counts.update(set(article.values[name]))
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

    def histogram(self, interval: str, found: list[ListedArticle]) -> list[tuple[str, int, int]]:
        size = {"day": 10, "month": 7, "year": 4}[interval]

        def bucket(article: ListedArticle) -> str | None:
            if article.days is None:
                return None
            first, last = (day.isoformat()[:size] for day in article.days)
            return first if first == last else None

        counts = Counter(name for article in found if (name := bucket(article)))
        of = Counter(name for article in self.articles if (name := bucket(article)))
        if not counts:
            return []
        parts = [int(part) for part in min(counts).split("-")]
        day = date(*[*parts, 1, 1][:3])
        names: list[str] = []
        while day.isoformat()[:size] <= max(counts):
            if day.isoformat()[:size] not in names[-1:]:
                names.append(day.isoformat()[:size])
            day += timedelta(days=1)
        return [(name, counts[name], of[name]) for name in names]


class RememberingBruteForce(BruteForce):
    """Counts the words of an article once for each clause."""

    def __init__(self, articles: list[ListedArticle]) -> None:
        super().__init__(articles)
        self.remembered: dict[tuple, object] = {}

    def remember(self, key: tuple, make):
        if len(self.remembered) > 100_000:
            self.remembered.clear()
        if key not in self.remembered:
            self.remembered[key] = make()
        return self.remembered[key]

    def frequencies(self, clause, article: ListedArticle):
        return self.remember(
            ("words", clause, article.id), lambda: super(type(self), self).frequencies(clause, article)
        )

    def holding(self, clause):
        return self.remember(("articles", clause), lambda: super(type(self), self).holding(clause))

    def weighed(self, clause):
        return self.remember(("forms", clause), lambda: super(type(self), self).weighed(clause))
