"""What a block of a page looks like, as numbers: the eyes of `block_model`.

Its words are measured as those of a line of text (`line_features`), with the chance that the line model gives it; its
place in the page's tree by tags, class names, links, and where most of the page's prose stands. Nothing here decides.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from lxml import etree

from indexer.cleaning.line_features import LINE_FEATURES, PAGE_FEATURES, Floats, measure_lines
from indexer.cleaning.line_model import LineModel, score_lines
from indexer.cleaning.page_lines import fold_line
from indexer.cleaning.pages.blocks import Block
from indexer.cleaning.pages.page_head import PageHead
from indexer.cleaning.pages.page_titles import LEAST_SHARED, share_of_words
from indexer.cleaning.pages.places import LEVELS, PLACE_FEATURES, Place, find_places

_TAGS: Final = ("p", "h1", "h2", "h3", "li", "div", "td", "blockquote", "figcaption", "pre", "dd", "other")
_TAG_AT: Final = {tag: at for at, tag in enumerate(_TAGS)} | dict.fromkeys(("h4", "h5", "h6"), _TAGS.index("h3"))
_WORD_FEATURES: Final = (
    "is_title", "shared_with_title", "is_description", "in_said_body", "has_said_body", "line_breaks",
)  # fmt: skip
_TREE_FEATURES: Final = (
    *(f"prose_share_{level}" for level in range(1, LEVELS + 1)),
    *(f"linked_share_{level}" for level in range(1, LEVELS + 1)),
    *(f"words_{level}" for level in range(1, LEVELS + 1)),
    "steps_to_most", "in_most", "shape_prose", "shape_count", "chance_of_parent", "chance_of_shape",
    "same_parent_before", "same_parent_after", "same_shape_before", "same_shape_after",
)  # fmt: skip
BLOCK_FEATURES: Final = (
    *(f"tag_{tag}" for tag in _TAGS),
    *PLACE_FEATURES,
    "linked", "is_linked", "chance", "from_title", "before_title",
    *_WORD_FEATURES,
    *_TREE_FEATURES,
    *(f"{name}_{side}" for side in ("before", "before_2", "after", "after_2") for name in ("chance", "linked", "words")),
)  # fmt: skip
ALL_FEATURES: Final = (*LINE_FEATURES, *PAGE_FEATURES, *BLOCK_FEATURES)
_SENTENCE: Final = LINE_FEATURES.index("sentence")
_MAX_SAID_CHARS: Final = 100_000
_LONG_CHARS: Final = 40
_SAID_CHARS: Final = 80
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class BlockLooks:
    """`features`: float32 of shape (blocks, ALL_FEATURES); `lines`: those of `measure_lines` alone; `words`: each block's
    weight in words, float32; `title_at`: the block that holds the headline, -1 where none does."""

    features: Floats
    lines: Floats
    words: Floats
    title_at: int


def look_at_blocks(
    blocks: list[Block], texts: tuple[str, ...], head: PageHead, model: LineModel, titles: tuple[str, ...]
) -> BlockLooks:
    """Measure a page's blocks, which must not be empty. `texts` are theirs on one line each, `titles` the headlines
    that the page's head tells."""
    lines, words = measure_lines(list(texts))
    chances = score_lines(lines, model).astype(np.float32)
    prose = words * (lines[:, _SENTENCE] > 0)
    linked = np.array([min(1.0, block.linked_chars / len(block.text)) for block in blocks], dtype=np.float32)
    places = find_places(blocks, words, prose, linked * words)
    title_at = find_title_block(blocks, texts, titles)
    tags = np.zeros((len(blocks), len(_TAGS)), dtype=np.float32)
    tags[np.arange(len(blocks)), [_TAG_AT.get(block.element.tag, len(_TAGS) - 1) for block in blocks]] = 1.0
    looked = {place: place.look() for place in dict.fromkeys(places)}
    from_title = np.arange(len(blocks)) - title_at if title_at >= 0 else np.zeros(len(blocks))
    alone = [linked, linked > 0.9, chances, np.sign(from_title) * np.log1p(np.abs(from_title)), from_title < 0]
    sides = [_shift(column, by) for by in (1, 2, -1, -2) for column in (chances, linked, np.log1p(words))]
    features = np.hstack(
        [
            lines, tags, np.array([looked[place] for place in places], dtype=np.float32), _as_columns(alone),
            np.array(_look_at_words(blocks, texts, head, titles), dtype=np.float32),
            _look_at_tree(places, words, prose, chances), _as_columns(sides),
        ]
    )  # fmt: skip
    return BlockLooks(features, lines, words, title_at)


def find_title_block(blocks: list[Block], texts: tuple[str, ...], titles: tuple[str, ...]) -> int:
    """The heading that says most of what the page's head calls it, an h1 before an h2; else the first block that is one
    of these titles; -1 for none."""
    wanted = [frozenset(_WORD.findall(title.casefold())) for title in titles]
    best, best_share = -1, LEAST_SHARED
    for at, block in enumerate(blocks):
        level = _heading_level(block.element)
        if level == 0:
            continue
        said = frozenset(_WORD.findall(texts[at].casefold()))
        share = max((share_of_words(said, want) for want in wanted), default=0.0) + (0.1 if level == 1 else 0.0)
        if share > best_share:
            best, best_share = at, share
    if best >= 0:
        return best
    folded = {fold_line(title) for title in titles if title}
    return next((at for at, text in enumerate(texts) if fold_line(text) in folded), -1)


def _heading_level(element: etree._Element) -> int:
    """1 in an h1, 2 in an h2, 0 elsewhere; what stands up to two elements inside one counts."""
    for _ in range(3):
        if element is None:
            return 0
        if element.tag in {"h1", "h2"}:
            return 1 if element.tag == "h1" else 2
        element = element.getparent()
    return 0


def _look_at_words(
    blocks: list[Block], texts: tuple[str, ...], head: PageHead, titles: tuple[str, ...]
) -> list[tuple[float, ...]]:
    """_WORD_FEATURES of each block: what its words have to do with those that the page's head says."""
    folded_titles = frozenset(map(fold_line, titles)) - {""}
    title_words = frozenset(_WORD.findall(" ".join(titles).casefold()))
    descriptions = [fold_line(text) for text in head.all_of("description", "og:description", "twitter:description")]
    said_body = " ".join(_WORD.findall(head.said.body[:_MAX_SAID_CHARS].casefold()))
    rows: list[tuple[float, ...]] = []
    for block, text in zip(blocks, texts, strict=True):
        folded = fold_line(text)
        words = _WORD.findall(text.casefold())
        rows.append(
            (
                folded in folded_titles,
                len(title_words.intersection(words)) / max(1, len(words)),
                any(_says(folded, description) for description in descriptions),
                len(words) >= 4 and bool(said_body) and " ".join(words) in said_body,
                len(said_body) > 200,
                min(10, block.text.count("\n")),
            )
        )
    return rows


def _says(folded: str, description: str) -> bool:
    return bool(folded) and (
        folded == description or (len(folded) > _LONG_CHARS and description.startswith(folded[:_SAID_CHARS]))
    )


def _look_at_tree(places: list[Place], words: Floats, prose: Floats, chances: Floats) -> Floats:
    """_TREE_FEATURES of each block: how much of the page's prose stands around it, and what its like are."""
    parents = [place.parent or place for place in places]
    shapes = [place.shape_of() for place in places]
    likely = prose * chances
    of_parent, of_shape = _Groups(parents), _Groups(shapes)
    most = parents[int(np.argmax(of_parent.total(likely)))]
    around = {place: steps for steps, place in enumerate(most.up(len(places) + 1))}
    shares = np.array(
        [
            [*(each.prose for each in levels), *(each.linked / max(1.0, each.words) for each in levels), *(each.words for each in levels)]
            for levels in (place.levels() for place in places)
        ],
        dtype=np.float32,
    )  # fmt: skip
    shares[:, :LEVELS] /= max(1.0, float(prose.sum()))
    shares[:, 2 * LEVELS :] = np.log1p(shares[:, 2 * LEVELS :])
    same_parent, same_shape = of_parent.same_as_next(), of_shape.same_as_next()
    columns = [
        np.array([place.steps_to(around) for place in places]),
        np.array([parent is most for parent in parents]),
        of_shape.total(likely) / max(1.0, float(likely.sum())),
        np.log1p(of_shape.total(np.ones_like(words))),
        of_parent.total(chances * words) / np.maximum(1e-6, of_parent.total(words)),
        of_shape.total(chances * words) / np.maximum(1e-6, of_shape.total(words)),
        _shift(same_parent, 1), same_parent, _shift(same_shape, 1), same_shape,
    ]  # fmt: skip
    return np.hstack([shares, _as_columns(columns)])


class _Groups:
    """Blocks that share something, such as their parent."""

    def __init__(self, keys: Sequence[Hashable]) -> None:
        numbers: dict[Hashable, int] = {}
        self._owners = np.array([numbers.setdefault(key, len(numbers)) for key in keys])

    def total(self, values: Floats) -> Floats:
        """For each block the sum over its group."""
        return np.asarray(np.bincount(self._owners, values)[self._owners], dtype=np.float32)

    def same_as_next(self) -> Floats:
        same = np.zeros(len(self._owners), dtype=np.float32)
        same[:-1] = self._owners[1:] == self._owners[:-1]
        return same


def _as_columns(columns: Sequence[Floats]) -> Floats:
    return np.stack(columns, axis=1).astype(np.float32)


def _shift(values: Floats, by: int) -> Floats:
    """The value of the block so many before each (after it, where negative), 0 beyond the ends."""
    moved = np.zeros_like(values)
    if abs(by) >= len(values):
        return moved
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved
