"""One analyzer for writing, querying and highlighting: text in, tokens or typed words out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from indexer.analysis import stopwords
from indexer.analysis.chains import Atom, group_atoms
from indexer.analysis.readings import read_form
from indexer.analysis.stemmers import primary_lang
from indexer.analysis.texts import Vocabulary, read_tokens
from indexer.analysis.token import AnalysedText, TypedWord
from indexer.analysis.tokenizer import NewsTokenizer
from indexer.analysis.typed import Asked, read_group

_MAX_VOCABULARIES = 32
#: A chunk, and how it is asked to be read.
_Typed: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...], bool, bool]
#: Chunks of queries whose words are remembered: people type the same words again, and ask for the next page.
_MAX_TYPED = 16_384


class Analyzer:
    """Safe to share between threads. Never raises, whatever the text."""

    def __init__(self) -> None:
        self._tokenizer = NewsTokenizer()
        self._vocabularies: dict[str, Vocabulary] = {}
        self._atoms_of: dict[str, tuple[Atom, ...]] = {}
        self._words_of: dict[_Typed, tuple[TypedWord, ...]] = {}

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
        if stop_langs is None:
            stop_langs = self.stop_languages((text,), langs)
        # A plain tuple, since it is looked up for every word that is typed.
        key = (text, langs, stop_langs, quoted, pasted_headline)
        words = self._words_of.get(key)
        if words is None:
            asked = Asked(*key[1:])
            words = tuple(read_group(text, group, asked) for group in group_atoms(text, self._atoms(text)))
            if len(self._words_of) >= _MAX_TYPED:
                self._words_of.clear()
            self._words_of[key] = words
        return words

    def stop_languages(self, chunks: Iterable[str], langs: tuple[str, ...]) -> tuple[str, ...]:
        """Whose stop words apply to a query of these chunks: the leading language's always, another's when two words
        are its."""
        if len(langs) <= 1:
            return langs
        return stopwords.stop_languages((atom.form.surface for text in chunks for atom in self._atoms(text)), langs)

    def _atoms(self, text: str) -> tuple[Atom, ...]:
        """What a typed chunk is made of."""
        atoms = self._atoms_of.get(text)
        if atoms is None:
            spans = [(start, end, read_form(text[start:end])) for start, end in self._tokenizer.spans(text)]
            atoms = tuple(Atom(start, end, form) for start, end, form in spans if form.surface)
            if len(self._atoms_of) >= _MAX_TYPED:
                self._atoms_of.clear()
            self._atoms_of[text] = atoms
        return atoms

    def _vocabulary(self, lang: str) -> Vocabulary:
        vocabulary = self._vocabularies.get(lang)
        if vocabulary is None:
            if len(self._vocabularies) >= _MAX_VOCABULARIES:  # tags come from articles and may be anything
                self._vocabularies.clear()
            vocabulary = self._vocabularies[lang] = Vocabulary(lang)
        return vocabulary
