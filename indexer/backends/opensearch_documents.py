"""Articles and their inverted words -> documents for OpenSearch, as JSON: `opensearch_fields.py` says what is in one.

Words come from the same analysis as the embedded index's, a batch of articles at a time, and are put back into the
order of their texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

import orjson

from indexer.article import Article, day_range
from indexer.backends.opensearch_fields import LANES, MAX_KEYWORD_BYTES, Reading, TextField, lanes
from indexer.backends.placed_words import PlacedWords, place_words
from indexer.codec.inverting import InvertedBatch
from indexer.codec.kernels.sketching import KEY_BITS, KEYS
from indexer.errors import ArticleError
from indexer.schema import VALUE_SEPARATOR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """An article with everything ready that could fail. `columns` is JSON, without its closing brace."""

    id: str
    article: Article
    columns: bytes


def prepare_document(
    article: Article, article_id: str, content_hash: str, origin: str, encoded: tuple[bytes, bytes]
) -> PreparedDocument:
    """Raises ArticleError for what no keyword can hold, and TypeError or ValueError for text that no file can."""
    published = article.published
    columns: dict[str, Any] = {
        "id": article_id,
        "content_hash": content_hash,
        "origin": spell_origin(origin),
        "collection": article.collection,
        "lang": article.lang,
        "source": _clean_values((article.source,)),
        "author": _clean_values(article.author),
        "tag": _clean_values(article.tag),
        **_days(published.on),
    }
    if published.at is not None:
        columns["instant"] = int((published.at - _EPOCH).total_seconds() // 1)
    if article.external_id is not None:
        columns["external_id"] = article.external_id
    for name in ("origin", "collection", "lang", "external_id"):
        _check_keyword(name, columns.get(name, ""))
    fields, original = encoded
    parts = [orjson.dumps(columns)[:-1], b',"article":', fields]
    if original:
        parts += [b',"original":', original]
    return PreparedDocument(article_id, article, b"".join(parts))


def write_documents(prepared: Sequence[PreparedDocument], words: InvertedBatch) -> Iterator[bytes]:
    """One JSON object for each, without line ends; `words` are theirs, in the same order."""
    texts = 2 * len(prepared)
    terms, surfaces = place_words(words.text, texts)
    of_readings: tuple[tuple[Reading, PlacedWords], ...] = (("terms", terms), ("surfaces", surfaces))
    names: list[tuple[TextField, PlacedWords]] = [
        ("author", place_words(words.author, texts)[0]),
        ("source", place_words(words.source, texts)[0]),
        ("tag", place_words(words.tag, texts)[0]),
    ]
    for number, each in enumerate(prepared):
        found: dict[str, Any] = {
            "title_length": int(words.title_length[number]),
            "body_length": int(words.body_length[number]),
            **_sketch_columns(words.sketches[number].tolist()),
        }
        for reading, of_texts in of_readings:
            _lay_lanes(found, "title", reading, of_texts, 2 * number)
            _lay_lanes(found, "body", reading, of_texts, 2 * number + 1)
        for field, of_names in names:
            _lay_lanes(found, field, "surfaces", of_names, 2 * number + 1)
        yield b"%b,%b" % (each.columns, orjson.dumps(found)[1:])


def lay_lane(positions: Sequence[int], words: Sequence[str]) -> list[str]:
    """Words at rising positions as the texts of a lane."""
    laid: list[str] = []
    free = 0  # where a text that begins now stands
    first = 0
    for at in range(1, len(words) + 1):
        if at < len(words) and positions[at] == positions[at - 1] + 1:
            continue
        laid += [""] * (positions[first] - free)
        laid.append(" ".join(words[first:at]))
        free = positions[at - 1] + 2
        first = at
    return laid


def spell_origin(origin: str) -> str:
    """A file's name as text, whatever bytes are in it: behind a %, its bytes as in an address."""
    if not origin.startswith("%") and origin.isprintable():
        return origin
    return "%" + quote_from_bytes(origin.encode("utf-8", "surrogateescape"))


def read_origin(spelled: str) -> str:
    """What `spell_origin` was given."""
    return unquote_to_bytes(spelled[1:]).decode("utf-8", "surrogateescape") if spelled.startswith("%") else spelled


def sketch_keys(last_word: int) -> tuple[str, ...]:
    """How the keys of a sketch, which are in its last word, are looked up."""
    return tuple(f"{key}-{last_word >> KEY_BITS * key & (1 << KEY_BITS) - 1:05x}" for key in range(KEYS))


def _sketch_columns(sketch: Sequence[int]) -> dict[str, Any]:
    if not sketch[-1]:
        return {}
    return {"sketch": "".join(f"{word:016x}" for word in sketch), "sketch_keys": sketch_keys(sketch[-1])}


@lru_cache(maxsize=_REMEMBERED)
def _days(published_on: str | None) -> dict[str, str]:
    days = day_range(published_on)
    if days is None:
        return {}
    first, last = (day.isoformat() for day in days)
    known = {"first_day": first, "last_day": last, "year": first[:4]}
    if first[:7] == last[:7]:
        known["month"] = f"{first[:7]}-01"
    if first == last:
        known["day"] = first
    return known


def _clean_values(values: tuple[str, ...]) -> tuple[str, ...]:
    """As in the embedded index: no empty value, none with a separator, none twice."""
    kept = dict.fromkeys(cleaned for value in values if (cleaned := value.replace(VALUE_SEPARATOR, " ")))
    for value in kept:
        _check_keyword("value", value)
    return tuple(kept)


def _check_keyword(name: str, value: str) -> None:
    if len(value) * 4 > MAX_KEYWORD_BYTES and len(value.encode()) > MAX_KEYWORD_BYTES:
        raise ArticleError(
            f"a {name} of {len(value):,} characters is longer than OpenSearch can hold: {value[:40]} ..."
        )


def _lay_lanes(found: dict[str, Any], field: TextField, reading: Reading, words: PlacedWords, text: int) -> None:
    first, last = int(words.starts[text]), int(words.starts[text + 1])
    if first == last:
        return
    lane = words.lane[first:last]
    positions, numbers = words.positions[first:last], words.words[first:last]
    spelled = words.spelled
    deepest = int(lane.max())
    assert deepest < LANES[reading], f"{deepest + 1} words stand at one position"
    for number, name in enumerate(lanes(field, reading)[: deepest + 1]):
        here = lane == number
        found[name] = lay_lane(positions[here].tolist(), [spelled[word] for word in numbers[here].tolist()])
