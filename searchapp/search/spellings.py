"""What a typed pattern or close spelling fits: surface forms, whatever their language.

Both look at a surface without the mark of an acronym, so that `nat*` finds NATO.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from indexer.analysis.token import ACRONYM_MARK
from indexer.analysis.wanted_forms import ANY


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`text` is folded; `*` in it stands for any characters or none, `?` for one."""

    text: str

    @property
    def heads(self) -> tuple[str, ...]:
        """What every surface that fits begins with, as `Fitting` has it."""
        return (self.text.partition("*")[0][:2],)

    def fits(self, surface: str) -> bool:
        return _compile(self.text).fullmatch(surface.removeprefix(ACRONYM_MARK)) is not None


@dataclass(frozen=True, slots=True)
class CloseTo:
    """Spellings of at most `steps` steps from `text`, which is folded: a letter more, less or other, or two that stand
    side by side turned round, none of them touched twice (Damerau-Levenshtein by optimal string alignment)."""

    text: str
    steps: int

    @property
    def heads(self) -> tuple[str, ...]:
        """What every surface that fits begins with, as `Fitting` has it: one step may keep the first letter, or change
        it, set one before it, leave it out, or turn it round with the second."""
        text = self.text
        if self.steps > 1 or len(text) < 2:
            return ("",)
        return text[0], ANY + text[1], ANY + text[0], text[1:3], text[1] + text[0]

    def fits(self, surface: str) -> bool:
        return is_close(self.text, surface.removeprefix(ACRONYM_MARK), self.steps)


Spelling: TypeAlias = Wildcard | CloseTo


def is_close(left: str, right: str, steps: int) -> bool:
    """Whether one text becomes the other in so many steps. Letters that both begin or end with need none."""
    if abs(len(left) - len(right)) > steps:
        return False
    if left == right:
        return True
    # Each step brings at most one letter in and takes one out.
    if not steps or len(set(left) ^ set(right)) > 2 * steps:
        return False
    start = 0
    shorter = min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    left, right = left[start : len(left) - end], right[start : len(right) - end]
    if not left or not right:
        return True  # what is left is as long as the texts differ
    return (
        is_close(left[1:], right[1:], steps - 1)
        or is_close(left, right[1:], steps - 1)
        or is_close(left[1:], right, steps - 1)
        or (left[:2] == right[1::-1] and is_close(left[2:], right[2:], steps - 1))
    )


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    """Takes what stands between two stars where it first fits and never tries again, so that `aa*a*a*a*b` costs no
    more than its length."""
    first, *others = ("".join("." if char == "?" else re.escape(char) for char in part) for part in pattern.split("*"))
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(first + between + (f".*{others[-1]}" if others else ""), re.DOTALL)
