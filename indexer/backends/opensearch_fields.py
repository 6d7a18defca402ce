"""What an index on OpenSearch holds, listed once: the fields of a document, how they are mapped, and how positions lie.

Terms and surfaces come ready-made from our analyzer and are split there on white space and on nothing else. The core of
OpenSearch has no analyzer that puts two terms at one position, and our analysis needs that: an accented word has two
stems, a word in a line of capitals is an acronym too, and a hyphenated word's joined form stands where its first part
does. So a text lies in lanes, fields beside each other that share their positions:

    body_terms_0     well    known   resume   us     every position of the text has a term here
    body_terms_1             .       resum    ^us    only positions that have a second one
    body_terms_2 ...                                 a third one, and so on

A position's terms stand in the order of their bytes, none twice, one a lane. A word is therefore looked for in every
lane of a field (`lanes`); what lies side by side is found by positions over lanes (intervals with `use_field`, or spans
with `field_masking_span`): position n is the same place of the text in all lanes of a field, and the place that
`indexer/analysis` counts. `body_terms_0` is as long as the text, in positions, whatever else stands beside it.

How a lane skips positions: it is a list of texts, and between two texts of a list an analyzer leaves
`position_increment_gap` positions free, which is 1. A text of one or more words moves on by their number and one, an
empty text by one. So `["", "", "resum ^us", "", "x"]` has resum at 2, ^us at 3 and x at 6.

Names of lanes: {title,body}_{terms,surfaces}_N and {author,source,tag}_surfaces_N. As in the embedded index, terms are
stems with their language (`en:minefield`) and answer plain words; surfaces answer quotes, patterns and close
spellings, in title and body as well as in names. Values of one field stand `VALUE_GAP` positions apart.

Columns (keywords compare byte by byte; a value stands once in an article, none is empty):

    id               as `_id`, to sort by
    external_id      keyword, found and not kept beside
    collection, lang, source, author, tag
    year             keyword `2021`: of articles that are known to lie in one year
    first_day, last_day   the days that published_on covers: the same day twice, or a month's or year's first and last;
                     neither where undated. An article lies within a range when both do
    month, day       dates, of articles that are known to lie in one month, on one day: what a histogram counts
    instant          seconds since 1970 UTC, where time and zone were given
    title_length, body_length   in positions
    content_hash, origin   what the writer compares; origin behind a % as in an address where it is
                     no plain text
    sketch, sketch_keys    `indexer/codec/sketching.py`: all words of the sketch in 64 hexadecimal digits, and its three
                     keys, `0-fffff`, by which copies are found; neither where the text is too short to have one

`_source` keeps `id`, `content_hash`, `origin`, `article` (the list that `encode_article` makes) and `original` (its
second list, where there is one); everything else of what was sent is searched and not kept.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from indexer.analysis.token import ANALYSIS_VERSION, MAX_TERM_CHARS
from indexer.schema import SCHEMA_VERSION

Reading = Literal["terms", "surfaces"]
TextField = Literal["title", "body", "author", "source", "tag"]

#: Goes up whenever documents written before would be read otherwise than those written now.
MAPPING_VERSION: Final = 1

#: The most that our analyzer puts at one position: a word's written and plain stem and its acronym, and the two stems
#: of a joined form that begins there; or the surfaces of the word, its acronym's and the joined form's.
LANES: Final[dict[Reading, int]] = {"terms": 5, "surfaces": 3}
READINGS: Final[dict[TextField, tuple[Reading, ...]]] = {
    "title": ("terms", "surfaces"),
    "body": ("terms", "surfaces"),
    "author": ("surfaces",),
    "source": ("surfaces",),
    "tag": ("surfaces",),
}
#: What the white space tokenizer cuts at, in UTF-16 units; a term has its language's mark before it.
_LONGEST_TOKEN: Final = 255
_LONGEST_MARK: Final = 8
assert 2 * MAX_TERM_CHARS + _LONGEST_MARK <= _LONGEST_TOKEN, "OpenSearch would cut a term in two"

#: How words are weighed there, as nearly as a cluster can as `searchapp/search/scoring.py` weighs them.
K1: Final = 1.4
B: Final = 0.6

#: Lucene's longest keyword, in bytes of UTF-8.
MAX_KEYWORD_BYTES: Final = 32766
#: What is kept of a document, and given back.
STORED: Final = ("id", "content_hash", "origin", "article", "original")

_KEYWORD: Final = {"type": "keyword"}
_DAY: Final = {"type": "date", "format": "strict_date"}
_SHOWN_NUMBER: Final = {"type": "integer", "index": False}


def lanes(field: TextField, reading: Reading) -> tuple[str, ...]:
    """The names of a field's lanes, the one that has every position first."""
    return tuple(f"{field}_{reading}_{lane}" for lane in range(LANES[reading]))


def index_mappings() -> dict[str, Any]:
    """The mapping of an index of articles; what is not listed in it is refused."""
    properties: dict[str, Any] = {
        lane: _lane(scores=reading == "terms" and field in ("title", "body"))
        for field, readings in READINGS.items()
        for reading in readings
        for lane in lanes(field, reading)
    }
    for name in ("external_id", "collection", "lang", "source", "author", "tag", "year", "sketch_keys"):
        properties[name] = _KEYWORD
    # Sorted by or given back, and never looked for.
    for name in ("id", "origin", "content_hash", "sketch"):
        properties[name] = {"type": "keyword", "index": False}
    for name in ("first_day", "last_day", "month", "day"):
        properties[name] = _DAY
    for name in ("title_length", "body_length"):
        properties[name] = _SHOWN_NUMBER
    properties["instant"] = {"type": "long"}
    for name in ("article", "original"):
        properties[name] = {"type": "object", "enabled": False}
    return {
        "dynamic": "strict",
        "_meta": {
            "broadsheet": {
                "mapping_version": MAPPING_VERSION,
                "schema_version": SCHEMA_VERSION,
                "analysis_version": ANALYSIS_VERSION,
            }
        },
        "_source": {"includes": list(STORED)},
        "properties": properties,
    }


def index_settings(shards: int, replicas: int) -> dict[str, Any]:
    """An index shows what is written to it when the writer says so, and not by the second; words are weighed as nearly
    as ours are as a cluster can (`searchapp/search/scoring.py`).

    What is stored is compressed in the quick way, which is the one that a cluster takes by itself: the other
    (`index.codec: best_compression`) saves a sixth of the disk, and costs a third more processor time to load and twice
    as much to read.
    """
    return {
        "index.similarity.default.type": "BM25",
        "index.similarity.default.k1": K1,
        "index.similarity.default.b": B,
        "index.number_of_shards": shards,
        "index.number_of_replicas": replicas,
        "index.refresh_interval": "-1",
    }


def _lane(*, scores: bool) -> dict[str, Any]:
    return {
        "type": "text",
        "analyzer": "whitespace",
        "position_increment_gap": 1,
        "index_options": "positions",
        "norms": scores,
    }
