"""How many articles are too many for what."""

from __future__ import annotations

from typing import Final

#: Stock Whoosh takes an hour for a million articles, and bm25s holds everything in memory: they stop here.
SMALL: Final = 10_000
#: Above so many, articles are indexed once, by programs that read them: ready articles would not fit into memory.
LARGE: Final = 200_000
