"""Remembering what small things come to, and not what huge ones do: somebody pastes a book into the search box."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, Final, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Words, or slots of phrases, of what is worth remembering.
LARGEST: Final = 100


def remember(most: int, size: Callable[[Any], int]) -> Callable[[Callable[[K], V]], Callable[[K], V]]:
    """`functools.lru_cache` for functions of one argument, of at most `most` arguments of a size up to LARGEST."""

    def decorate(function: Callable[[K], V]) -> Callable[[K], V]:
        remembered = lru_cache(most)(function)

        @wraps(function)
        def call(argument: K) -> V:
            return remembered(argument) if size(argument) <= LARGEST else function(argument)

        return call

    return decorate
