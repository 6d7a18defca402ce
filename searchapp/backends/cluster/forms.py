"""Which forms of the archive a pattern or a close spelling fits, as far as a cluster tells.

Its dictionaries can be asked for words close to one, and these are exactly known. Of a pattern nobody lists the forms:
they are read from some of the articles that it finds, the newest, so the frequent ones are there and rare ones may be
missing. What a pattern matches does not hang on this; it is only what is shown and offered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import orjson

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import ACRONYM_MARK
from indexer.article import Article
from indexer.backends.opensearch_fields import TextField, lanes
from indexer.codec.stored import decode_article
from searchapp.backends.cluster.answers import read_answer, read_counts, read_sources
from searchapp.backends.cluster.asking import Asking
from searchapp.backends.cluster.bodies import count_holding
from searchapp.backends.cluster.places import Json
from searchapp.backends.cluster.queries import matching
from searchapp.search.plan import Clause, Scope, SpellingPlan
from searchapp.search.port import SHOWN_FORMS, Expansion, Form, FormsRequest
from searchapp.search.spellings import CloseTo

#: Articles that are read for the forms of a pattern: of titles alone more, since they are short.
_READ_TEXTS: Final = 30
_READ_TITLES: Final = 200
#: Close words that are asked for, of each dictionary.
_MOST_CLOSE: Final = 200
_ANY_NUMBER: Final = 2**31 - 1


def list_forms(request: FormsRequest, asking: Asking) -> tuple[Form, ...]:
    """Those that fit, the most frequent first; of a pattern `occurrences` counts in the articles that were read."""
    return _sort_forms(_count_forms(SpellingPlan(request.scope, request.spelling, 1.0, 0), asking))[: request.most]


def expand_clause(clause: Clause, asking: Asking) -> Expansion | None:
    """None for what is no pattern, and where there was no time."""
    if not isinstance(clause, SpellingPlan):
        return None
    counted = _count_forms(clause, asking)
    if not asking.has_time():
        return None
    return Expansion(clause.clause, len(counted), tuple(form.surface for form in _sort_forms(counted)[:SHOWN_FORMS]))


def _count_forms(clause: SpellingPlan, asking: Asking) -> Mapping[str, int]:
    if isinstance(clause.spelling, CloseTo):
        return _ask_dictionaries(clause.scope, clause.spelling, asking)
    return _read_articles(clause, asking)


def _sort_forms(counted: Mapping[str, int]) -> tuple[Form, ...]:
    return tuple(
        Form(surface, counted[surface]) for surface in sorted(counted, key=lambda each: (-counted[each], each))
    )


def _ask_dictionaries(scope: Scope, spelling: CloseTo, asking: Asking) -> Mapping[str, int]:
    """By form in how many articles it stands, added up over fields and lanes. A dictionary names what is close to a
    word and not the word itself, so that is counted."""
    fields = [lane for field in _fields(scope) for lane in lanes(field, "surfaces")]
    asked = [(text, field) for text in (spelling.text, ACRONYM_MARK + spelling.text) for field in fields]
    suggest: Json = {
        str(number): {"text": text, "term": _close_words(field, spelling.steps)}
        for number, (text, field) in enumerate(asked)
    }
    counting = count_holding([{"term": {field: text}} for text, field in asked])
    raw = asking.ask_raw({**counting, "suggest": suggest})
    if raw is None:
        return {}
    counted: Counter[str] = Counter()
    found = dict(zip(asked, read_counts(read_answer(raw), len(asked)), strict=True))
    for number, (_, field) in enumerate(asked):
        for suggested in raw.get("suggest", {}).get(str(number), ()):
            # A form may be close to the word both with the mark of an acronym and without.
            found.update({(option["text"], field): int(option["freq"]) for option in suggested["options"]})
    for (surface, _), held in found.items():
        if held and spelling.fits(surface):
            counted[surface] += held
    return counted


def _close_words(field: str, steps: int) -> Json:
    return {
        "field": field,
        "suggest_mode": "always",
        "max_edits": steps,
        "prefix_length": 0,
        "min_word_length": 1,
        "min_doc_freq": 0,
        "max_term_freq": _ANY_NUMBER,
        "accuracy": 0.0,
        "size": _MOST_CLOSE,
        "shard_size": _MOST_CLOSE,
        "sort": "frequency",
    }


def _read_articles(clause: SpellingPlan, asking: Asking) -> Mapping[str, int]:
    """How often each form stands in some of the articles."""
    body = {
        "size": _READ_TITLES if clause.scope == "title" else _READ_TEXTS,
        "_source": ["article"],
        "query": matching(clause),
        "sort": [{"first_day": {"order": "desc", "missing": "_last"}}],
    }
    raw = asking.ask_raw(body)
    counted: Counter[str] = Counter()
    for _, source in read_sources(raw or {}):
        for surface in _surfaces(decode_article(orjson.dumps(source["article"]), b""), clause.scope):
            if clause.spelling.fits(surface):
                counted[surface] += 1
    return counted


def _surfaces(article: Article, scope: Scope) -> Iterator[str]:
    analyzer = _analyzer()
    for field in _fields(scope):
        values: str | tuple[str, ...] = getattr(article, field)
        for text in (values,) if isinstance(values, str) else values:
            for token in analyzer.analyse(text, article.lang if field in {"title", "body"} else "und").tokens:
                yield from token.surfaces


def _fields(scope: Scope) -> tuple[TextField, ...]:
    return ("title", "body") if scope == "text" else (scope,)


@cache
def _analyzer() -> Analyzer:
    """Its own, which remembers the words that it has read."""
    return Analyzer()
