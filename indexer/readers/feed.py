"""RSS 0.9 to 2.0 and Atom -> entries, as they go by: the whole of a feed is never held, only the entry in hand.

lxml parses, with no network, no document type and no entities: what a feed declares is not looked up and not expanded,
what HTML knows is a number before the parser sees it (`feed_entities`). Feeds are often broken; what comes after an
error is read as far as the parser finds its way. feedparser, the other choice, holds the whole feed with its entries,
and takes three times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from indexer.article import Place, Skipped
from indexer.readers.feed_elements import read_entry, read_head, split_tag
from indexer.readers.feed_entities import mend_entities
from indexer.readers.pieces import FeedEntry, FeedHead, FeedPiece
from indexer.readers.streams import DamagedError, PieceReader

#: As much as is read in a tenth of a second or two.
_PIECE_CHARS: Final = 256 * 1024
#: Of one entry. What has more is no news, and would have to be held.
_MAX_ELEMENTS: Final = 50_000
_ENTRIES: Final = frozenset({"item", "entry"})
_FRAMES: Final = frozenset({"rss", "feed", "RDF", "channel"})


def cut_feed(reader: PieceReader, place: Place, charset: str) -> Iterator[FeedPiece | Skipped]:
    """`charset` is set where the bytes are known to be in it, whatever the declaration says. Raises DamagedError after
    the entries that came before."""
    walk = _Walk(PieceReader(mend_entities(_pieces_of(reader))), charset)
    batch = _Batch(place)
    try:
        for found in walk.children():
            if isinstance(found, FeedEntry):
                batch.add(found)
                if batch.size_bytes >= _PIECE_CHARS:
                    yield from batch.give()
            elif isinstance(found, int):
                yield from batch.give()
                yield Skipped(Place(place.path, found, place.member), "entry too large", "too many elements in it")
            else:
                batch.head = read_head(batch.head, found)
    except DamagedError:
        yield from batch.give()
        raise
    yield from batch.give()
    if not walk.number:
        yield Skipped(place, "no text", "the feed has no entries")


class _Batch:
    """Entries that wait to be given as a piece, and what the feed has said of itself so far."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._entries: list[FeedEntry] = []
        self.head = FeedHead()
        self.size_bytes = 0

    def add(self, entry: FeedEntry) -> None:
        self._entries.append(entry)
        self.size_bytes += len(entry.content) + len(entry.summary) + len(entry.title)

    def give(self) -> Iterator[FeedPiece]:
        if self._entries:
            place = Place(self._place.path, self._entries[0].number, self._place.member)
            yield FeedPiece(place, self.head, tuple(self._entries), self.size_bytes)
            self._entries, self.size_bytes = [], 0


def _pieces_of(reader: PieceReader) -> Iterator[bytes]:
    return iter(reader.next_piece, b"")


class _Source:
    """What the parser reads from; knows whether it has been told that there is no more."""

    def __init__(self, reader: PieceReader) -> None:
        self._reader = reader
        self.is_over = False

    def read(self, size: int) -> bytes:
        content = self._reader.read(size)
        self.is_over = not content
        return content


class _Walk:
    """The children of a feed's frames, one by one; each is forgotten when the next is asked for."""

    def __init__(self, reader: PieceReader, charset: str) -> None:
        self._source = _Source(reader)
        self._events = etree.iterparse(
            self._source,
            events=("start", "end"),
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            encoding=charset or None,
        )
        self.number = 0
        self._has_begun = False

    @property
    def _complaint(self) -> str:
        """What the parser said last."""
        log = self._events.error_log
        return str(log[-1].message)[:200] if len(log) else ""

    def children(self) -> Iterator[FeedEntry | int | etree._Element]:
        """Entries, the numbers of those that are too large to be held, and what the feed says of itself."""
        frames = 0  # how many frames are open around what is met
        inside = 0  # how deep in a frame's child
        elements = 0
        for event, element in self._met():
            if event == "start":
                if inside or split_tag(element.tag)[1] not in _FRAMES:
                    inside += 1
                    elements += 1
                else:
                    frames += 1
                    self._has_begun = True
            elif not inside:
                frames -= 1
            else:
                inside -= 1
                is_large = elements > _MAX_ELEMENTS
                if not inside:
                    yield from self._give(element, is_large=is_large)
                    elements = 0
                if not inside or is_large:
                    _forget(element)
        if frames or not self._has_begun:
            raise DamagedError("truncated XML", self._complaint)

    def _met(self) -> Iterator[tuple[str, etree._Element]]:
        try:
            for event, element in self._events:
                if self._source.is_over:
                    # The parser ends what nobody has ended, and would have half an entry for a whole one.
                    raise DamagedError("truncated XML", self._complaint)
                if isinstance(element.tag, str):
                    yield event, element
        except etree.XMLSyntaxError as error:
            raise DamagedError("damaged XML", str(error)[:200]) from error

    def _give(self, element: etree._Element, *, is_large: bool) -> Iterator[FeedEntry | int | etree._Element]:
        if split_tag(element.tag)[1] in _ENTRIES:
            self.number += 1
            yield self.number if is_large else read_entry(element, self.number)
        elif not is_large:
            yield element


def _forget(element: etree._Element) -> None:
    """What stays of it, empty, would add up as well: it goes with its next sibling."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
