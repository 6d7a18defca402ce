"""Reads what segments of an older format store, so that `rebuild` can write it anew. Nothing is searched in them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from indexer.backends.held import HeldArticle
from indexer.codec.durable import DurableStorage
from indexer.codec.stock_segments import stock_documents
from indexer.codec.toc import stock_segments
from indexer.schema import stored_article


def older_articles(storage: DurableStorage) -> Iterator[HeldArticle]:
    """Every live article, segment by segment, in the order in which they were written."""
    for segment in stock_segments(storage):
        for stored, origin in stock_documents(storage, segment):
            yield HeldArticle(stored["id"], os.fsdecode(origin), stored_article(stored))
