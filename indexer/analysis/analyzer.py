"""One analyzer for writing, querying and highlighting: text in, tokens or typed words out."""

from __future__ import annotations

from indexer.analysis.token import AnalysedText, TypedWord


class Analyzer:
    """Safe to share between threads. Never raises, whatever the text."""

    def analyse(self, text: str, lang: str) -> AnalysedText:
        """The tokens of a text of this language (BCP 47 tag): for writing and for highlighting."""
        raise NotImplementedError

    def read_words(
        self,
        text: str,
        langs: tuple[str, ...],
        *,
        quoted: bool = False,
        pasted_headline: bool = False,
        stop_langs: tuple[str, ...] | None = None,
    ) -> tuple[TypedWord, ...]:
        """The words of a chunk of a query, or of a whole one, in order; `langs` are the languages that the index
        holds, most frequent first. Alternatives are runs of terms, of surfaces when `quoted`.
        `stop_langs` says whose stop words apply: pass `stop_languages` of the whole query when reading it in
        chunks; by default it is made from `text` alone.
        """
        raise NotImplementedError

    def stop_languages(self, text: str, langs: tuple[str, ...]) -> tuple[str, ...]:
        """Whose stop words apply to this query: the leading language's always, another's when two words are its."""
        raise NotImplementedError
