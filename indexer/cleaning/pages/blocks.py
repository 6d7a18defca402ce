"""The blocks of a page: its paragraphs, headings and list items in the order in which they are read.

A block is a run of text that no block element parts. Line breaks inside it are kept; two in a row part it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from indexer.cleaning.lines import clean_line

# Not "head": where a page leaves its tags out, libxml2 puts what stands before the first known element into it.
UNSEEN_TAGS: Final = frozenset(
    "script style noscript template title svg math iframe object embed select option textarea canvas audio video map "
    "datalist applet".split()
)
#: Text inside these runs on in its line.
INLINE_TAGS: Final = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr o:p q ruby rb rp rt s samp "
    "small span strike strong sub sup time tt u var wbr".split()
)
_BLANK = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_PARAGRAPH_BREAK = re.compile(r"\n[ \n]*\n")


@dataclass(frozen=True, slots=True)
class Block:
    """`element` is the innermost block element around the text; `linked_chars` of the text's letters are in links."""

    text: str
    element: etree._Element
    linked_chars: int


class _Walk:
    """The state of one walk over a tree: the text of the block that is being read, and the elements around it."""

    __slots__ = ("around", "blocks", "kept_as_is", "linked", "links", "pieces")

    def __init__(self, root: etree._Element) -> None:
        self.blocks: list[Block] = []
        self.around: list[etree._Element] = [root]
        self.pieces: list[str] = []
        self.linked = self.links = self.kept_as_is = 0

    def enter(self, element: etree._Element, tag: str) -> None:
        if tag == "br":
            self.pieces.append("\n")
        elif tag not in INLINE_TAGS:
            self.flush()
            self.around.append(element)
            self.kept_as_is += tag == "pre"
        elif tag == "a":
            self.links += 1
        if element.text:
            self.add(element.text)

    def leave(self, tag: str) -> None:
        if tag == "a":
            self.links -= 1
        elif tag not in INLINE_TAGS and tag != "br":
            self.flush()
            self.around.pop()
            self.kept_as_is -= tag == "pre"

    def add(self, text: str) -> None:
        self.pieces.append(text if self.kept_as_is else _BLANK.sub(" ", text))
        if self.links:
            self.linked += len(text.strip())

    def flush(self) -> None:
        """End the block that is being read, where it has any text."""
        if not self.pieces:
            return
        text = "".join(self.pieces)
        self.pieces.clear()
        linked, self.linked = self.linked, 0
        if not text or text.isspace():
            return
        for part in _PARAGRAPH_BREAK.split(text) if "\n" in text else (text,):
            lines = map(clean_line, part.split("\n"))
            shown = "\n".join(line for line in lines if line)
            if shown:
                share = linked * len(part) // len(text)
                self.blocks.append(Block(shown, self.around[-1], min(len(shown), share)))


def read_page_blocks(root: etree._Element, most: int = 1_000_000) -> list[Block]:
    """Every block that has a letter, digit or sign in it, in order; not many more than `most` of them. Takes time in
    proportion to the page and does not recurse."""
    walk = _Walk(root)
    skipped: etree._Element | None = None
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        tag = element.tag
        if event == "start":
            if not isinstance(tag, str):  # a comment or an instruction
                continue
            if _is_unseen(element, tag):
                events.skip_subtree()
                skipped = element
                continue
            walk.enter(element, tag)
            continue
        if element is skipped:
            skipped = None
        elif isinstance(tag, str):
            walk.leave(tag)
        if element is not root and element.tail:
            walk.add(element.tail)
        if len(walk.blocks) > most:
            break
    walk.flush()
    return walk.blocks


def _is_unseen(element: etree._Element, tag: str) -> bool:
    # The second is the bar that web.archive.org puts over its copies.
    return tag in UNSEEN_TAGS or (tag == "div" and (element.get("id") or "").startswith("wm-ipp"))
