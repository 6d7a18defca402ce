"""Which part of an archive one of several machines loads: every machine reads all files, and keeps its own articles.

Articles are dealt out by their ids, not by files: so two articles of one id come to the same machine, which finds the
conflict, and one file of many gigabytes is loaded by all.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from indexer.errors import UsageError

_MOST = 4096


@dataclass(frozen=True, slots=True)
class Shard:
    """The part `number` of `parts`, from 1 on."""

    number: int
    parts: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From `3/16`. Raises UsageError."""
        found = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]) <= _MOST:
            raise UsageError(f"--shard {text!r} is no part of a whole: write 1/16 to 16/16 on sixteen machines")
        return cls(int(found[1]), int(found[2]))

    def holds(self, article_id: str) -> bool:
        return zlib.crc32(article_id.encode()) % self.parts == self.number - 1
