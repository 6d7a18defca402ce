"""Two thousand query trees over archives of several segments, with articles updated and removed in all of them.

By kernels and without, hits, scores, order, totals, facets and histograms are those of brute force. Over an archive
that is too large for brute force, where windows of documents and blocks of postings are many, kernels give what the
plain path gives.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from brute_force import RememberingBruteForce
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_engine_against_brute_force import DAYS, NAMES, SOURCES, WORDS, InventedWords, compare, list_article, plans

from indexer.article import Article, Published
from indexer.backends.port import Document, Draft
from indexer.backends.whoosh_index import WhooshIndex
from indexer.backends.words import PlainCollector
from indexer.codec.compiled import HAS_NUMBA
from indexer.document import make_document
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import EveryArticle, NoArticle, Plan, ValueIn, WordPlan

TREES = 2000
#: The plain path is what kernels are held to elsewhere too, and takes its time.
PLAIN_TREES = 500
#: Articles of a commit, of an archive. The last has posting lists of several blocks of 128.
SIZES = ((12, 9, 7), (30, 10, 10, 25), (5, 1, 40), (170, 130, 160))
LARGE_TREES = 120
LARGE_SIZES = (9000, 3000, 700)


@dataclass
class Archive:
    """An index of `sizes` articles a commit, a third of which are updates, and some of which are gone again."""

    folder: Path
    held: dict[str, Document]
    segments: int
    deleted: int

    def engine(self, *, compiled: bool) -> WhooshEngine:
        return WhooshEngine(self.folder, compiled=compiled)


def invent(chosen: random.Random, key: int) -> Document:
    on = chosen.choice(DAYS)
    at = None
    if on is not None and len(on) == 10 and chosen.random() < 0.5:
        at = datetime.fromisoformat(f"{on}T{chosen.randrange(24):02d}:00:00").replace(tzinfo=UTC)
    # Of the words some are in nearly every article and some in few.
    common = WORDS[: chosen.randint(1, len(WORDS))]
    article = Article(
        external_id=f"n{key}",
        title=" ".join(chosen.choices(common, k=chosen.randrange(4))),
        body=" ".join(chosen.choices(common, k=chosen.randrange(12))),
        author=tuple(chosen.sample(NAMES, chosen.randrange(3))),
        source=chosen.choice(SOURCES),
        published=Published(on, at),
        lang=chosen.choice(["en", "az"]),
        tag=tuple(chosen.sample(["war", "art"], chosen.randrange(3))),
    )
    return make_document(article, "/somewhere", InventedWords())


def write_archive(folder: Path, sizes: tuple[int, ...], seed: int) -> Archive:
    chosen = random.Random(seed)
    held: dict[str, Document] = {}
    keys = 0
    with WhooshIndex.create(folder).writer(64, lambda _: PlainCollector(InventedWords())) as writer:
        for size in sizes:
            written: set[int] = set()
            while len(written) < size:
                is_update = keys > 0 and chosen.random() < 0.3
                key = chosen.randrange(keys) if is_update else keys
                keys += not is_update
                if key in written:
                    continue
                written.add(key)
                document = invent(chosen, key)
                writer.write(Draft(document.id, document.content_hash, document.origin, document.article))
                held[document.id] = document
            writer.commit(tidy=False)
        for article_id in chosen.sample(sorted(held), len(held) // 10):
            writer.remove(article_id)
            del held[article_id]
        writer.commit(tidy=False)
    listed = [segment.listed for segment in WhooshIndex.open(folder).view().segments]
    return Archive(folder, held, len(listed), sum(each.deleted_count() for each in listed))


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Archive]:
    folder = tmp_path_factory.mktemp("trees")
    made = [write_archive(folder / str(number), sizes, number) for number, sizes in enumerate(SIZES)]
    assert all(archive.segments >= 3 and archive.deleted >= 2 for archive in made)
    return made


@pytest.mark.parametrize("compiled", [True, False], ids=["by kernels", "plainly"])
def test_trees_by_the_thousand_are_answered_like_brute_force(archives: list[Archive], *, compiled: bool) -> None:
    if compiled and not HAS_NUMBA:
        compiled = False
    trees = TREES if compiled else PLAIN_TREES
    engines = [archive.engine(compiled=compiled) for archive in archives]
    oracles = [RememberingBruteForce([list_article(each) for each in archive.held.values()]) for archive in archives]
    answered: Counter[int] = Counter()

    @settings(max_examples=trees, suppress_health_check=list(HealthCheck))
    @given(plan=plans(), place=st.sampled_from([0, 0, 0, 1, 1, 1, 2, 2, 2, 3]))
    def ask(plan, place) -> None:
        compare(engines[place], oracles[place], plan)
        answered[place] += 1

    ask()
    assert answered.total() >= trees
    assert min(answered[place] for place in range(len(SIZES))) > trees / 50


def test_one_clause_alone_of_any_kind_and_of_any_page_is_answered(archives: list[Archive]) -> None:
    """A name is a set and no list of postings, and a page may be empty: each by itself once read what was not there."""
    engine = archives[0].engine(compiled=HAS_NUMBA)
    oracle = RememberingBruteForce([list_article(each) for each in archives[0].held.values()])
    for clause in (
        WordPlan("author", (("vafa",),), surface=True, weight=1.0, clause=0),
        WordPlan("text", (("en:mine",),), surface=False, weight=1.0, clause=0),
        WordPlan("title", (("mine", "map"),), surface=True, weight=1.0, clause=0),
        ValueIn("lang", ("az",)),
        EveryArticle(),
        NoArticle(),
    ):
        for first, count in ((0, 0), (0, 1), (0, 5), (3, 2), (1000, 10)):
            for sort in ("relevance", "newest"):
                compare(engine, oracle, Plan(clause, clause, "auto", (), sort, first, count))


@pytest.mark.skipif(not HAS_NUMBA, reason="there are no kernels to compare; install numba")
def test_kernels_answer_like_the_plain_path_over_many_windows_and_blocks(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "large", LARGE_SIZES, 7)
    assert (archive.segments, archive.deleted > 1000) == (3, True)
    by_kernels, plainly = archive.engine(compiled=True), archive.engine(compiled=False)

    @settings(max_examples=LARGE_TREES, suppress_health_check=list(HealthCheck))
    @given(plan=plans())
    def ask(plan) -> None:
        found, expected = by_kernels.execute(plan), plainly.execute(plan)
        assert [hit.id for hit in found.hits] == [hit.id for hit in expected.hits]
        assert [hit.all_words for hit in found.hits] == [hit.all_words for hit in expected.hits]
        assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in expected.hits], rel=1e-5)
        for counted in ("total", "total_all_words", "facets", "histogram", "clause_articles", "total_is_exact"):
            assert getattr(found, counted) == getattr(expected, counted)

    ask()
