"""`broadsheet migrate`: the articles and tombstones of one engine, written to the other and compared there.

Nothing is taken from the source. What the target has already is left as it is where it is the same, so a migration that
was cut off goes on from there. In the end every article is read back from the target, and both sides are compared.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import click

from indexer.backends.choosing import open_index, open_or_create_index
from indexer.backends.held import HeldArticle
from indexer.backends.port import ArticleIndex, Draft, IndexWriter
from indexer.commands import (
    EXIT_FAILED,
    Command,
    Place,
    json_option,
    messages,
    place_options,
    print_json,
    read_settings,
)
from indexer.progress import RebuildProgress
from indexer.settings import ENGINES

_BATCH = 500
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of some articles in whatever order: how many they are, and a sum over ids, contents and origins."""

    articles: int = 0
    total: int = 0

    @property
    def checksum(self) -> str:
        return f"{self.total:0{2 * _DIGEST_BYTES}x}"

    def with_article(self, held: HeldArticle) -> Fingerprint:
        said = f"{held.id}\0{held.article.content_hash}\0{held.origin}"
        digest = hashlib.blake2b(said.encode("utf-8", "surrogateescape"), digest_size=_DIGEST_BYTES).digest()
        total = (self.total + int.from_bytes(digest)) % (1 << 8 * _DIGEST_BYTES)
        return Fingerprint(self.articles + 1, total)


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """`unchanged` were there already; `deleted` are kept out by a tombstone of the target: in neither fingerprint."""

    written: int
    unchanged: int
    deleted: int
    tombstones: int
    source: Fingerprint
    target: Fingerprint
    generation: int

    @property
    def is_same(self) -> bool:
        return self.source == self.target

    def to_json(self) -> dict[str, object]:
        return {
            "written": self.written,
            "unchanged": self.unchanged,
            "deleted": self.deleted,
            "tombstones": self.tombstones,
            "source": {"articles": self.source.articles, "checksum": self.source.checksum},
            "target": {"articles": self.target.articles, "checksum": self.target.checksum},
            "is_same": self.is_same,
            "generation": self.generation,
        }


def migrate_index(
    source: ArticleIndex,
    target: ArticleIndex,
    memory_mb: int,
    commit_every_s: float,
    on_article: Callable[[int], None],
) -> MigrationReport:
    """`on_article` is told how many articles are done. Raises ArchiveError; what was committed by then stays."""
    with target.writer(memory_mb) as writer:
        move = _Move(writer, commit_every_s)
        tombstones = source.tombstones()
        writer.bury(tombstones)
        for batch in _batches(source.articles(), _BATCH):
            move.take(batch)
            on_article(move.fingerprint.articles + move.deleted)
        commit = writer.commit()
    there = Fingerprint()
    for held in target.articles():
        there = there.with_article(held)
    return MigrationReport(
        move.written, move.unchanged, move.deleted, len(tombstones), move.fingerprint, there, commit.generation
    )


class _Move:
    def __init__(self, writer: IndexWriter, commit_every_s: float) -> None:
        self._writer = writer
        self._commit_every_s = commit_every_s
        self._committed = time.monotonic()
        self.fingerprint = Fingerprint()
        self.written = self.unchanged = self.deleted = 0

    def take(self, batch: Sequence[HeldArticle]) -> None:
        known = self._writer.known_all([held.id for held in batch])
        for held, there in zip(batch, known, strict=True):
            if self._writer.tombstone(held.id) is not None:
                self.deleted += 1
                continue
            self.fingerprint = self.fingerprint.with_article(held)
            content_hash = held.article.content_hash
            if there is not None and (there.content_hash, there.origin) == (content_hash, held.origin):
                self.unchanged += 1
                continue
            self._writer.write(Draft(held.id, content_hash, held.origin, held.article))
            self.written += 1
        if time.monotonic() - self._committed >= self._commit_every_s:
            self._writer.commit()
            self._committed = time.monotonic()


@click.command("migrate", cls=Command)
@click.option("--to", "target", required=True, type=click.Choice(ENGINES), help="The engine that gets the articles.")
@place_options
@json_option
@click.pass_context
def migrate(ctx: click.Context, *, target: str, place: Place, as_json: bool) -> None:
    """Copy every article and tombstone to the other engine, and compare both.

    The index in --index-dir and the one at --opensearch-urls are the two sides. Nothing is taken from the source; cut
    off, the same command goes on from there.
    """
    settings, _ = read_settings(place)
    (other,) = (name for name in ENGINES if name != target)
    source = open_index(replace(settings, engine=other))
    to = open_or_create_index(replace(settings, engine=target))
    with RebuildProgress(messages(), source.article_count()) as progress:
        report = migrate_index(source, to, settings.writer_memory_mb, settings.commit_every_s, progress.on_article)
    if as_json:
        print_json(report.to_json())
    else:
        click.echo(f"{source.place}: {_say(report.source)}")
        click.echo(f"{to.place}: {_say(report.target)}, generation {report.generation}")
        click.echo(
            f"{report.written:,} written, {report.unchanged:,} were there, {report.deleted:,} are deleted there; "
            f"{report.tombstones:,} tombstones"
        )
    if not report.is_same:
        more = report.target.articles - report.source.articles
        what = f"the target holds {more:,} more" if more > 0 else "both sides differ"
        click.echo(f"error: {what}; look at what else wrote there, or migrate into an index of its own", err=True)
        ctx.exit(EXIT_FAILED)


COMMANDS: tuple[click.Command, ...] = (migrate,)


def _say(found: Fingerprint) -> str:
    return f"{found.articles:,} articles, checksum {found.checksum}"


def _batches(held: Iterable[HeldArticle], size: int) -> Iterator[tuple[HeldArticle, ...]]:
    each = iter(held)
    while batch := tuple(islice(each, size)):
        yield batch
