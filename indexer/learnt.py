"""What an index has learnt of the furniture of its sources, and for whom it holds.

It is learnt of groups of articles: of those that name one source, and of those that lie in one folder, since half of
the pages of a site may not say whose they are. An article belongs to both its groups.

Everything here is a function of the articles that an index holds, whatever the order in which they came: a group's
articles with the lowest ids are compared, `MOST_PAGES` of them. Ids are digests, so these are as good as drawn by lot,
and only few of the articles that come later are among them: what was learnt of a source hardly changes as it grows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from indexer.article import Article

# Imported late below: the expressions that they need take a while to be compiled, and nobody who indexes structured
# articles needs them.
if TYPE_CHECKING:
    from indexer.cleaning.repeated_lines import LinesOfSource, PagePrint

#: So many articles of a group are compared: what is learnt of it costs the same however many there are.
MOST_PAGES: Final = 50
#: Nothing is learnt from fewer.
LEAST_PAGES: Final = 3
_FOLDER: Final = "folder "


@dataclass(frozen=True, slots=True)
class LearntGroup:
    """`name` is that of a group, `lines` are the digests of what was learnt of it. `compared` stands for the articles
    that it was learnt from: while it is the same, nothing is to be learnt anew."""

    name: str
    compared: str
    lines: frozenset[int]


class LearntLines:
    """What was learnt, by group. Nothing by default. `settled_at` is the generation of the index whose articles had all
    been cleaned by it, -1 for none."""

    def __init__(self, groups: Iterable[LearntGroup] = (), settled_at: int = -1) -> None:
        self._groups = {group.name: group for group in groups}
        self.settled_at = settled_at

    def __iter__(self) -> Iterator[LearntGroup]:
        return iter(self._groups.values())

    def find(self, name: str) -> LearntGroup | None:
        return self._groups.get(name)

    def lines_of(self, source: str, folder: str) -> frozenset[int]:
        """The digests of the lines that are furniture in an article of this source and folder."""
        groups = (self._groups.get(name) for name in name_groups(source, folder))
        return frozenset().union(*(group.lines for group in groups if group is not None))

    def in_folder(self, folder: str) -> LinesOfSource | None:
        """The same for the pages of one folder; None where nothing at all was learnt."""
        if not self._groups:
            return None
        return lambda source: self.lines_of(source, folder)

    def is_same(self, other: LearntLines) -> bool:
        return self._groups == other._groups and (self.settled_at == other.settled_at or not self._groups)

    def changed_since(self, older: LearntLines) -> tuple[LearntGroup, ...]:
        """The groups of which something else was learnt, each with the lines that are learnt now and were not, or were
        and are not."""
        names = sorted(self._groups.keys() | older._groups.keys())
        pairs = ((name, self.lines_in(name) ^ older.lines_in(name)) for name in names)
        return tuple(LearntGroup(name, "", lines) for name, lines in pairs if lines)

    def lines_in(self, name: str) -> frozenset[int]:
        group = self._groups.get(name)
        return frozenset() if group is None else group.lines


NOTHING_LEARNT = LearntLines()


def name_groups(source: str, folder: str) -> tuple[str, ...]:
    """The groups of an article; `folder` is the real path of that in which its file lies."""
    in_folder = _FOLDER + folder
    return (f"source {source.casefold()}", in_folder) if source else (in_folder,)


def is_folder_group(name: str) -> bool:
    return name.startswith(_FOLDER)


def folder_of(origin: str) -> str:
    """The folder of the file that an article was read from."""
    return os.path.dirname(origin)  # noqa: PTH120 origins are text that the index keeps, not paths to open


def is_of_lines(article: Article) -> bool:
    """Whether it was made from the lines of a scraped text: fields that were given are never cleaned, and neither is
    what a page's markup told, such as an address, tags, or a date that two of its sources agree on."""
    is_told = article.url is not None or article.tag or article.published.confidence == "sure"
    is_given = article.external_id is not None or article.extra_json != "{}"
    return bool(article.original) and not is_given and not is_told


def print_of(article: Article) -> PagePrint:
    """What is compared of an article: all of its lines, kept or left out."""
    from indexer.cleaning.lines import read_blocks  # noqa: PLC0415 see above
    from indexer.cleaning.repeated_lines import take_print  # noqa: PLC0415

    return take_print(block.text for block in read_blocks([line.text for line in article.original]))


class Learning:
    """Learns from articles that are in no index: of each group those with the lowest ids, as an index would."""

    def __init__(self) -> None:
        self._groups: dict[str, list[tuple[str, str, PagePrint]]] = {}

    def take(self, article: Article, origin: str) -> None:
        if not is_of_lines(article):
            return
        seen = article.id, article.source.casefold(), print_of(article)
        for name in name_groups(article.source, folder_of(origin)):
            group = self._groups.setdefault(name, [])
            group.append(seen)
            if len(group) > 2 * MOST_PAGES:
                group[:] = _lowest(group)

    def learn(self) -> LearntLines:
        from indexer.cleaning.repeated_lines import learn_lines  # noqa: PLC0415 see above

        learnt: list[LearntGroup] = []
        for name, group in self._groups.items():
            lowest = _lowest(group)
            sources = {source for _, source, _ in lowest}
            if is_folder_group(name) and len(sources) == 1 and "" not in sources:
                continue
            learnt.append(LearntGroup(name, "", learn_lines([each for _, _, each in lowest], LEAST_PAGES)))
        return LearntLines(learnt)


def _lowest(group: list[tuple[str, str, PagePrint]]) -> list[tuple[str, str, PagePrint]]:
    return sorted(group, key=lambda seen: seen[0])[:MOST_PAGES]
