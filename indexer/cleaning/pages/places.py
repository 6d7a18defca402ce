"""Where blocks stand in a page's tree: each element around them, measured once for all blocks inside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml import etree

from indexer.cleaning.line_features import Floats
from indexer.cleaning.pages.blocks import Block
from indexer.cleaning.pages.class_words import CLASS_KINDS, kinds_of

AROUND_TAGS: Final = (
    "article", "main", "header", "footer", "nav", "aside", "form", "figure", "table", "ul", "section", "blockquote",
    "button", "details",
)  # fmt: skip
#: Levels of elements whose share of the page's prose is measured, from a block's parent up.
LEVELS: Final = 5
#: How far up the tree class names are read: further up stand names of the whole page.
_REACH_UP: Final = 7
_NEAR: Final = 2
_MAX_STEPS: Final = 20
_MAX_DEPTH: Final = 40
_HIDING: Final = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden")
_AROUND_AT: Final = {tag: at for at, tag in enumerate(AROUND_TAGS)}
_NO_KINDS: Final = (0.0,) * len(CLASS_KINDS)
_BODY: Final = CLASS_KINDS.index("body")

#: What `Place.look` measures, in its order.
PLACE_FEATURES: Final = (
    *(f"in_{tag}" for tag in AROUND_TAGS),
    *(f"own_{kind}" for kind in CLASS_KINDS),
    *(f"near_{kind}" for kind in CLASS_KINDS),
    *(f"above_{kind}" for kind in CLASS_KINDS),
    "depth", "unseen", "in_body_class",
)  # fmt: skip


class Place:
    """An element: `words`, `prose` (words of sentences) and `linked` (words of links) are sums over the blocks in it."""

    __slots__ = ("around", "depth", "element", "kinds", "linked", "parent", "prose", "shape", "unseen", "words")

    def __init__(self, element: etree._Element, parent: Place | None) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        self.element = element
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.kinds = kinds_of(element)
        around: frozenset[int] = frozenset() if parent is None else parent.around
        self.around: frozenset[int] = around | {_AROUND_AT[tag]} if tag in _AROUND_AT else around
        self.shape = (tag, element.get("class") or "")
        self.unseen: bool = _hides(element) or (parent is not None and parent.unseen)
        self.words = self.prose = self.linked = 0.0

    def up(self, most: int) -> Iterator[Place]:
        """It and the elements around it, at most so many."""
        place: Place | None = self
        for _ in range(most):
            if place is None:
                return
            yield place
            place = place.parent

    def look(self) -> list[float]:
        """Its PLACE_FEATURES."""
        near: set[int] = set()
        above: set[int] = set()
        for steps, place in enumerate(islice(self.up(_REACH_UP + 1), 1, None), start=1):
            (near if steps <= _NEAR else above).update(place.kinds)
        return [
            *_flags(self.around, len(AROUND_TAGS)),
            *_flags(self.kinds, len(CLASS_KINDS)),
            *_flags(near, len(CLASS_KINDS)),
            *_flags(above, len(CLASS_KINDS)),
            float(min(self.depth, _MAX_DEPTH)),
            float(self.unseen),
            float(_BODY in self.kinds or _BODY in near),
        ]

    def levels(self) -> list[Place]:
        """The LEVELS elements around it, the outermost repeated where there are fewer."""
        found = list(self.up(LEVELS + 1))
        return [found[min(level, len(found) - 1)] for level in range(1, LEVELS + 1)]

    def steps_to(self, around: dict[Place, int]) -> int:
        """Steps up from it to one of these, and the steps that stand beside that one."""
        return next(
            (min(_MAX_STEPS, steps + around[each]) for steps, each in enumerate(self.up(_MAX_STEPS)) if each in around),
            _MAX_STEPS,
        )

    def shape_of(self) -> tuple[tuple[str, str], ...]:
        """Tag and class of it and of the two elements around it: equal for the paragraphs of one text."""
        return tuple(each.shape for each in self.up(3))


def _flags(numbers: frozenset[int] | set[int] | tuple[int, ...], count: int) -> list[float]:
    flags = [0.0] * count
    for number in numbers:
        flags[number] = 1.0
    return flags


def _hides(element: etree._Element) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _HIDING.search(element.get("style") or "") is not None
    )


def find_places(blocks: list[Block], words: Floats, prose: Floats, linked: Floats) -> list[Place]:
    """Each block's place, the sums of all places made: of `words`, `prose` and `linked` words of each block."""
    known: dict[etree._Element, Place] = {}
    places: list[Place] = []
    for at, block in enumerate(blocks):
        chain: list[etree._Element] = []
        element = block.element
        while element is not None and element not in known:
            chain.append(element)
            element = element.getparent()
        place = known.get(element) if element is not None else None
        for each in reversed(chain):
            place = known[each] = Place(each, place)
        assert place is not None
        place.words += float(words[at])
        place.prose += float(prose[at])
        place.linked += float(linked[at])
        places.append(place)
    for place in reversed(known.values()):  # the inner ones first: each was made after what it stands in
        if place.parent is not None:
            place.parent.words += place.words
            place.parent.prose += place.prose
            place.parent.linked += place.linked
    return places
