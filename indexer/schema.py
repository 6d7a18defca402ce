"""What an index holds, listed once: searched fields, columns and stored fields, as a Whoosh schema.

Whoosh's own API goes by it when it reads an index of ours; Whoosh's own writer can write by it too, which an older
version did (`stored_article`) and tests do. Nothing here opens files or decides what is written when.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from whoosh import columns, fields, formats, query

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import AnalysedText, TypedWord
from indexer.article import Article, DateConfidence, DatePrecision, OriginalLine, Published

SCHEMA_VERSION = 4
UNDATED_DAY = 0
UNKNOWN_INSTANT = -(2**63)
VALUE_SEPARATOR = "\x1f"

#: The languages that a query string is stemmed in when Whoosh's own API searches.
QUERY_LANGS = ("ar", "da", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv")

Reading = Literal["terms", "surfaces"]
Posting = tuple[bytes, int, float, bytes]
Positions = list[int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_POSITION = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Postings:
    """The postings of one field of one article, ready-made: (term, frequency, weight, encoded positions)."""

    ready: tuple[Posting, ...]


class PackedPositions(formats.Positions):  # type: ignore[misc]
    """Positions as little-endian 32-bit numbers, ascending. Whoosh's own format pickles a list for every posting."""

    def encode(self, poslist: Positions) -> bytes:
        if len(poslist) == 1:
            return _ONE_POSITION.pack(poslist[0])
        return struct.pack(f"<{len(poslist)}I", *poslist)

    def decode_positions(self, valuestring: bytes) -> Positions:
        return list(struct.unpack(f"<{len(valuestring) // 4}I", valuestring))

    def decode_frequency(self, valuestring: bytes) -> int:
        return len(valuestring) // 4


class AnalysedField(fields.FieldType):  # type: ignore[misc]
    """A searched field. `index` takes postings ready-made, an analysed text, or plain text in no known language.

    Picklable: it keeps only the name of its reading, and finds the analyzer when a query string or a plain text is
    to be analysed. A query string is stemmed in each of `QUERY_LANGS`, so Whoosh's own query parser can search the
    index too: words in the fields of terms, words and quotes in the fields of surfaces.
    """

    def __init__(self, reading: Reading, *, stored: bool) -> None:
        self.reading = reading
        self.format = PackedPositions()
        self.analyzer = _WhooshAnalyzer(reading)
        self.scorable = True
        self.stored = stored
        self.unique = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AnalysedField) and (self.reading, self.stored) == (other.reading, other.stored)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.reading, self.stored))

    def index(self, value: Postings | AnalysedText | str, **_: object) -> Iterable[Posting]:
        if isinstance(value, str):
            value = _analyse(value)
        if isinstance(value, AnalysedText):
            value = make_postings(value, self.reading)
        return value.ready

    def process_text(self, qstring: str, mode: str = "", **_: object) -> Iterator[str]:  # noqa: ARG002 Whoosh's name
        for word in _typed_words(qstring, self.reading):
            yield from (term for run in word.alternatives for term in run)

    def self_parsing(self) -> bool:
        return True

    def parse_query(self, fieldname: str, qstring: str, boost: float = 1.0) -> Any:  # noqa: ANN401 a Whoosh query
        words = [_word_query(fieldname, word, boost) for word in _typed_words(qstring, self.reading)]
        return query.And(words).normalize() if words else query.NullQuery


class _WhooshAnalyzer:
    """What Whoosh expects under `field.analyzer`: called with a text, it gives tokens."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _WhooshAnalyzer) and self.reading == other.reading

    def __hash__(self) -> int:
        return hash(self.reading)

    def __call__(self, value: str, **_: object) -> Iterator[Any]:
        from whoosh.analysis import Token  # noqa: PLC0415 only Whoosh's own highlighting and "more like" come here

        for token in _analyse(value).tokens:
            for text in token.surfaces if self.reading == "surfaces" else token.terms:
                yield Token(
                    text=text, original=text, pos=token.position, startchar=token.start, endchar=token.end, boost=1.0,
                    stopped=False, positions=True, chars=True,
                )  # fmt: skip


class StoredColumn(fields.COLUMN):  # type: ignore[misc]
    """A text that is stored and is a column (UTF-8 bytes) under one name."""

    stored = True

    def __init__(self) -> None:
        super().__init__(columns.VarBytesColumn())

    def to_column_value(self, value: str) -> bytes:
        return value.encode()


def build_schema() -> fields.Schema:
    """Every field of an index. A change here is a new `SCHEMA_VERSION`."""
    return fields.Schema(
        id=fields.ID(unique=True, stored=True),
        external_id=fields.ID(stored=True),
        # searched
        title=AnalysedField("terms", stored=True),
        body=AnalysedField("terms", stored=True),
        title_surface=AnalysedField("surfaces", stored=False),
        body_surface=AnalysedField("surfaces", stored=False),
        author=AnalysedField("surfaces", stored=True),
        source=AnalysedField("surfaces", stored=True),
        tag=AnalysedField("surfaces", stored=True),
        # columns of numbers
        title_length=fields.COLUMN(columns.NumericColumn("I")),
        body_length=fields.COLUMN(columns.NumericColumn("I")),
        first_day=fields.COLUMN(columns.NumericColumn("i", default=UNDATED_DAY)),
        last_day=fields.COLUMN(columns.NumericColumn("i", default=UNDATED_DAY)),
        instant=fields.COLUMN(columns.NumericColumn("q", default=UNKNOWN_INSTANT)),
        # columns of UTF-8 bytes; several values joined by VALUE_SEPARATOR
        collection=StoredColumn(),
        lang=StoredColumn(),
        source_value=fields.COLUMN(columns.VarBytesColumn()),
        author_values=fields.COLUMN(columns.VarBytesColumn()),
        tag_values=fields.COLUMN(columns.VarBytesColumn()),
        content_hash=fields.COLUMN(columns.VarBytesColumn()),
        origin=fields.COLUMN(columns.VarBytesColumn()),
        # stored only
        url=fields.STORED(),
        published_on=fields.STORED(),
        published_at=fields.STORED(),
        published_raw=fields.STORED(),
        date_precision=fields.STORED(),
        date_confidence=fields.STORED(),
        published_zone=fields.STORED(),
        original=fields.STORED(),
        extra=fields.STORED(),
    )


def make_postings(analysed: AnalysedText, reading: Reading) -> Postings:
    """One posting for each different term (or surface), its positions ascending and each counted once."""
    places: dict[str, Positions] = {}
    for token in analysed.tokens:
        position = token.position
        for word in token.terms if reading == "terms" else token.surfaces:
            known = places.get(word)
            if known is None:
                places[word] = [position]
            elif known[-1] != position:
                known.append(position)
    pack_one = _ONE_POSITION.pack
    return Postings(
        tuple(
            (word.encode(), 1, 1.0, pack_one(positions[0]))
            if len(positions) == 1
            else (word.encode(), len(positions), float(len(positions)), struct.pack(f"<{len(positions)}I", *positions))
            for word, positions in places.items()
        )
    )


def stored_article(stored: Mapping[str, object]) -> Article:
    """An article of an index of version 1, which Whoosh's own codec wrote, from its stored fields."""

    def text(name: str) -> str:
        return cast("str", stored.get(name, ""))

    def text_or_none(name: str) -> str | None:
        return cast("str | None", stored.get(name))

    at = text_or_none("published_at")
    return Article(
        title=text("title"),
        body=text("body"),
        author=tuple(cast("list[str]", stored.get("author", []))),
        source=text("source"),
        url=text_or_none("url"),
        published=Published(
            on=text_or_none("published_on"),
            at=None if at is None else datetime.fromisoformat(at),
            precision=cast("DatePrecision", stored.get("date_precision", "none")),
            raw=text("published_raw"),
            confidence=cast("DateConfidence", stored.get("date_confidence", "none")),
            zone=text("published_zone"),
        ),
        lang=cast("str", stored.get("lang", "und")),
        tag=tuple(cast("list[str]", stored.get("tag", []))),
        external_id=text_or_none("external_id"),
        collection=cast("str", stored.get("collection", "main")),
        original=tuple(
            OriginalLine(line, left_out) for line, left_out in cast("list[list[str]]", stored.get("original", []))
        ),
        extra_json=cast("str", stored.get("extra", "{}")),
    )


def _word_query(fieldname: str, word: TypedWord, boost: float) -> Any:  # noqa: ANN401 a Whoosh query
    return query.Or(
        [
            query.Term(fieldname, run[0], boost) if len(run) == 1 else query.Phrase(fieldname, list(run), boost=boost)
            for run in word.alternatives
        ]
    )


def _analyse(text: str) -> AnalysedText:
    return Analyzer().analyse(text, "und")


def _typed_words(text: str, reading: Reading) -> tuple[TypedWord, ...]:
    return Analyzer().read_words(text, QUERY_LANGS, quoted=reading == "surfaces")
