"""A story of commits that every process tells itself the same way: what is written, replaced, removed, deleted and
purged in each, and what an index must therefore hold after it.

Each batch leaves its number in the index, in an article of its own. So whatever became of a writer, the index says
how far it came, and all of it can be held to that.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from indexer.article import Article, Published
from indexer.backends.port import Tombstone
from indexer.backends.whoosh_index import WhooshIndex
from indexer.backends.whoosh_writer import WhooshIndexWriter
from indexer.document import make_draft

MEMORY_MB = 16
TODAY = date(2024, 6, 1)
KEYS = 60
MARK = -1
ORIGIN = "/news/story.jsonl"


@dataclass(frozen=True, slots=True)
class State:
    """Articles by key and version, and the keys that have tombstones."""

    articles: tuple[tuple[int, int], ...] = ()
    tombstones: frozenset[int] = frozenset()

    @property
    def number(self) -> int:
        """Of the last batch; 0 before the first."""
        return dict(self.articles).get(MARK, 0)


@dataclass(frozen=True, slots=True)
class Batch:
    number: int
    written: tuple[int, ...]
    removed: tuple[int, ...]
    buried: tuple[int, ...]
    unburied: tuple[int, ...]
    purges: bool


#: States to go on from; the others are told again when they are asked for, so that a long story takes no memory.
_CHECKPOINTS: dict[int, State] = {0: State()}
_CHECKPOINT_EVERY = 64


def batch(number: int) -> Batch:
    return _tell_batch(number, state_after(number - 1))


def _tell_batch(number: int, before: State) -> Batch:
    chosen = random.Random(number)
    written = tuple(chosen.sample(range(KEYS), chosen.randint(1, 14)))
    there = [key for key, _ in before.articles if key not in written and key != MARK]
    removed = tuple(chosen.sample(there, min(len(there), chosen.randrange(3))))
    buried = removed[:1] if number % 5 == 0 else ()
    return Batch(number, written, removed, buried, tuple(sorted(before.tombstones))[:2], number % 13 == 0)


@lru_cache(maxsize=256)
def state_after(number: int) -> State:
    """What the index holds after the batch of this number; 0 is an index in which nothing was ever written."""
    told = next(each for each in range(number, -1, -1) if each in _CHECKPOINTS)
    state = _CHECKPOINTS[told]
    for each in range(told + 1, number + 1):
        state = _tell_state(state, _tell_batch(each, state))
        if each % _CHECKPOINT_EVERY == 0:
            _CHECKPOINTS[each] = state
    return state


def _tell_state(before: State, done: Batch) -> State:
    articles = dict(before.articles)
    for key in done.removed:
        del articles[key]
    articles.update(dict.fromkeys((*done.written, MARK), done.number))
    return State(
        tuple(sorted(articles.items())), (before.tombstones - frozenset(done.unburied)) | frozenset(done.buried)
    )


def article(key: int, version: int) -> Article:
    chosen = random.Random(key * 100_003 + version)
    words = " ".join(f"word{chosen.randrange(300)}" for _ in range(chosen.randint(5, 60)))
    return Article(
        title=f"Number {key} again",
        body=f"common key{key + 1} version{version} {words}",
        external_id=f"key{key}",
        author=(f"Author {key % 7}",),
        source=f"Paper {version % 3}",
        published=Published(f"20{10 + key % 10}-03-{version % 28 + 1:02d}"),
        lang="en",
        extra_json=f'{{"version":{version}}}',
    )


def article_id(key: int) -> str:
    return article(key, 0).id


def write_batch(writer: WhooshIndexWriter, number: int) -> None:
    """Commit this batch. Done again, it changes nothing."""
    done = batch(number)
    writer.unbury(tuple(map(article_id, done.unburied)))
    writer.bury(tuple(Tombstone(article_id(key), "on purpose", "2024-01-02") for key in done.buried))
    for key in (*done.written, MARK):
        writer.write(make_draft(article(key, number), ORIGIN))
    for key in done.removed:
        writer.remove(article_id(key))
    if done.purges:
        writer.purge()
    else:
        writer.commit()


def write_batches(folder: Path, last: int) -> None:
    """Take an index from nothing to the state after `last`."""
    with WhooshIndex.open_or_create(folder).writer(MEMORY_MB) as writer:
        for number in range(1, last + 1):
            write_batch(writer, number)


def read_state(folder: Path) -> State:
    """What the index holds, every article of it compared with what was written."""
    index = WhooshIndex.open(folder)
    keys = {article_id(key): key for key in range(MARK, KEYS)}
    articles: dict[int, int] = {}
    for held in index.articles():
        key = keys[held.id]
        version = int(held.article.extra_json.strip("{}").partition(":")[2])
        assert key not in articles, f"key {key} is there twice"
        assert held.article == article(key, version)
        articles[key] = version
    buried = frozenset(keys[tombstone.id] for tombstone in index.tombstones())
    return State(tuple(sorted(articles.items())), buried)


def demand_state(folder: Path, acknowledged: int, begun: int) -> int:
    """The index holds all of what was acknowledged, or all of the batch after it; gives the last batch's number."""
    found = read_state(folder)
    number = found.number
    assert acknowledged <= number <= begun, f"{acknowledged} was acknowledged, {begun} begun, {number} is there"
    expected = state_after(number)
    assert found.articles == expected.articles
    # Tombstones are laid before the commit of the same batch, and taken away before it.
    following = state_after(number + 1).tombstones if number < begun else expected.tombstones
    between = (expected.tombstones - frozenset(batch(number + 1).unburied)) if number < begun else expected.tombstones
    assert found.tombstones in {expected.tombstones, between, following}
    return number
