"""What the best hits of a cluster teach (`searchapp/search/feedback.py`): key terms, chosen when they are asked for.

A cluster keeps no key terms of an article, and lists no terms by how many articles hold them. It scores them, though:
a term's score in an article, of which length and frequency are known, gives its idf, in all shards together and of the
very generation that is searched. So the terms that the best hits have most of are scored there by name, and are weighed
by what comes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from indexer.analysis.token import CAPITALS_MARK
from indexer.backends.opensearch_fields import K1, B, lanes
from indexer.codec.key_terms import MOST_FREQ, PLACES
from searchapp.backends.cluster.answers import FoundHit
from searchapp.backends.cluster.asking import Asking
from searchapp.backends.cluster.hit_words import AverageLengths, HitWords
from searchapp.backends.cluster.places import Json
from searchapp.search.feedback import TEACHERS, KeyTerm, TaughtArticle, measure_feedback
from searchapp.search.scoring import DEFAULT_PARAMETERS

#: Terms that are scored by name; a cluster takes 1,024 parts in a query.
_MOST_ASKED: Final = 300
_FIELD: Final = lanes("body", "terms")[0]
#: Lengths up to this are kept as they are by a cluster, above it the four highest bits of what is more.
_EXACT_LENGTHS: Final = 24
_KEPT_BITS: Final = 4


def find_feedback(
    hits: Sequence[FoundHit], docs: Sequence[int], words: HitWords, averages: AverageLengths, asking: Asking
) -> list[float]:
    """What is added to each of the hits, best first, at a strength of 1; `docs` are their numbers in `words`. Nothing
    where there was no time."""
    if len(hits) <= TEACHERS:
        return [0.0] * len(hits)
    lengths = (words.lengths("title") + words.lengths("body")).tolist()
    held = [words.terms_of(doc) for doc in docs]
    weights: Counter[str] = Counter()
    for rank, (doc, terms) in enumerate(zip(docs[:TEACHERS], held, strict=False), start=1):
        for text, frequency in terms.items():
            # Words read as in a line of capitals stand there as themselves too.
            if not text.startswith(CAPITALS_MARK):
                weights[text] += frequency / (rank * max(lengths[doc], 1))
    asked = sorted(weights, key=lambda text: (-weights[text], text))[:_MOST_ASKED]
    rarities = _ask_rarities(asked, hits[:TEACHERS], docs, words, averages, asking)
    articles = [
        TaughtArticle(_choose_key_terms(terms, rarities), lengths[doc], words.gain(doc))
        for doc, terms in zip(docs, held, strict=True)
    ]
    return measure_feedback(articles, DEFAULT_PARAMETERS.k1)


def kept_length(positions: int) -> int:
    """The length of a text as a cluster keeps it, in one byte (Lucene's SmallFloat)."""
    more = positions - _EXACT_LENGTHS
    lost = max(more.bit_length() - _KEPT_BITS, 0) if more > 0 else 0
    return positions if more <= 0 else _EXACT_LENGTHS + (more >> lost << lost)


def _ask_rarities(
    texts: Sequence[str],
    teachers: Sequence[FoundHit],
    docs: Sequence[int],
    words: HitWords,
    averages: AverageLengths,
    asking: Asking,
) -> Mapping[str, float]:
    """The idf of each term that a teacher holds in a body which was read whole."""
    named: list[Json] = [{"term": {_FIELD: {"value": text, "_name": text}}} for text in texts]
    among = {"ids": {"values": [hit.id for hit in teachers]}}
    body: Json = {
        "size": len(teachers),
        "_source": False,
        "track_total_hits": False,
        "query": {"bool": {"filter": [among], "should": named}},
    }
    found = {hit.id: hit.names for hit in asking.ask(body).hits}
    rarities: dict[str, float] = {}
    for hit, doc in zip(teachers, docs, strict=False):
        if not words.is_whole(doc):
            continue
        length = kept_length(int(words.lengths("body")[doc]))
        scale = K1 * (1 - B + B * length / max(averages.body, 1.0))
        frequencies = words.body_terms_of(doc)
        for text, score in found.get(hit.id, {}).items():
            frequency = frequencies.get(text, 0)
            if frequency and text not in rarities:
                rarities[text] = score * (frequency + scale) / frequency
    return rarities


def _choose_key_terms(terms: Mapping[str, int], rarities: Mapping[str, float]) -> tuple[KeyTerm, ...]:
    """The heaviest of those that any teacher holds."""
    known = [(text, frequency) for text, frequency in terms.items() if text in rarities]
    heaviest = sorted(known, key=lambda each: (-each[1] * rarities[each[0]], each[0]))[:PLACES]
    return tuple(KeyTerm(0, text, min(frequency, MOST_FREQ), rarities[text]) for text, frequency in heaviest)
