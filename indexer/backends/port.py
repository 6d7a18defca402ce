"""What a place for an index promises to the pipeline: read what is known, write articles, commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from indexer.analysis.token import AnalysedText
from indexer.article import Article
from indexer.backends.held import HeldArticle
from indexer.backends.stats import IndexStats


@dataclass(frozen=True, slots=True)
class Draft:
    """An article on its way into an index, which analyses it.

    `origin` is the real path of the file that it was last read from; `read_root` needs no place of its own, since
    an article is under a root when its origin is.
    """

    id: str
    content_hash: str
    origin: str
    article: Article


@dataclass(frozen=True, slots=True)
class Document:
    """A draft in the shape of the schema: what is stored, and the analysed text of each searched field."""

    id: str
    content_hash: str
    origin: str
    article: Article
    title: AnalysedText
    body: AnalysedText
    author: AnalysedText
    source: AnalysedText
    tag: AnalysedText


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What the index remembers of an article it holds."""

    id: str
    content_hash: str
    origin: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An article that was deleted on purpose and stays out until `undelete`. `deleted_on` is `YYYY-MM-DD`."""

    id: str
    reason: str
    deleted_on: str


@dataclass(frozen=True, slots=True)
class Commit:
    generation: int
    articles: int


@dataclass(frozen=True, slots=True)
class Packed:
    """Articles that are on the disk as part of the index, and in no commit yet."""

    name: str
    articles: int


#: A part of the index to be rewritten; what is in it is the engine's own.
MergeJob: TypeAlias = Any

#: An article with everything ready that could fail; what is in it is the packer's own.
Prepared: TypeAlias = Any


class Packer(Protocol):
    """Packs articles for a writer, in whatever process. For one thread."""

    def prepare(
        self, article: Article, article_id: str, content_hash: str, origin: str, encoded: tuple[bytes, bytes]
    ) -> Prepared:
        """`encoded` is what `encode_article` gives. Raises ArticleError for what an index cannot hold."""
        ...

    def add(self, prepared: Prepared) -> None: ...

    @property
    def is_full(self) -> bool:
        """Whether what was added has filled the memory allowed, and should be packed."""
        ...

    def pack(self) -> None:
        """Make room. Raises ArchiveError where nothing can be written."""
        ...

    @property
    def dictionary(self) -> bytes:
        """What articles are compressed with; b"" as long as nothing has been learnt from them."""
        ...

    def use_dictionary(self, dictionary: bytes) -> None:
        """What another packer has learnt; of use only where there is none yet."""
        ...

    def finish(self) -> tuple[Packed, ...]:
        """Pack what is left; all that was packed since the last time."""
        ...


class IndexWriter(Protocol):
    """Writes to an index. Nothing is seen by readers before `commit` returns.

    Of the embedded index it is the only one while it is open. On a cluster several may write at a time, and what was
    written before a run was cut off stays, to be seen with the next commit.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives up what was not committed."""
        ...

    def detach(self) -> None:
        """In a process that was forked off: leave what only one may hold to the one that took it."""
        ...

    def known(self, article_id: str) -> KnownArticle | None:
        """What the last commit holds under this id."""
        ...

    def known_all(self, article_ids: Sequence[str]) -> Sequence[KnownArticle | None]:
        """The same for many ids at once."""
        ...

    def known_articles(self) -> Iterator[KnownArticle]: ...

    def tombstone(self, article_id: str) -> Tombstone | None: ...

    def bury(self, tombstones: tuple[Tombstone, ...]) -> None:
        """Lay tombstones, durably before this returns; the articles themselves are still to be removed. The
        first reason and day of an article stand."""
        ...

    def unbury(self, article_ids: tuple[str, ...]) -> None: ...

    def write(self, draft: Draft) -> None:
        """Add the article, or replace the one of its id. At most once an id between two commits."""
        ...

    def remove(self, article_id: str) -> bool:
        """Take an article out without a tombstone (pruning); False when it is not there."""
        ...

    def packer(self, packers: int = 1, *, learns: bool = True) -> Packer:
        """Packs for this writer, as one of so many who share its memory and the cores. `learns` is to be true for one
        of them."""
        ...

    def take(self, packed: Sequence[Packed], replaced: Sequence[str]) -> None:
        """Have what was packed in the next commit, in place of the committed articles of these ids."""
        ...

    def commit(self, *, tidy: bool = True) -> Commit:
        """`tidy` lets the engine reorganise itself afterwards, which may take its time; never when a run is cut off."""
        ...

    def plan_merge(self) -> MergeJob | None:
        """What there is to reorganise now, for somebody to do while writing goes on; None where all is in order."""
        ...

    def take_merged(self, job: MergeJob) -> Commit:
        """Commit a merge that is done."""
        ...

    def purge(self) -> Commit:
        """Commit, and rewrite whatever holds words of removed or replaced articles."""
        ...

    def replace_all(self, drafts: Iterable[Draft]) -> Commit:
        """Have these articles take the place of everything at once. Cut off before the end, the index is as it was."""
        ...


class ArticleIndex(Protocol):
    """An index that is there: what the commands of the write side ask of it."""

    #: How it is named to people.
    place: str

    def writer(self, memory_mb: int, *, wait_s: float = 0.0, say: Callable[[str], None] | None = None) -> IndexWriter:
        """Raises IndexBusyError where another one may not be written beside, still after so many seconds; `say` is told
        when it is waited for."""
        ...

    def article_count(self) -> int: ...

    def articles(self) -> Iterator[HeldArticle]: ...

    def known_articles(self) -> Iterator[KnownArticle]: ...

    def tombstones(self) -> tuple[Tombstone, ...]: ...

    def stats(self) -> IndexStats: ...
