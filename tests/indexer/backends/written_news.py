"""Articles for an index, and what a folder holds, for tests of how an index is opened and written."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from indexer.article import Article

MEMORY_MB = 16


def news(key: str, body: str = "Mine clearance began.", **more: object) -> Article:
    return replace(Article(title=f"Story {key}", body=body, external_id=key, lang="en"), **more)


def print_of(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.is_file()
    }
