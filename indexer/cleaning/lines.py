"""A scraped text's lines, and the paragraphs that hard-wrapped lines make together.

Lines are kept exactly as they came, since an article's original is shown and read again; what is judged is each
line's clean wording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_LINE_END = re.compile("\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
# Zero-width characters, direction marks, soft hyphens and the byte order mark: nobody sees them, every match trips.
# The joiners (U+200C, U+200D) stay: Persian and Hindi words need them.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_BREAK_HYPHEN = re.compile(r"[^\W\d_]-\Z")

_LEAST_WIDTH = 40
_GREATEST_WIDTH = 120
_LEAST_WRAPPED_LINES = 3
_WRAPPED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph as the text lays it out: one line, or several that were wrapped; `numbers` are those lines' own,
    counted from 0."""

    text: str
    numbers: tuple[int, ...]


def split_lines(text: str) -> list[str]:
    """Every line, empty ones too, without its end; joined by newlines and split again they are the same."""
    return _LINE_END.split(_UNSAFE.sub("", text))


def clean_line(line: str) -> str:
    """What a reader sees of a line: single spaces, no unseen characters."""
    return " ".join((line if line.isascii() else _UNSEEN.sub("", line)).split())


def read_blocks(lines: list[str]) -> list[TextBlock]:
    """The non-empty lines, those that belong to one hard-wrapped paragraph joined."""
    groups: list[list[tuple[int, str]]] = [[]]
    for number, line in enumerate(lines):
        if line and (cleaned := clean_line(line)):
            groups[-1].append((number, cleaned))
        elif groups[-1]:
            groups.append([])
    width = _find_width(groups)
    blocks: list[TextBlock] = []
    for group in groups:
        if width:
            blocks.extend(_join_wrapped(group, width))
        else:
            blocks.extend(TextBlock(line, (number,)) for number, line in group)
    return blocks


def _find_width(groups: list[list[tuple[int, str]]]) -> int:
    """The width that the text was wrapped to, 0 when it was not: where lines end because the next word would not
    have fitted, nearly every line that has a follower in its paragraph is full."""
    followed = [(line, following) for group in groups for (_, line), (_, following) in pairwise(group)]
    width = max((len(line) for group in groups if len(group) > 1 for _, line in group), default=0)
    if not _LEAST_WIDTH <= width <= _GREATEST_WIDTH or len(followed) < _LEAST_WRAPPED_LINES:
        return 0
    full = sum(1 for line, following in followed if _is_full(line, following, width))
    return width if full >= _WRAPPED_SHARE * len(followed) else 0


def _is_full(line: str, following: str, width: int) -> bool:
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width


def _join_wrapped(group: list[tuple[int, str]], width: int) -> list[TextBlock]:
    blocks: list[TextBlock] = []
    pieces: list[str] = []
    numbers: list[int] = []
    for at, (number, line) in enumerate(group):
        pieces.append(line)
        numbers.append(number)
        following = group[at + 1][1] if at + 1 < len(group) else ""
        if not following or not _is_full(line, following, width):
            blocks.append(TextBlock("".join(pieces), tuple(numbers)))
            pieces, numbers = [], []
        else:
            # A word parted at the line's end stays parted: the analyzer reads both its forms from "occupa-\ntion".
            pieces.append("\n" if _BREAK_HYPHEN.search(line) and following[0].islower() else " ")
    return blocks
