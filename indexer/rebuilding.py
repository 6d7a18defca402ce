"""Analyse again what an index holds: after a new stemmer, a new cleaning, or a new version of Broadsheet.

One writer writes everything anew and lets the older segments go in a single commit, so search stays up meanwhile and
a rebuild that is cut off changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from indexer.article import Article, Place, ReadArticle
from indexer.backends.held import HeldArticle
from indexer.backends.port import ArticleIndex, Draft, IndexWriter
from indexer.cleaning.language import choose_language
from indexer.document import make_draft
from indexer.learnt import NOTHING_LEARNT, LearntLines, folder_of, is_of_lines
from indexer.readers.scraped_text import read_scraped_text
from indexer.run_memory import RunMemory

#: Gives an article that was read from this origin again from its `original`, or as it is where it has none.
Clean = Callable[[Article, str], Article]


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """`recleaned` counts the articles that came out of cleaning otherwise than they went in; `renamed` those of them
    that have a new id now, since theirs is made of what cleaning finds (no external id, no address)."""

    articles: int
    recleaned: int
    renamed: int
    generation: int


def rebuild_index(
    index: ArticleIndex,
    memory_mb: int,
    clean: Clean,
    on_article: Callable[[int], None],
    *,
    wait_s: float = 0.0,
) -> RebuildReport:
    """`on_article` is told how many articles are done; another writer is waited for, so many seconds. Raises
    ArchiveError; the index is then as it was."""
    with index.writer(memory_mb, wait_s=wait_s) as writer, RunMemory() as memory:
        rebuild = _Rebuild(writer, clean, memory)

        def drafts() -> Iterator[Draft]:
            for done, held in enumerate(index.articles(), start=1):
                yield make_draft(rebuild.take(held), held.origin)
                on_article(done)

        commit = writer.replace_all(drafts())
    return RebuildReport(commit.articles, rebuild.recleaned, rebuild.renamed, commit.generation)


class _Rebuild:
    def __init__(self, writer: IndexWriter, clean: Clean, memory: RunMemory) -> None:
        self._writer = writer
        self._clean = clean
        self._memory = memory
        self.recleaned = 0
        self.renamed = 0

    def take(self, held: HeldArticle) -> Article:
        """The article as cleaning sees it now. With another id than it had, it takes that id, so that the next
        `index` of its file finds it unchanged; unless the id is another's or is deleted: then it stays as it was."""
        if not held.article.original:
            return held.article
        article = self._clean(held.article, held.origin)
        if article.id != held.id:
            if not self._is_free(article.id):
                return held.article
            self.renamed += 1
        self.recleaned += article != held.article
        return article

    def _is_free(self, article_id: str) -> bool:
        is_taken = self._writer.known(article_id) is not None or self._writer.tombstone(article_id) is not None
        return not is_taken and self._memory.remember(article_id, Place("")) is None


def clean_again(
    article: Article, origin: str = "", learnt: LearntLines = NOTHING_LEARNT, today: date | None = None
) -> Article:
    """A scraped text's article, read again from the lines it was read from; any other as it is. `today` refuses dates
    that are yet to come."""
    if not is_of_lines(article):
        return article  # structured: its fields were given, not found in text
    text = "\n".join(line.text for line in article.original)
    outcome = read_scraped_text(text, Place(""), known=learnt.in_folder(folder_of(origin)), today=today)
    if not isinstance(outcome, ReadArticle):
        return article
    again = outcome.article
    lang = choose_language(again.lang, again.title, again.body)
    return replace(again, collection=article.collection, lang=lang)
