"""Values that processes send to each other by the hundred thousand: pickled by their fields and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any


class Sent:
    """To be a frozen dataclass of two fields or more, which is made by its fields in their order.

    Left to themselves, dataclasses with slots look up their fields anew for every value: four times as long.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), _field_getter(type(self))(self)  # type: ignore[arg-type]


@cache
def _field_getter(kind: type) -> Callable[[object], tuple[Any, ...]]:
    return attrgetter(*(each.name for each in fields(kind)))
