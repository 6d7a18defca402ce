"""Article -> Draft -> Document: what is written, and the plain way in which its fields are analysed."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from indexer.analysis.token import AnalysedText, Token
from indexer.article import Article
from indexer.backends.port import Document, Draft

#: Positions left free between two values of a list, so that `author:"Smith John"` does not match Adam Smith, John Doe.
VALUE_GAP = 10


class TextAnalyzer(Protocol):
    """What this needs of the analyzer."""

    def analyse(self, text: str, lang: str) -> AnalysedText: ...


def make_draft(article: Article, origin: str) -> Draft:
    """The article as an index takes it. `origin` is the real path of the file it was read from.

    Raises TypeError for text that no file can hold (a lone surrogate).
    """
    return Draft(article.id, article.content_hash, origin, article)


def make_document(article: Article, origin: str, analyzer: TextAnalyzer) -> Document:
    """The same article always gives the same document. `origin` is the real path of the file it was read from."""
    return Document(
        id=article.id,
        content_hash=article.content_hash,
        origin=origin,
        article=article,
        title=analyzer.analyse(article.title, article.lang),
        body=analyzer.analyse(article.body, article.lang),
        author=_analyse_values(article.author, analyzer),
        source=_analyse_values((article.source,), analyzer),
        tag=_analyse_values(article.tag, analyzer),
    )


def _analyse_values(values: tuple[str, ...], analyzer: TextAnalyzer) -> AnalysedText:
    # Names are looked for by their surfaces, so their language does not matter.
    if len(values) == 1:
        return analyzer.analyse(values[0], "und")
    tokens: list[Token] = []
    length = 0
    first = 0
    for value in values:
        analysed = analyzer.analyse(value, "und")
        tokens.extend(replace(token, position=token.position + first) for token in analysed.tokens)
        length += analysed.length
        first += analysed.length + VALUE_GAP
    return AnalysedText(tuple(tokens), length)
