"""Which blocks of a page are its article's text, and why each of the others is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.cleaning.furniture import (
    BYLINE,
    DATE_LINE,
    REPEATED_LINE,
    REPEATED_TITLE,
    SITE_NAME,
    Region,
    find_furniture,
    name_furniture,
)
from indexer.cleaning.line_features import Flags, Floats
from indexer.cleaning.line_model import LineModel
from indexer.cleaning.page_lines import fold_line
from indexer.cleaning.pages.block_features import look_at_blocks
from indexer.cleaning.pages.block_model import BlockModel, choose_blocks, drop_doubtful, score_blocks
from indexer.cleaning.pages.blocks import Block
from indexer.cleaning.pages.class_words import CLASS_KINDS, kinds_of
from indexer.cleaning.pages.page_head import PageHead

UNSEEN: Final = "hidden"
_REASON_OF_TAG: Final = {
    "nav": "navigation",
    "footer": "after the article",
    "figcaption": "caption",
    "figure": "caption",
    "form": "account",
    "button": "navigation",
}
_REASON_OF_KIND: Final = {
    CLASS_KINDS.index(kind): reason
    for kind, reason in (
        ("comments", "comments"), ("related", "related articles"), ("share", "share line"), ("promo", "promotion"),
        ("advert", "advertisement"), ("nav", "navigation"), ("caption", "caption"), ("tags", "tags"), ("side", "sidebar"),
    )
}  # fmt: skip
_WORD = re.compile(r"\w+")
_LEAST_CONTAINED = 0.85
_LEAST_LONGER = 1.4
_LONGEST_REPEAT_LOOKED_AT = 40
_LEAST_COPY_CHARS = 600
_MOST_COPIES = 10
_LEAST_COPIED_BLOCKS = 3
_LEAST_COPIED_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class PageModels:
    """What judges blocks: the line model, whose chance is one of the block model's questions."""

    line: LineModel
    block: BlockModel


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """`texts`: each block's text on one line; `chosen`: the article's own; `features`: those of `measure_lines`;
    `title_at`: the block that holds the headline, -1 for none."""

    texts: tuple[str, ...]
    features: Floats
    furniture: Flags
    chosen: Flags
    title_at: int


def judge_page(blocks: list[Block], head: PageHead, titles: tuple[str, ...], models: PageModels) -> JudgedPage:
    """Judge the blocks of one page, which must not be empty."""
    texts = tuple(" ".join(block.text.split()) for block in blocks)
    looks = look_at_blocks(blocks, texts, head, models.line, titles)
    chances = score_blocks(looks.features, models.block)
    chosen = drop_doubtful(choose_blocks(chances, looks.words), chances, looks.words)
    chosen &= ~_find_copies(texts, chosen)
    chosen &= ~_repeats(texts, chosen)
    return JudgedPage(texts, looks.lines, find_furniture(texts, looks.lines), chosen, looks.title_at)


def _find_copies(texts: tuple[str, ...], chosen: Flags) -> Flags:
    """The long blocks that say over again what other chosen ones say: an article for machines, in one piece."""
    copies = np.zeros(len(texts), dtype=np.bool_)
    folded = {int(at): " ".join(_WORD.findall(texts[at].casefold())) for at in np.flatnonzero(chosen)}
    long = sorted(
        (at for at, text in folded.items() if len(text) >= _LEAST_COPY_CHARS), key=lambda at: -len(folded[at])
    )
    for at in long[:_MOST_COPIES]:
        text = folded[at]
        parts = [
            len(part)
            for other, part in folded.items()
            if not copies[other] and _LONGEST_REPEAT_LOOKED_AT <= len(part) < len(text) and part in text
        ]
        copies[at] = len(parts) >= _LEAST_COPIED_BLOCKS and sum(parts) > _LEAST_COPIED_SHARE * len(text)
    return copies


def _repeats(texts: tuple[str, ...], chosen: Flags) -> Flags:
    """Long blocks that the chosen ones already hold: some pages print their text twice."""
    repeated = np.zeros(len(texts), dtype=np.bool_)
    seen: set[str] = set()
    for at in np.flatnonzero(chosen):
        if len(texts[at]) >= _LONGEST_REPEAT_LOOKED_AT:
            repeated[at] = texts[at] in seen
            seen.add(texts[at])
    return repeated


def find_longer_body(body: str, said: str) -> str:
    """The text that the page tells machines, where it holds the found one and goes on much longer: a page that shows
    only an article's beginning. Else ""."""
    found, longer = _WORD.findall(body.casefold()), _WORD.findall(said.casefold())
    if len(longer) < _LEAST_LONGER * len(found) or len(longer) < 40:
        return ""
    if found:
        held = set(longer)
        if sum(word in held for word in found) < _LEAST_CONTAINED * len(found):
            return ""
    paragraphs = (" ".join(line.split()) for line in said.split("\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


@dataclass(frozen=True, slots=True)
class HeadLines:
    """The blocks that became fields, and what they say: of these a repetition is left out by name."""

    fields: frozenset[int]
    title: str
    byline: str
    outlet: str
    dates: frozenset[int]


def name_reasons(blocks: list[Block], page: JudgedPage, body: Flags, head: HeadLines) -> list[str]:
    """Why each block is not in the article, "" where it is."""
    at = np.flatnonzero(body)
    start, end = (int(at[0]), int(at[-1]) + 1) if len(at) else (0, 0)
    kept = {page.texts[each] for each in at}
    return [
        ""
        if body[number] or number in head.fields
        else _name_reason(blocks[number], page, head, number, start, end, kept)
        for number in range(len(blocks))
    ]


def _name_reason(
    block: Block, page: JudgedPage, head: HeadLines, number: int, start: int, end: int, kept: set[str]
) -> str:
    folded = fold_line(page.texts[number])
    for said, reason in ((head.title, REPEATED_TITLE), (head.byline, BYLINE), (head.outlet, SITE_NAME)):
        if said and folded == fold_line(said):
            return reason
    if number in head.dates:
        return DATE_LINE
    if page.texts[number] in kept:
        return REPEATED_LINE
    element, steps = block.element, 0
    while element is not None and steps < 6:
        if element.tag in _REASON_OF_TAG:
            return _REASON_OF_TAG[element.tag]
        named = [_REASON_OF_KIND[kind] for kind in kinds_of(element) if kind in _REASON_OF_KIND]
        if named:
            return named[0]
        element, steps = element.getparent(), steps + 1
    region: Region = "before" if number < start else "after" if number >= end else "inside"
    return name_furniture(page.features, number, region)
