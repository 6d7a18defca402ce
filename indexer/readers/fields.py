"""The members of a JSON object -> the fields of an article.

Which keys mean what is one table, FIELD_KEYS; a FieldMap adds keys of the user's own. What has no field goes to
`extra_json`, never away. Markup inside text is left as it is: it is not parsed here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

import orjson

from indexer.article import UNDATED, Article, Place, Published, ReadArticle, Skipped
from indexer.cleaning.authors import read_authors
from indexer.cleaning.iso_dates import is_to_come, parse_iso
from indexer.cleaning.language import UNDETERMINED, choose_language, normalise_lang
from indexer.errors import UsageError

FIELD_KEYS: dict[str, tuple[str, ...]] = {
    "external_id": ("id", "_id", "guid", "docno"),
    "title": ("title", "headline"),
    "body": ("body", "text", "content", "articleBody"),
    "author": ("author", "authors", "byline"),
    "source": ("source", "site", "publisher"),
    "url": ("url", "link"),
    "date": ("date", "published", "published_at", "pubDate"),
    "lang": ("lang", "language"),
    "tag": ("tag", "tags", "topics", "keywords", "section", "places", "place"),
}
_FIELD_OF_KEY = {key: field for field, keys in FIELD_KEYS.items() for key in keys}
_FIELD_OF_FOLDED_KEY = {key.casefold(): key for key in _FIELD_OF_KEY}
_MAP_NAMES = {
    **{field: field for field in FIELD_KEYS},
    "published_on": "date",
    "published_at": "date",
    "published": "date",
}
# Keys whose one string holds several tags; a place keeps its comma ("Salt Lake City, Utah").
_LISTING_KEYS = frozenset({"tag", "tags", "topics", "keywords"})

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Which keys of the user's own mean which field: pairs of field and key, in the order given. A key with dots
    reaches into nested objects."""

    keys: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, options: Sequence[str]) -> FieldMap:
        """From options like `title=headline_text` and `author=meta.author.name`. Raises UsageError."""
        pairs: list[tuple[str, str]] = []
        for option in options:
            name, equals, key = option.partition("=")
            if not equals or not key.strip():
                raise UsageError(f"--map {option}: write it as FIELD=KEY, such as title=headline_text")
            field = _MAP_NAMES.get(name.strip().casefold())
            if field is None:
                raise UsageError(f"--map {option}: there is no field {name!r}; fields are {', '.join(FIELD_KEYS)}")
            pairs.append((field, key.strip()))
        return cls(tuple(pairs))


NO_MAP = FieldMap()


def field_of_key(key: str, field_map: FieldMap = NO_MAP) -> str | None:
    """The field that a key means, None for one that goes to `extra`."""
    mapped = next((field for field, own in field_map.keys if own == key), None)
    return mapped or _FIELD_OF_KEY.get(_FIELD_OF_FOLDED_KEY.get(key.casefold(), ""))


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """`collection` is "" for the article's source. `today` refuses dates that are yet to come."""

    collection: str = ""
    field_map: FieldMap = NO_MAP
    today: date | None = None


class _WrongTypeError(Exception):
    """A value that cannot be its field; the message says which and what it is."""


def read_fields(members: Mapping[str, object], place: Place, options: FieldOptions) -> ReadArticle | Skipped:
    """The article that a JSON object is. Numbers become text and null is absent; an object where text is expected
    costs this article, with the key named. Notes: keys kept as extra, a date that was not understood."""
    plan = _plan_keys(tuple(members), options.field_map)
    if plan is None:
        found, extra = _assign_keys(members, options.field_map)
    else:
        found = {
            field: ((keys[0], members[keys[0]]),) if len(keys) == 1 else tuple((key, members[key]) for key in keys)
            for field, keys in plan.fields
        }
        extra = {key: value for key in plan.extra if (value := members[key]) is not None}
    try:
        title = " ".join(_one_text(found, "title").split())
        body = _one_text(found, "body").strip("\n")
        author = _read_author(found.get("author", ()))
        tag = _read_tags(found.get("tag", ()))
        source = " ".join(_one_text(found, "source").split())
        external_id = _one_text(found, "external_id").strip() or None
        given_url, given_date = _one_text(found, "url").strip(), _one_text(found, "date").strip()
        given_lang = _one_text(found, "lang")
    except _WrongTypeError as error:
        return Skipped(place, str(error.args[0]), str(error.args[1]))
    if not title and not body.strip():
        return Skipped(place, "no text", "neither a title nor a body" + _hint(extra))
    published = _read_published(given_date, options.today)
    notes = [f"extra key {key}" for key in extra]
    if given_date and published.on is None:
        notes.append("date not understood")
    url = given_url if given_url and _is_web_address(given_url) else None
    if given_url and url is None:
        extra[found["url"][0][0]] = given_url
        notes.append("url is no web address")
    lang = choose_language(normalise_lang(given_lang) or UNDETERMINED, title, body)
    article = Article(
        title=title,
        body=body,
        author=author,
        source=source,
        url=url,
        published=published,
        lang=lang,
        tag=tag,
        external_id=external_id,
        collection=options.collection or source or "main",
        extra_json=_dump_extra(extra) if extra else "{}",
    )
    return ReadArticle(place, article, tuple(notes))


# Keys

_Found = Mapping[str, Sequence[tuple[str, object]]]


@dataclass(frozen=True, slots=True)
class _KeyPlan:
    """What the keys of an object mean where no two of them mean one field, but for tags: a field and its keys."""

    fields: tuple[tuple[str, tuple[str, ...]], ...]
    extra: tuple[str, ...]


@lru_cache(maxsize=1024)
def _plan_keys(keys: tuple[str, ...], field_map: FieldMap) -> _KeyPlan | None:
    """Made once for all objects of these keys; None where it takes their values to tell."""
    known = {key: key if key in _FIELD_OF_KEY else _known_spelling(key, dict.fromkeys(keys)) for key in keys}
    fields: dict[str, tuple[str, ...]] = {}
    for key, spelled in known.items():
        if spelled is not None:
            field = _FIELD_OF_KEY[spelled]
            fields[field] = (*fields.get(field, ()), key)
    if field_map.keys or any(len(of_field) > 1 for field, of_field in fields.items() if field != "tag"):
        return None
    return _KeyPlan(tuple(fields.items()), tuple(key for key, spelled in known.items() if spelled is None))


def _assign_keys(members: Mapping[str, object], field_map: FieldMap) -> tuple[_Found, dict[str, object]]:
    """Field -> its (key, value) pairs, best first; and what is left. A field with one value takes the first that is
    there; `tag` takes them all. Another case of a key (`Title`) counts where no second key is spelled so."""
    found: dict[str, list[tuple[str, object]]] = {}
    extra: dict[str, object] = {}
    used: set[str] = set()
    for field, key in field_map.keys:
        value = _reach(members, key)
        if value is not None:
            found.setdefault(field, []).append((key, value))
            used.add(key)
    for key, value in members.items():
        if key in used or value is None:
            continue
        known = key if key in _FIELD_OF_KEY else _known_spelling(key, members)
        if known is None:
            extra[key] = value
        else:
            found.setdefault(_FIELD_OF_KEY[known], []).append((key, value))
    for field, pairs in found.items():
        if field != "tag" and len(pairs) > 1:
            mapped = [key for name, key in field_map.keys if name == field]
            order = {key.casefold(): rank for rank, key in enumerate((*mapped, *FIELD_KEYS[field]))}
            # An empty one ("text": "") gives way to the next that says something.
            pairs.sort(key=lambda pair: (pair[1] in ("", [], {}), order[pair[0].casefold()]))
            extra.update((key, value) for key, value in pairs[1:] if key in members)
            del pairs[1:]
    return found, extra


def _known_spelling(key: str, members: Collection[str]) -> str | None:
    """The known key that `key` is in another case, None where a second key of the object is spelled so too."""
    folded = key.casefold()
    known = _FIELD_OF_FOLDED_KEY.get(folded)
    if known is None or sum(other.casefold() == folded for other in members) > 1:
        return None
    return known


def _reach(members: Mapping[str, object], key: str) -> object:
    if key in members:
        return members[key]
    value: object = members
    for part in key.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def _hint(extra: Mapping[str, object]) -> str:
    longest = max(
        (key for key in extra if isinstance(extra[key], str)), key=lambda key: len(str(extra[key])), default=""
    )
    return (
        f"; if {clean_text(longest)[:60]!r} is the text, say --map body={clean_text(longest)[:60]}" if longest else ""
    )


# Values


def clean_text(text: str) -> str:
    """Without NUL and halves of characters, line ends as line feeds, entities resolved where no markup is in it."""
    if "\x00" in text or not _is_encodable(text):
        text = _UNSAFE.sub("", text)
    # A search for each by itself: the expression takes a hundred times as long to find none.
    if "\r" in text or "\x85" in text or "\u2028" in text or "\u2029" in text:
        text = _LINE_ENDS.sub("\n", text)
    if "&" in text and _ENTITY.search(text) and not _MARKUP.search(text):
        text = _UNSAFE.sub("", _ENTITY.sub(lambda match: html.unescape(match[0]), text))
    return text


def _is_encodable(text: str) -> bool:
    """Whether no half of a character is in it; an expression takes twenty times as long to tell."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _one_text(found: _Found, field: str) -> str:
    pairs = found.get(field)
    if not pairs:
        return ""
    key, value = pairs[0]
    return clean_text(value) if isinstance(value, str) else _text(key, value)


def _text(key: str, value: object) -> str:
    if isinstance(value, str):
        return clean_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return "\n\n".join(_text(key, part) for part in value if part is not None)
    if isinstance(value, dict) and isinstance(value.get("name"), str):  # {"@type": "Organization", "name": ...}
        return clean_text(value["name"])
    raise _WrongTypeError(f"{key} is not text", "it holds an object; name what you mean with --map FIELD=KEY.INSIDE")


def _read_author(pairs: Sequence[tuple[str, object]]) -> tuple[str, ...]:
    if len(pairs) == 1 and isinstance(pairs[0][1], str):
        return read_authors(clean_text(pairs[0][1]))
    names: dict[str, str] = {}
    for key, value in pairs:
        is_list = isinstance(value, list)
        for part in value if isinstance(value, list) else [value]:
            for name in read_authors(_text(key, part), commas_separate=not is_list):
                names.setdefault(name.casefold(), name)
    return tuple(names.values())


def _read_tags(pairs: Sequence[tuple[str, object]]) -> tuple[str, ...]:
    tags: dict[str, None] = {}
    for key, value in pairs:
        if isinstance(value, list):
            for part in value:
                tags.update(_list_tags(_text(key, part), several=False))
        else:
            tags.update(_list_tags(_text(key, value), several=key.casefold() in _LISTING_KEYS))
    tags.pop("", None)
    return tuple(tags)


@lru_cache(maxsize=4096)
def _list_tags(text: str, *, several: bool) -> dict[str, None]:
    """As the keys of a dictionary that nobody changes; "" may be one of them."""
    return dict.fromkeys(" ".join(part.split()) for part in (re.split("[,;]", text) if several else [text]))


def _read_published(given: str, today: date | None) -> Published:
    if not given:
        return UNDATED
    published = parse_iso(given)
    if published is None:
        from indexer.cleaning.dates import parse_date  # noqa: PLC0415 its expressions take a while to be compiled

        return parse_date(given, today=today) or Published(raw=given)
    return Published(raw=given) if is_to_come(published, today) else published


def _is_web_address(text: str) -> bool:
    if any(map(str.isspace, text)):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _dump_extra(extra: Mapping[str, object]) -> str:
    try:
        return orjson.dumps(extra, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # halves of characters
        return orjson.dumps(_without_halves(extra), option=orjson.OPT_SORT_KEYS).decode()


def _without_halves(value: object) -> object:
    if isinstance(value, str):
        return _UNSAFE.sub("", value)
    if isinstance(value, dict):
        return {_UNSAFE.sub("", key): _without_halves(part) for key, part in value.items()}
    return [_without_halves(part) for part in value] if isinstance(value, list) else value
