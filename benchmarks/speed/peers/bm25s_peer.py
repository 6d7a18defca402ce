"""bm25s: sparse matrices of scores made beforehand, no positions, no parser; words are stemmed by NLTK."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import bm25s
import numpy as np
from nltk.stem.snowball import EnglishStemmer

from benchmarks.speed.articles import Corpus, read_corpus
from benchmarks.speed.peers.port import Answer, CannotError, Shown
from benchmarks.speed.queries import Form, Query

_HITS = 10
_WORD = re.compile(r"(?u)\b\w+\b")
_stem = cache(EnglishStemmer().stem)


class Bm25sPeer:
    """Implements `Peer`. Keeps no articles: ids and days stand beside the index in arrays."""

    name = "bm25s"

    def build(self, corpus: Corpus, folder: Path) -> None:
        folder.mkdir(parents=True)
        texts, ids, days = [], [], []
        for article in read_corpus(corpus):
            texts.append(f"{article.title}\n{article.body}")
            ids.append(article.id)
            days.append(article.published.toordinal() if article.published else 0)
        tokens = bm25s.tokenize(
            texts, token_pattern=_WORD.pattern, stopwords=[], stemmer=_stem_words, show_progress=False
        )
        retriever = bm25s.BM25(k1=1.2, b=0.75)
        retriever.index(tokens, show_progress=False)
        retriever.save(folder / "scores")
        np.save(folder / "ids.npy", np.array(ids))
        np.save(folder / "days.npy", np.array(days, np.int32))

    def open(self, folder: Path) -> None:
        self._retriever = bm25s.BM25.load(folder / "scores", mmap=True)
        self._known = self._retriever.vocab_dict
        self._ids = np.load(folder / "ids.npy").tolist()
        self._days = np.load(folder / "days.npy")

    def ask(self, query: Query) -> Callable[[], Answer]:
        if query.form is not Form.ANY:
            raise CannotError({Form.ALL: "no AND", Form.PHRASE: "no positions"}.get(query.form, "no dictionary scan"))
        if query.newest_first or query.facets:
            raise CannotError("no sorting by date" if query.newest_first else "no facets")
        text, days = " ".join(query.words), query.days
        mask = None if days is None else self._mask(*days)

        def answer() -> Answer:
            stems = [stem for word in _WORD.findall(text) if (stem := _stem(word)) in self._known]
            if not stems:
                return Answer((), (), 0)
            scores = self._retriever.get_scores(stems)
            if mask is not None:
                scores = scores * mask
            best, places = bm25s.selection.topk(scores, min(_HITS, len(scores)), backend="numpy")
            found = int(np.count_nonzero(scores))
            shown = min(found, _HITS)
            return Answer(
                tuple(self._ids[place] for place in places[:shown].tolist()), tuple(best[:shown].tolist()), found
            )

        return answer

    def show(self, query: Query) -> Callable[[], Shown]:  # noqa: ARG002 what every peer is asked
        raise CannotError("no snippets")

    def close(self) -> None:
        del self._retriever

    def _mask(self, first: date, last: date) -> np.ndarray:
        return ((self._days >= first.toordinal()) & (self._days <= last.toordinal())).astype(np.float32)


def _stem_words(words: list[str]) -> list[str]:
    return [_stem(word) for word in words]
