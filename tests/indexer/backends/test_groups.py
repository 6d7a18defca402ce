"""Groups by columns are what going through all articles would give."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.article import Article, OriginalLine
from indexer.backends.groups import members_of, sample_groups
from indexer.backends.whoosh_index import WhooshIndex
from indexer.learnt import folder_of, is_folder_group, name_groups

MEMORY_MB = 16
LINES = (OriginalLine("A headline of some words"), OriginalLine("Body."))


def made(number: int, rng: random.Random) -> Article:
    source = rng.choice(("", "Gazette", "GAZETTE", "Mercury"))
    return Article(
        title=f"Title {number}", body="Body.", source=source, lang="en", original=LINES if number % 5 else ()
    )


def brute_force(folder: Path, most: int, least: int) -> dict[str, list[str]]:
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for held in WhooshIndex.open(folder).articles():
        if held.article.original:
            for name in name_groups(held.article.source, folder_of(held.origin)):
                groups[name].append((held.id, held.article.source.casefold()))
    samples: dict[str, list[str]] = {}
    for name, members in groups.items():
        lowest = sorted(members)[:most]
        sources = {source for _, source in lowest}
        is_of_one_source = is_folder_group(name) and len(sources) == 1 and "" not in sources
        if len(members) >= least and not is_of_one_source:
            samples[name] = [each for each, _ in lowest]
    return samples


@pytest.mark.parametrize("seed", range(4))
def test_samples_and_members_are_those_of_brute_force(
    folder: Path, index_articles_of: Callable[..., object], seed: int
) -> None:
    rng = random.Random(seed)
    for commit in range(4):
        articles = [made(number, rng) for number in range(commit * 20, commit * 20 + rng.randrange(1, 20))]
        index_articles_of(*articles, origin=f"/news/{rng.choice('ab')}/{commit}.txt")
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        for held in list(WhooshIndex.open(folder).articles())[::7]:
            writer.remove(held.id)
        writer.commit(tidy=False)
    view = WhooshIndex.open(folder).view()
    expected = brute_force(folder, most=6, least=3)
    assert expected
    assert {each.name: [member.id for member in each.members] for each in sample_groups(view, 6, 3)} == expected
    for name in expected:
        asked = {member.id for member in members_of(view, frozenset({name}))}
        assert asked == {
            held.id
            for held in WhooshIndex.open(folder).articles()
            if held.article.original and name in name_groups(held.article.source, folder_of(held.origin))
        }


def test_an_index_without_originals_has_no_groups(folder: Path, index_articles_of: Callable[..., object]) -> None:
    index_articles_of(*(Article(title=f"T{number}", body="B", source="Gazette", lang="en") for number in range(5)))
    assert list(sample_groups(WhooshIndex.open(folder).view(), 50, 1)) == []


def test_a_sample_is_another_when_an_article_says_something_else(
    folder: Path, index_articles_of: Callable[..., object]
) -> None:
    articles = [Article(title=f"T{number}", body="B", source="G", lang="en", original=LINES) for number in range(4)]
    index_articles_of(*articles)
    (before,) = (each.digest for each in sample_groups(WhooshIndex.open(folder).view(), 50, 3))
    index_articles_of(Article(title="T0", body="Another", source="G", lang="en", original=LINES))
    (after,) = (each.digest for each in sample_groups(WhooshIndex.open(folder).view(), 50, 3))
    assert before != after
