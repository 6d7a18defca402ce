"""The blocks of a page: its paragraphs, headings and list items in the order in which they are read.

A block is a run of text that no block element parts. Line breaks inside it are kept; two in a row part it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

UNSEEN_TAGS: Final = frozenset(
    "script style noscript template head svg math iframe object embed select option textarea canvas audio video map "
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


class _Collector:
    __slots__ = ("blocks", "linked", "pieces")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.linked = 0

    def add(self, text: str | None, *, is_linked: bool, is_kept_as_is: bool) -> None:
        if not text:
            return
        if not is_kept_as_is:
            text = _BLANK.sub(" ", text)
        self.pieces.append(text)
        if is_linked:
            self.linked += len(text.strip())

    def flush(self, element: etree._Element) -> None:
        if not self.pieces:
            return
        text = "".join(self.pieces)
        self.pieces.clear()
        linked, self.linked = self.linked, 0
        if text.isspace() or not text:
            return
        parts = [part for part in _PARAGRAPH_BREAK.split(text) if part.strip()]
        for part in parts:
            lines = [" ".join(line.split()) for line in part.split("\n")]
            shown = "\n".join(line for line in lines if line)
            if shown:
                self.blocks.append(Block(shown, element, min(len(shown), linked * len(part) // max(1, len(text)))))


def read_page_blocks(root: etree._Element) -> list[Block]:
    """Every block that has a letter, digit or sign in it. Takes time in proportion to the page; does not recurse."""
    collector = _Collector()
    around: list[etree._Element] = [root]
    links = 0
    kept_as_is = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if not isinstance(tag, str):  # a comment or an instruction
            if event == "end":
                collector.add(element.tail, is_linked=links > 0, is_kept_as_is=kept_as_is > 0)
            continue
        if event == "start":
            if tag in UNSEEN_TAGS:
                walk.skip_subtree()
                continue
            if tag == "br":
                collector.pieces.append("\n")
            elif tag not in INLINE_TAGS:
                collector.flush(around[-1])
                around.append(element)
            links += tag == "a"
            kept_as_is += tag == "pre"
            collector.add(element.text, is_linked=links > 0, is_kept_as_is=kept_as_is > 0)
            continue
        links -= tag == "a"
        kept_as_is -= tag == "pre"
        if tag not in INLINE_TAGS and tag != "br" and tag not in UNSEEN_TAGS:
            collector.flush(element)
            around.pop()
        if element is not root:
            collector.add(element.tail, is_linked=links > 0, is_kept_as_is=kept_as_is > 0)
    collector.flush(root)
    return collector.blocks
