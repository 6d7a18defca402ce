"""Where a walk through deep results stands: a place in the hits of one generation of the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from indexer.errors import BroadsheetError

#: For so long a cursor can be followed, and its generation stays open.
CURSOR_LIVES_S: Final = 600


@dataclass(frozen=True, slots=True)
class Cursor:
    """The hits from `first` on, counted from 0, as `generation` has them. `today` is what date words meant when the
    walk began: a walk over midnight stays one search."""

    generation: int
    first: int
    today: date


class CursorExpiredError(BroadsheetError):
    """The generation that a cursor belongs to is open no more; the message says what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(f"this cursor {why}; search again from the first page, without `cursor`")
