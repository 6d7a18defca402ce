"""Articles and their inverted words -> documents for OpenSearch, as JSON: `opensearch_fields.py` says what is in one.

Words come from the same analysis as the embedded index's, a batch of articles at a time, and are put back into the
order of their texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

import numpy as np
import orjson

from indexer.article import Article, day_range
from indexer.backends.opensearch_fields import LANES, MAX_KEYWORD_BYTES, Reading, TextField, lanes
from indexer.codec.dictionary import Dictionary
from indexer.codec.group import NO_SURFACE, InvertedGroup
from indexer.codec.inverting import InvertedBatch
from indexer.codec.kernels.packing import I64
from indexer.codec.kernels.sketching import KEY_BITS, KEYS
from indexer.errors import ArticleError
from indexer.schema import VALUE_SEPARATOR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REMEMBERED: Final = 4096
_NO_NUMBERS: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """An article with everything ready that could fail. `columns` is JSON, without its closing brace."""

    id: str
    article: Article
    columns: bytes


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one field of n texts, by text, position and word: text t has those from starts[t] to starts[t + 1].

    `words` are numbers of `spelled`; `lane` counts the words before each that stand at its position.
    """

    spelled: Sequence[str]
    starts: I64
    positions: I64
    lane: I64
    words: I64


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
    terms, surfaces = _gather(words.text, texts)
    of_readings: tuple[tuple[Reading, _Words], ...] = (("terms", terms), ("surfaces", surfaces))
    names: list[tuple[TextField, _Words]] = [
        ("author", _gather(words.author, texts)[0]),
        ("source", _gather(words.source, texts)[0]),
        ("tag", _gather(words.tag, texts)[0]),
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


def _gather(group: InvertedGroup, texts: int) -> tuple[_Words, _Words]:
    """The terms of a group and the surfaces that stood for them, by text: twice the document, one more for a body. The
    stretches of a group are there once, so both are taken in one walk."""
    codes, positions, terms, surfaces = ([_NO_NUMBERS] for _ in range(4))
    first_term = 0
    for stretch in group.stretches:
        flat = stretch.postings
        held = np.diff(flat.position_start)
        posting_term = np.repeat(np.arange(first_term, first_term + flat.term_count), np.diff(flat.term_start))
        in_posting = np.arange(len(flat.positions)) - np.repeat(flat.position_start[:-1], held)
        in_body = in_posting >= np.repeat(flat.title_freq.astype(np.int64), held)
        term = np.repeat(posting_term, held)
        codes.append(2 * np.repeat(flat.docs.astype(np.int64), held) + in_body)
        positions.append(flat.positions.astype(np.int64))
        terms.append(term)
        surfaces.append(group.form_surface[group.form_start[term] + flat.forms].astype(np.int64))
        first_term += flat.term_count
    code, position, surface = np.concatenate(codes), np.concatenate(positions), np.concatenate(surfaces)
    has_one = surface != NO_SURFACE
    return (
        _order(code, position, np.concatenate(terms), texts, _spell(group.terms)),
        _order(code[has_one], position[has_one], surface[has_one], texts, _spell(group.surfaces)),
    )


def _order(codes: I64, positions: I64, words: I64, texts: int, spelled: Sequence[str]) -> _Words:
    order = np.lexsort((words, positions, codes))
    codes, positions, words = codes[order], positions[order], words[order]
    is_new_place, is_new_word = np.ones(len(codes), np.bool_), np.ones(len(codes), np.bool_)
    is_new_place[1:] = (codes[1:] != codes[:-1]) | (positions[1:] != positions[:-1])
    is_new_word[1:] = is_new_place[1:] | (words[1:] != words[:-1])
    codes, positions, words = codes[is_new_word], positions[is_new_word], words[is_new_word]
    begins = np.flatnonzero(is_new_place[is_new_word])
    lane = np.arange(len(codes)) - np.repeat(begins, np.diff(np.append(begins, len(codes))))
    return _Words(spelled, np.searchsorted(codes, np.arange(texts + 1)), positions, lane, words)


def _spell(dictionary: Dictionary) -> list[str]:
    blob, cuts = dictionary.blob.tobytes(), dictionary.offsets.tolist()
    return [blob[first:last].decode() for first, last in pairwise(cuts)]


def _lay_lanes(found: dict[str, Any], field: TextField, reading: Reading, words: _Words, text: int) -> None:
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
