"""Reads what segments of an older format store, so that `rebuild` can write it anew. Nothing is searched in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.backends.held import HeldArticle
from indexer.codec.failures import translated_errors
from indexer.schema import stored_article


def older_articles(folder: Path, whoosh: Any) -> Iterator[HeldArticle]:  # noqa: ANN401 Whoosh's own index
    """Every live article, segment by segment, in the order in which they were written."""
    with translated_errors(folder, "read"):
        reader = whoosh.reader()
        try:
            for leaf, _ in reader.leaf_readers():
                origins = leaf.column_reader("origin", translate=False)
                for doc in leaf.all_doc_ids():
                    stored = leaf.stored_fields(doc)
                    yield HeldArticle(stored["id"], os.fsdecode(origins[doc]), stored_article(stored))
        finally:
            reader.close()
