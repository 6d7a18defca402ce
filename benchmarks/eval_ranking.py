"""How well a search ranks: nDCG@10 over collections with judged queries, indexed and searched as a user would.

    python benchmarks/eval_ranking.py [--data DIR] [--collection PATH]... [--scorer PROGRAM]

A collection is a folder with `docs.jsonl.gz` (JSON Lines of articles with an `id`), `queries.tsv` (query id, text) and
`qrels.tsv` (query id, 0, document id, relevance). Every query that has a relevant article is searched with `match=any`:

    DCG@10 = sum over the first ten hits i = 1..10 of relevance_i / log2(i + 1)
    nDCG@10 = DCG@10 / that of the best order

(Jaervelin and Kekaelaeinen 2002, linear gain as in trec_eval; an article that nobody judged counts as not relevant.)

`--scorer` names the program `ir_measures`: it is given the same hits and judgements as TREC files, and its figure
stands beside ours. Where the two differ, this ends with an error.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

from indexer.analysis.analyzer import Analyzer
from indexer.article import Place, Skipped
from indexer.backends.port import Commit
from indexer.backends.whoosh_index import WhooshIndex
from indexer.pipeline import RunOptions, index_units
from indexer.readers.cut import cut_files
from indexer.readers.pieces import FileDone
from indexer.readers.read import ReadOptions
from indexer.settings import Settings
from indexer.stopping import StopSignals
from indexer.units import group_steps
from indexer.workers.hiring import hire_crew
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.query.parser import parse_query
from searchapp.search.planner import plan_search
from searchapp.search.request import SearchRequest

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT.parent / "shared" / "data"
COLLECTIONS = ("time", "cranfield", "cacm", "vaswani")
HITS = 10
#: Long enough for a busy machine that has to compile first: what is measured is the order of hits.
DEADLINE_MS = 3_600_000


@dataclass(frozen=True)
class Outcome:
    """`ndcg` is the mean over `queries`; `cut` is how many of them were too long and searched without their end."""

    name: str
    articles: int
    queries: int
    cut: int
    ndcg: float
    took_s: float
    #: The first ten of each query, by their names in the collection.
    found: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Quiet:
    """Watches a run and says nothing, but keeps what was skipped."""

    def __init__(self) -> None:
        self.skipped: list[Skipped] = []

    def on_articles(self, count: int) -> None: ...

    def on_file(self, done: FileDone) -> None: ...

    def on_skip(self, skipped: Skipped) -> None:
        self.skipped.append(skipped)

    def on_conflict(self, place: Place, first: Place) -> None: ...

    def on_commit(self, commit: Commit) -> None: ...

    def on_note(self, message: str) -> None: ...


def index_collection(documents: Path, folder: Path) -> list[Skipped]:
    """Index through the pipeline that `broadsheet index` runs; gives what was skipped."""
    settings, quiet = Settings(), Quiet()
    options = ReadOptions("evaluation", today=datetime.now(UTC).date())
    units = group_steps(cut_files((documents,)))
    with (
        WhooshIndex.open_or_create(folder).writer(settings.writer_memory_mb) as writer,
        hire_crew(writer, options, settings.index_workers) as crew,
    ):
        index_units(units, crew, writer, RunOptions((str(documents),)), watcher=quiet, stop=StopSignals())
    return quiet.skipped


def read_queries(collection: Path) -> dict[str, str]:
    lines = (collection / "queries.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if "\t" in line)


def read_relevance(collection: Path) -> dict[str, dict[str, int]]:
    """Query id -> document id -> relevance, of queries that have a relevant document."""
    judged: dict[str, dict[str, int]] = {}
    for line in (collection / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        if line.strip():
            query, _, document, relevance = line.split("\t")
            judged.setdefault(query, {})[document] = int(relevance)
    return {query: of_query for query, of_query in judged.items() if max(of_query.values()) > 0}


def measure_ndcg(found: Sequence[str], relevance: Mapping[str, int]) -> float:
    """nDCG of the first ten; `relevance` has something above 0."""
    gains = [max(relevance.get(document, 0), 0) for document in found[:HITS]]
    best = sorted((gain for gain in relevance.values() if gain > 0), reverse=True)[:HITS]
    return _discount(gains) / _discount(best)


def evaluate_collection(collection: Path, folder: Path) -> Outcome:
    """Index the collection into `folder`, which is empty, and search it."""
    started = perf_counter()
    skipped = index_collection(collection / "docs.jsonl.gz", folder)
    for each in skipped[:10]:
        print(f"{each.place}: skipped: {each.reason} {each.detail}")
    analyzer, engine = Analyzer(), WhooshEngine(folder)
    langs, articles = engine.facts().langs, engine.facts().articles
    queries, relevance = read_queries(collection), read_relevance(collection)
    total, cut = 0.0, 0
    found_by_query: dict[str, list[str]] = {}
    for name, of_query in relevance.items():
        # The steps of SearchService.search without its snippets, which take most of the time and order nothing.
        query = parse_query(queries[name], date(2000, 1, 1))
        cut += any(note.code == "too_long" for note in query.notes)
        request = SearchRequest(q=queries[name], match="any", per_page=HITS)
        matches = engine.execute(plan_search(query, request, langs, analyzer, DEADLINE_MS).plan)
        found = [hit.article.external_id or "" for hit in engine.fetch(tuple(hit.id for hit in matches.hits)) if hit]
        total += measure_ndcg(found, of_query)
        found_by_query[name] = found
    engine.close()
    took_s = perf_counter() - started
    return Outcome(collection.name, articles, len(relevance), cut, total / len(relevance), took_s, found_by_query)


def score_by(scorer: str, collection: Path, found: Mapping[str, Sequence[str]]) -> float:
    """nDCG@10 of these hits as the program `ir_measures` gives it. Raises CalledProcessError when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        judgements, run = Path(folder) / "judgements", Path(folder) / "run"
        judgements.write_text(
            "".join(
                f"{query} 0 {document} {relevance}\n"
                for query, of_query in read_relevance(collection).items()
                for document, relevance in of_query.items()
            ),
            encoding="utf-8",
        )
        run.write_text(
            "".join(
                f"{query} Q0 {document} {place} {HITS - place} broadsheet\n"
                for query, documents in found.items()
                for place, document in enumerate(documents)
            ),
            encoding="utf-8",
        )
        command = [scorer, "--places", "6", str(judgements), str(run), f"nDCG@{HITS}"]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(told.stdout.split()[-1])


def print_table(outcomes: Sequence[Outcome]) -> None:
    print(f"{'collection':<14}{'articles':>10}{'queries':>9}{'cut':>5}{'nDCG@10':>10}{'seconds':>9}")
    for each in outcomes:
        row = f"{each.name:<14}{each.articles:>10,}{each.queries:>9}{each.cut:>5}{each.ndcg:>10.4f}"
        print(f"{row}{each.took_s:>9.1f}", flush=True)
    print(f"{'macro average':<38}{sum(each.ndcg for each in outcomes) / len(outcomes):>10.4f}")


def _discount(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))


def hold_to_scorer(scorer: str, collections: Sequence[Path], outcomes: Sequence[Outcome]) -> None:
    """Print the scorer's figures. Ends the program where they are not ours."""
    theirs = [score_by(scorer, each, outcome.found) for each, outcome in zip(collections, outcomes, strict=True)]
    print(
        "by ir-measures: "
        + ", ".join(f"{each.name} {figure:.4f}" for each, figure in zip(outcomes, theirs, strict=True))
    )
    print(f"macro average {sum(theirs) / len(theirs):.4f}")
    if any(abs(each.ndcg - figure) > 1e-5 for each, figure in zip(outcomes, theirs, strict=True)):
        sys.exit("ir-measures has other figures than those above: one of the two is wrong")


def main() -> None:
    parser = argparse.ArgumentParser(description="nDCG@10 of match=any over collections with judged queries")
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds collections/ (default: %(default)s)")
    parser.add_argument("--collection", type=Path, action="append", default=[], help="one more, in the same form")
    parser.add_argument("--scorer", help="the program ir_measures, to score the same hits with")
    given = parser.parse_args()
    collections = [given.data / "collections" / name for name in COLLECTIONS] + given.collection
    with tempfile.TemporaryDirectory() as folder:
        outcomes = [evaluate_collection(each, Path(folder) / str(place)) for place, each in enumerate(collections)]
    print_table(outcomes)
    if given.scorer:
        hold_to_scorer(given.scorer, collections, outcomes)


if __name__ == "__main__":
    main()
