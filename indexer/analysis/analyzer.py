"""One analyzer for writing, querying and highlighting: text in, tokens or typed words out."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.analysis import stopwords
from indexer.analysis.chains import Atom, group_atoms
from indexer.analysis.readings import read_form
from indexer.analysis.stemmers import primary_lang
from indexer.analysis.texts import Vocabulary, read_tokens
from indexer.analysis.token import AnalysedText, TypedWord
from indexer.analysis.tokenizer import NewsTokenizer
from indexer.analysis.typed import Asked, read_group

_MAX_VOCABULARIES = 32


class Analyzer:
    """Safe to share between threads. Never raises, whatever the text."""

    def __init__(self) -> None:
        self._tokenizer = NewsTokenizer()
        self._vocabularies: dict[str, Vocabulary] = {}

    def analyse(self, text: str, lang: str) -> AnalysedText:
        """The tokens of a text of this language (BCP 47 tag): for writing and for highlighting."""
        return read_tokens(text, self._tokenizer.spans(text), self._vocabulary(primary_lang(lang)))

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
        atoms = tuple(self._atoms(text))
        if stop_langs is None:
            stop_langs = stopwords.stop_languages((atom.form.surface for atom in atoms), langs)
        asked = Asked(langs, stop_langs, quoted, pasted_headline)
        return tuple(read_group(text, group, asked) for group in group_atoms(text, atoms))

    def stop_languages(self, text: str, langs: tuple[str, ...]) -> tuple[str, ...]:
        """Whose stop words apply to this query: the leading language's always, another's when two words are its."""
        return stopwords.stop_languages((atom.form.surface for atom in self._atoms(text)), langs)

    def _atoms(self, text: str) -> Iterator[Atom]:
        for start, end in self._tokenizer.spans(text):
            form = read_form(text[start:end])
            if form.surface:
                yield Atom(start, end, form)

    def _vocabulary(self, lang: str) -> Vocabulary:
        vocabulary = self._vocabularies.get(lang)
        if vocabulary is None:
            if len(self._vocabularies) >= _MAX_VOCABULARIES:  # tags come from articles and may be anything
                self._vocabularies.clear()
            vocabulary = self._vocabularies[lang] = Vocabulary(lang)
        return vocabulary
