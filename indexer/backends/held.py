"""An article as an index gives it back."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.article import Article


@dataclass(frozen=True, slots=True)
class HeldArticle:
    """An article under the id and the origin that the index has for it."""

    id: str
    origin: str
    article: Article
