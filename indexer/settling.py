"""After a run: learn what furniture the sources of an index have, and clean again the articles that hold some of it.

What is learnt depends on the articles that the index holds and on nothing else, and pages are read with what the index
has learnt. So an index is the same in the end whether its articles came in one run or in ten, and reading them again
changes nothing. A run that is cut off before it settles leaves that to the next: what was learnt is written last, and
as long as it is not, it is learnt again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from indexer.article import Article
from indexer.backends.groups import GroupSample, members_of, sample_groups
from indexer.backends.learnt_file import read_learnt, write_learnt
from indexer.backends.port import ArticleIndex, Draft, IndexWriter
from indexer.backends.whoosh_index import WhooshIndex
from indexer.backends.whoosh_writer import WhooshIndexWriter
from indexer.codec.failures import translated_errors
from indexer.document import make_draft
from indexer.learnt import LEAST_PAGES, MOST_PAGES, LearntGroup, LearntLines, folder_of, is_of_lines, print_of

# What reads scraped text is imported late, as everywhere: a run of structured articles comes through here as well.


@dataclass(frozen=True, slots=True)
class Settled:
    """`groups` counts the sources and folders of which something else is known now, `recleaned` the articles that came
    out otherwise."""

    groups: int
    recleaned: int
    generation: int
    took_s: float


def settle(
    index: WhooshIndex, writer: WhooshIndexWriter, today: date | None, is_cut_off: Callable[[], bool] = lambda: False
) -> Settled:
    """Nothing waits in the writer; `today` is that of the run. Cut off, the index is as it was. Raises ArchiveError."""
    began = time.monotonic()
    before = read_learnt(index.folder)
    recleaned = 0
    with translated_errors(index.folder, "read"):
        now = LearntLines(_learn(sample, before) for sample in sample_groups(index.view(), MOST_PAGES, LEAST_PAGES))
        changed = now.changed_since(before)
        # Whoever wrote in between, and did not settle, may not have known what was learnt.
        asked = changed if before.settled_at == writer.opened_at else (*changed, *now)
        for again in _clean_again(index, asked, LearntLines(changed), now, today):
            if is_cut_off():  # what waits in the writer goes when it is closed
                return Settled(0, 0, index.latest_generation(), time.monotonic() - began)
            writer.write(again)
            recleaned += 1
    generation = writer.commit().generation if recleaned else index.latest_generation()
    # The articles that were compared may be other ones now by what they say.
    samples = sample_groups(index.view(), MOST_PAGES, LEAST_PAGES) if recleaned else ()
    groups = (LearntGroup(each.name, each.digest, now.lines_in(each.name)) for each in samples)
    settled = LearntLines(groups if recleaned else now, generation)
    if not settled.is_same(before):
        with translated_errors(index.folder, "write"):
            write_learnt(index.folder, settled)
    return Settled(len(changed), recleaned, generation, time.monotonic() - began)


def settle_after(
    index: ArticleIndex, writer: IndexWriter, today: date | None, is_cut_off: Callable[[], bool] = lambda: False
) -> Settled:
    """What `settle` does, where an index learns; generation 0 says that nothing was done."""
    if isinstance(index, WhooshIndex) and isinstance(writer, WhooshIndexWriter):
        return settle(index, writer, today, is_cut_off)
    return Settled(0, 0, 0, 0.0)


def _learn(sample: GroupSample, before: LearntLines) -> LearntGroup:
    from indexer.cleaning.repeated_lines import learn_lines  # noqa: PLC0415 see above

    known = before.find(sample.name)
    if known is not None and known.compared == sample.digest:
        return known
    articles = (member.read().article for member in sample.members)
    prints = [print_of(article) for article in articles if is_of_lines(article)]
    return LearntGroup(sample.name, sample.digest, learn_lines(prints, LEAST_PAGES))


def _clean_again(
    index: WhooshIndex, asked: Iterable[LearntGroup], changed: LearntLines, now: LearntLines, today: date | None
) -> Iterator[Draft]:
    """The articles of the groups in `asked` that come out otherwise."""
    from indexer.rebuilding import clean_again  # noqa: PLC0415 see above

    for member in members_of(index.view(), frozenset(group.name for group in asked)):
        held = member.read()
        place = held.article.source, folder_of(held.origin)
        if is_of_lines(held.article) and _is_touched(held.article, changed.lines_of(*place), now.lines_of(*place)):
            again = clean_again(held.article, held.origin, now, today)
            # Its other fields are those that it was found by: no version of the cleaning may change them unasked. Where
            # they are others now, its lines are not what this version made it from.
            article = replace(held.article, body=again.body, original=again.original, lang=again.lang)
            if article != held.article and again.id == held.id:
                yield make_draft(article, held.origin)


def _is_touched(article: Article, changed: frozenset[int], now: frozenset[int]) -> bool:
    """Whether cleaning could come to something else: reading a page again takes ten times as long as asking this.

    What was learnt is used only where a page alone would keep a learnt line. So an article stays as it is if it keeps
    none; and if some were taken from it, as long as nothing has changed that is among its lines.
    """
    from indexer.cleaning.furniture import LEARNT_LINE  # noqa: PLC0415 see above
    from indexer.cleaning.lines import read_blocks  # noqa: PLC0415
    from indexer.cleaning.repeated_lines import digest_line  # noqa: PLC0415

    blocks = read_blocks([line.text for line in article.original])
    digests = [digest_line(block.text) for block in blocks]
    marks = [article.original[block.numbers[0]].left_out for block in blocks]
    if LEARNT_LINE in marks:
        return not changed.isdisjoint(digests)
    return any(not mark and digest in now for mark, digest in zip(marks, digests, strict=True))
