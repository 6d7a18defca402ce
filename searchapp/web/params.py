"""Query arguments to a search request and back: one table for the page, the endpoint and every link between them.

Knows nothing of Flask: arguments come in as decoded (name, value) pairs in the order given. Two ways to read them:
the endpoint refuses a name it does not know and suggests the right one; the page passes over it, since links that
people share collect `utm_source` and the like. A value that cannot be used is refused by both.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast, get_args
from urllib.parse import quote_plus

from indexer.article import day_range
from indexer.errors import BroadsheetError
from searchapp.search.plan import FacetName, FacetRequest
from searchapp.search.request import Filters, Match, SearchRequest, Sort

WINDOW_HITS = 10_000
MAX_PER_PAGE = 100
MAX_FACET_SIZE = 1_000
MAX_VALUES = 50
MAX_VALUE_CHARS = 1_000

Interval = Literal["day", "month", "year"]
Rank = Literal["default", "bm25"]
ParameterCode = Literal[
    "unknown_parameter", "repeated_parameter", "bad_value", "beyond_window", "too_many_values", "not_supported_yet"
]

REPEATABLE: tuple[FacetName, ...] = ("year", "source", "author", "lang", "tag", "collection")
SINGLE = ("q", "match", "rank", "from", "to", "sort", "page", "per_page", "facets", "histogram", "strict")
LATER = ("group", "cursor", "explain")
KNOWN = (*SINGLE, *REPEATABLE, *LATER)

_DIGITS = re.compile(r"[0-9]{1,20}\Z")
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?\Z")
_YEAR = re.compile(r"[0-9]{4}\Z")
_SHOWN_CHARS = 60


class ParameterError(BroadsheetError):
    """One argument cannot be used; the message says what would be right."""

    def __init__(self, code: ParameterCode, parameter: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `strict` is the endpoint's own: notes on the query become a refusal."""

    search: SearchRequest
    strict: bool = False


def read_params(pairs: Iterable[tuple[str, str]], *, refuse_unknown: bool) -> Asked:
    """The search that the arguments ask for; an empty value counts as not given, as forms send them.

    Raises ParameterError for the first argument that cannot be used.
    """
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        if name not in KNOWN:
            if refuse_unknown:
                raise ParameterError("unknown_parameter", _shortened(name), _unknown(name))
        elif name in LATER:
            if refuse_unknown:
                raise ParameterError("not_supported_yet", name, f"`{name}` is not supported yet; leave it out")
        elif name in SINGLE and name in given:
            raise ParameterError("repeated_parameter", name, f"`{name}` was given more than once; give it once")
        elif text or name in SINGLE:
            given.setdefault(name, []).append(text)
    single = {name: texts[0] for name, texts in given.items() if name in SINGLE and texts[0]}
    per_page = _read_number(single, "per_page", default=10, most=MAX_PER_PAGE)
    request = SearchRequest(
        q=single.get("q", ""),
        match=cast("Match", _read_choice(single, "match", get_args(Match), "auto")),
        rank=cast("Rank", _read_choice(single, "rank", get_args(Rank), "default")),
        filters=_read_filters(given, single),
        sort=cast("Sort", _read_choice(single, "sort", get_args(Sort), "relevance")),
        page=_read_page(single, per_page),
        per_page=per_page,
        facets=_read_facets(single.get("facets", "")),
        histogram=cast("Interval", _read_choice(single, "histogram", get_args(Interval), ""))
        if "histogram" in single
        else None,
    )
    return Asked(request, strict=_read_flag(single, "strict"))


def write_params(request: SearchRequest, *, strict: bool = False) -> str:
    """The arguments that ask for this search, encoded, in one canonical order, defaults left out."""
    filters, plain = request.filters, SearchRequest()
    pairs: list[tuple[str, str]] = [
        ("q", request.q),
        ("match", request.match if request.match != plain.match else ""),
        ("rank", request.rank if request.rank != plain.rank else ""),
        ("from", filters.from_day.isoformat() if filters.from_day else ""),
        ("to", filters.to_day.isoformat() if filters.to_day else ""),
    ]
    for name in REPEATABLE:
        pairs.extend((name, value) for value in getattr(filters, name))
    pairs += [
        ("sort", request.sort if request.sort != plain.sort else ""),
        ("page", str(request.page) if request.page != plain.page else ""),
        ("per_page", str(request.per_page) if request.per_page != plain.per_page else ""),
        ("facets", ",".join(_write_facet(facet) for facet in request.facets)),
        ("histogram", request.histogram or ""),
        ("strict", "1" if strict else ""),
    ]
    # Lone surrogates cannot come from an address, but a caller's q may hold one: an address must not fail on it.
    return "&".join(f"{name}={quote_plus(text, errors='replace', safe=':,')}" for name, text in pairs if text)


def last_page(total: int, per_page: int) -> int:
    """The last page that has hits and lies within the window of hits that pages reach."""
    return max(1, min(-(-total // per_page), WINDOW_HITS // per_page))


def _read_filters(given: dict[str, list[str]], single: dict[str, str]) -> Filters:
    chosen = {name: tuple(dict.fromkeys(given.get(name, ()))) for name in REPEATABLE}
    for name, texts in chosen.items():
        if len(texts) > MAX_VALUES:
            raise ParameterError("too_many_values", name, f"`{name}` has {len(texts)} values; at most {MAX_VALUES}")
        for text in texts:
            if len(text) > MAX_VALUE_CHARS:
                raise ParameterError("bad_value", name, f"a value of `{name}` is over {MAX_VALUE_CHARS} characters")
    for year in chosen["year"]:
        if not _YEAR.match(year):
            raise _bad("year", year, "a year in four digits, such as 2021")
    first = _read_day(single, "from")
    last = _read_day(single, "to")
    if first and last and first[0] > last[1]:
        raise ParameterError(
            "bad_value", "from", f"`from` ({first[0]}) is after `to` ({last[1]}); give the earlier day in `from`"
        )
    return Filters(**chosen, from_day=first[0] if first else None, to_day=last[1] if last else None)


def _read_day(single: dict[str, str], name: str) -> tuple[date, date] | None:
    text = single.get(name, "").strip()
    if not text:
        return None
    try:
        if _DAY.match(text):
            return day_range(text)
    except ValueError:
        pass
    raise _bad(name, text, "a day, month or year: 2021-03-12, 2021-03 or 2021")


def _read_page(single: dict[str, str], per_page: int) -> int:
    most = WINDOW_HITS // per_page
    text = single.get("page", "1").strip()
    if not _DIGITS.match(text) or int(text) == 0:
        raise _bad("page", text, f"a whole number from 1 to {most:,}")
    if int(text) > most:
        raise ParameterError(
            "beyond_window",
            "page",
            f"`page` {text} lies beyond the first {WINDOW_HITS:,} hits, which are {most:,} pages of {per_page}; "
            "narrow the search by a filter or a date",
        )
    return int(text)


def _read_number(single: dict[str, str], name: str, *, default: int, most: int) -> int:
    text = single.get(name, str(default)).strip()
    if not _DIGITS.match(text) or not 1 <= int(text) <= most:
        raise _bad(name, text, f"a whole number from 1 to {most}")
    return int(text)


def _read_choice(single: dict[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    text = single.get(name, default)
    if text not in choices:
        raise _bad(name, text, _listed(choices) + _meant(text, choices))
    return text


def _read_flag(single: dict[str, str], name: str) -> bool:
    text = single.get(name, "0").lower()
    if text not in {"0", "1", "true", "false"}:
        raise _bad(name, text, "1 or 0")
    return text in {"1", "true"}


def _read_facets(text: str) -> tuple[FacetRequest, ...]:
    names = cast("tuple[str, ...]", get_args(FacetName))
    facets: dict[str, FacetRequest] = {}
    for part in filter(None, (part.strip() for part in text.split(",", 2 * len(names)))):
        name, colon, size = part.partition(":")
        if name not in names:
            raise _bad("facets", name, _listed(names) + _meant(name, names))
        if colon and not (_DIGITS.match(size) and 1 <= int(size) <= MAX_FACET_SIZE):
            raise _bad("facets", part, f"a name and how many of its values: {name}:10, at most {MAX_FACET_SIZE}")
        if name in facets:
            raise _bad("facets", part, f"each name once: {name}")
        facets[name] = (
            FacetRequest(cast("FacetName", name), int(size)) if colon else FacetRequest(cast("FacetName", name))
        )
    return tuple(facets.values())


def _write_facet(facet: FacetRequest) -> str:
    return facet.name if facet.size == FacetRequest(facet.name).size else f"{facet.name}:{facet.size}"


def _bad(name: str, text: str, right: str) -> ParameterError:
    return ParameterError("bad_value", name, f"`{name}` cannot be {_shortened(text)!r}; it takes {right}")


def _unknown(name: str) -> str:
    meant = _meant(name, KNOWN) or f"; known are {', '.join(name for name in KNOWN if name not in LATER)}"
    return f"there is no parameter `{_shortened(name)}`{meant}"


def _meant(text: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(text[:_SHOWN_CHARS].lower(), known, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _listed(choices: tuple[str, ...]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
