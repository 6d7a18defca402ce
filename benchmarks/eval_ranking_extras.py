"""What each part of the ranking is worth: plain BM25, BM25F, and what closeness and feedback add, alone and together.

    python benchmarks/eval_ranking_extras.py [--data DIR] [--collection PATH]...

Two things are measured. nDCG@10 over collections with judged queries (`eval_ranking.py` says of what form), with the
weights as they are, and with those chosen from a small grid on the other collections, so that no collection is measured
by what was fitted to it. And known items: the headline and the first sentence of 500 articles of Reuters-21578 as
queries, by the mean of 1 / rank of the article that they are from, 0 where it is not among the first `SEEN` hits.

Plain BM25 is that of one field, title and body together, with the same terms and stop words, k1 1.2 and b 0.75.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
from eval_ranking import COLLECTIONS, DATA, DEADLINE_MS, index_collection, measure_ndcg, read_queries, read_relevance

from indexer.analysis.analyzer import Analyzer
from indexer.backends.whoosh_index import WhooshIndex
from searchapp.backends.array_source import ArraySource
from searchapp.backends.clauses import clause_key, prepare_clause
from searchapp.backends.closeness import measure_hits, prepare_word
from searchapp.backends.feedback import measure_feedback
from searchapp.backends.generation import Generation, open_generation
from searchapp.backends.kernel_search import execute_by_kernels
from searchapp.query.parser import parse_query
from searchapp.search.extras import DEFAULT_WEIGHTS, RANKED_AGAIN, ExtraWeights, tell_apart
from searchapp.search.feedback import feedback_strength
from searchapp.search.plan import Plan
from searchapp.search.planner import plan_search
from searchapp.search.port import FacetCount
from searchapp.search.request import SearchRequest
from searchapp.search.scoring import inverse_frequency

SEEN = 50
KNOWN_ITEMS = 500
_TODAY = date(2000, 1, 1)


@dataclass(frozen=True)
class Weights:
    """`feedback` multiplies its strength."""

    extras: ExtraWeights
    feedback: float


NOTHING = Weights(ExtraWeights(0, 0, 0, 0), 0)
AS_IT_IS = Weights(DEFAULT_WEIGHTS, 1)
GRID = [
    Weights(ExtraWeights(as_typed, window, adjacent, near), feedback)
    for as_typed, window, adjacent, near, feedback in product(
        (0.1, 0.2, 0.3), (0.1, 0.15, 0.2), (0.05, 0.1), (0.0, 0.05), (0.6, 0.8, 1.0, 1.2)
    )
]


@dataclass(frozen=True)
class Candidates:
    """The best articles of a query by BM25F: their numbers and scores, and the parts of closeness (m x 4)."""

    docs: np.ndarray
    scores: np.ndarray
    parts: np.ndarray
    strength: float

    def rank(self, weights: Weights, generation: Generation) -> list[int]:
        extras = weights.extras
        added = self.parts @ np.array([extras.as_typed, extras.window, extras.adjacent, extras.near])
        order = np.argsort(-(self.scores + added), kind="stable")
        docs, scores = self.docs[order], (self.scores + added)[order]
        if weights.feedback and self.strength:
            taught = weights.feedback * self.strength * measure_feedback(docs, generation)
            docs = docs[np.argsort(-(scores + taught), kind="stable")]
        found: list[int] = docs.tolist()
        return found


class Archive:
    """An index in a folder, and what its articles were named by whoever wrote them."""

    def __init__(self, folder: Path) -> None:
        self.generation = open_generation(WhooshIndex.open(folder).view())
        self.source = ArraySource(self.generation)
        self.analyzer = Analyzer()
        langs = self.source.facet("lang")
        counts = np.bincount(langs.codes, minlength=len(langs.values))
        self.langs = tuple(FacetCount(langs.values[code], int(counts[code])) for code in np.argsort(-counts))

    def name_of(self, doc: int) -> str:
        segment, inside = self.generation.locate(doc)
        return segment.mapped.article(inside, with_original=False).external_id or ""

    def plan(self, q: str) -> Plan:
        request = SearchRequest(q=q, match="any", per_page=RANKED_AGAIN)
        return plan_search(parse_query(q, _TODAY), request, self.langs, self.analyzer, DEADLINE_MS).plan

    def candidates(self, q: str) -> Candidates:
        plan = self.plan(q)
        found = execute_by_kernels(plan._replace(ranked=()), self.generation, lambda: 0.0)
        docs = np.array([self._number(hit.id) for hit in found.hits], np.int64)
        told = tell_apart(plan.ranked)
        prepared = [
            prepare_word(
                word,
                self.generation,
                lambda clause: prepare_clause(clause, clause_key(clause), self.generation, lambda: True),
            )
            for word in told.words
        ]
        parts = (
            measure_hits(docs, told, prepared, self.generation)
            if plan.ranked and len(docs)
            else np.zeros((len(docs), 4))
        )
        return Candidates(docs, np.array([hit.score for hit in found.hits]), parts, feedback_strength(len(plan.ranked)))

    def plain_order(self, q: str) -> list[int]:
        """By BM25 of one field, the best `SEEN`."""
        words = self.analyzer.read_words(q[:512], tuple(lang.value for lang in self.langs))
        counted = [word for word in words if not word.is_stop_word] or words
        source = self.source
        lengths = (source.lengths("title") + source.lengths("body")).astype(np.float64)
        norm = 1.2 * (0.25 + 0.75 * lengths / max(lengths.mean(), 1))
        scores = np.zeros(source.document_count)
        for word in counted:
            tf = np.zeros(source.document_count)
            for term in {run[0] for run in word.alternatives if len(run) == 1}:
                for name in ("title", "body"):
                    postings = source.postings(name, term, positions=False)
                    tf[postings.docs] += postings.frequencies
            scores += inverse_frequency(source.live_count, int((tf > 0).sum())) * tf * 2.2 / (tf + norm)
        order = np.argsort(-scores, kind="stable")[:SEEN]
        found: list[int] = order[scores[order] > 0].tolist()
        return found

    def _number(self, article_id: str) -> int:
        for segment in self.generation.segments:
            inside = segment.mapped.find(article_id)
            if inside is not None and segment.live_flags[inside]:
                return segment.base + inside
        raise KeyError(article_id)


@dataclass(frozen=True)
class Judged:
    """A collection's queries, ready to be ranked with any weights."""

    name: str
    archive: Archive
    queries: Mapping[str, str]
    relevance: Mapping[str, Mapping[str, int]]
    candidates: Mapping[str, Candidates]
    names: dict[int, str]

    def ndcg(self, order: Callable[[str], Sequence[int]]) -> float:
        total = 0.0
        for query, of_query in self.relevance.items():
            best = order(query)[:10]
            for doc in best:
                if doc not in self.names:
                    self.names[doc] = self.archive.name_of(doc)
            total += measure_ndcg([self.names[doc] for doc in best], of_query)
        return total / len(self.relevance)

    def plain(self) -> float:
        return self.ndcg(lambda query: self.archive.plain_order(self.queries[query]))

    def ranked(self, weights: Weights) -> float:
        return self.ndcg(lambda query: self.candidates[query].rank(weights, self.archive.generation))


def read_collection(path: Path, folder: Path) -> Judged:
    index_collection(path / "docs.jsonl.gz", folder)
    archive, queries, relevance = Archive(folder), read_queries(path), read_relevance(path)
    return Judged(
        path.name,
        archive,
        queries,
        relevance,
        {query: archive.candidates(queries[query]) for query in relevance},
        {},
    )


def show_row(label: str, figures: Sequence[float], plain: float) -> None:
    mean = sum(figures) / len(figures)
    cells = " | ".join(f"{each:.4f}"[1:] for each in (*figures, mean))
    print(f"| {label} | {cells} | {100 * (mean / plain - 1):+.1f}% |", flush=True)


def ablation() -> Iterator[tuple[str, Weights]]:
    yield "BM25F", NOTHING
    for name, shown in (
        ("as_typed", "as typed"),
        ("window", "best window"),
        ("adjacent", "neighbours, adjacent"),
        ("near", "neighbours, near"),
    ):
        yield f"+ {shown}", Weights(replace(NOTHING.extras, **{name: getattr(DEFAULT_WEIGHTS, name)}), 0)
    yield "+ all of closeness", Weights(DEFAULT_WEIGHTS, 0)
    yield "+ feedback", Weights(NOTHING.extras, 1)
    yield "+ everything", AS_IT_IS


def show_ablation(judged: Sequence[Judged]) -> None:
    print(f"| nDCG@10 | {' | '.join(each.name for each in judged)} | macro average | against plain |")
    print("|---" * (len(judged) + 3) + "|")
    plain = [each.plain() for each in judged]
    mean = sum(plain) / len(plain)
    show_row("plain BM25", plain, mean)
    for label, weights in ablation():
        show_row(label, [each.ranked(weights) for each in judged], mean)
    # figures[i][g]: collection i by weights g
    figures = [[each.ranked(weights) for weights in GRID] for each in judged]
    chosen = [
        max(range(len(GRID)), key=lambda g: sum(row[g] for other, row in enumerate(figures) if other != held))
        for held in range(len(judged))
    ]
    show_row("weights chosen on the others", [figures[i][g] for i, g in enumerate(chosen)], mean)
    for each, g in zip(judged, chosen, strict=True):
        print(f"{each.name}: {GRID[g]}")


def show_known_items(articles: Path, folder: Path) -> None:
    """`articles` is Reuters-21578 as JSON Lines."""
    index_collection(articles, folder)
    archive = Archive(folder)
    with gzip.open(articles, "rt", encoding="utf-8") as lines:
        every = [json.loads(line) for line in lines]
    long_enough = [each for each in every if each.get("title") and len(each.get("body", "").split()) > 20]
    picked = random.Random(1987).sample(long_enough, KNOWN_ITEMS)
    print("| known items, mean reciprocal rank | plain BM25 | BM25F | everything |")
    print("|---|---|---|---|")
    for label, said in (("headlines", lambda each: each["title"]), ("first sentences", first_sentence)):
        totals = [0.0, 0.0, 0.0]
        for each in picked:
            q = said(each)
            candidates = archive.candidates(q)
            orders = (
                archive.plain_order(q),
                candidates.docs.tolist(),
                candidates.rank(AS_IT_IS, archive.generation),
            )
            for way, order in enumerate(orders):
                names = (archive.name_of(doc) for doc in order)
                totals[way] += next((1 / rank for rank, name in enumerate(names, 1) if name == each["id"]), 0.0)
        print(f"| {label} | {' | '.join(f'{total / len(picked):.4f}' for total in totals)} |", flush=True)


def first_sentence(article: Mapping[str, str]) -> str:
    text = " ".join(article["body"].split())
    end = text.find(". ")
    return text if end < 0 else text[:end]


def main() -> None:
    parser = argparse.ArgumentParser(description="what each part of the ranking is worth")
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds collections/ and news/")
    parser.add_argument("--collection", type=Path, action="append", default=[], help="one more, in the same form")
    given = parser.parse_args()
    paths = [given.data / "collections" / name for name in COLLECTIONS] + given.collection
    with tempfile.TemporaryDirectory() as folder:
        judged = [read_collection(path, Path(folder) / str(place)) for place, path in enumerate(paths)]
        show_ablation(judged)
        print()
        show_known_items(given.data / "news" / "reuters21578.jsonl.gz", Path(folder) / "reuters")


if __name__ == "__main__":
    main()
