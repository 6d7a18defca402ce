"""Every note of the parser: its stable code and the sentence for a person. A code is never renamed.

Messages hold what was typed as plain text: whoever puts them on a page escapes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from searchapp.query.nodes import Note

MESSAGES: Mapping[str, str] = {
    "bad_date": "“{typed}” is no date that can be read, so {field}: was left out; "
    'type {field}:2021-03-12, {field}:2021-03, {field}:2021 or {field}:"last week"',
    "close_too_far": "“{typed}”: a close spelling is one or two steps away, so {limit} were searched",
    "dash_ignored": "“{typed}” is a dash, and was ignored; to leave a word out type one hyphen before it: -word",
    "distance_too_wide": "“{typed}” is more than any words are apart, so {limit} was searched",
    "double_negation": "not not: the two cancel each other out",
    "empty_group": "ignored: brackets with nothing in them",
    "empty_phrase": "ignored: quotes with nothing between them",
    "extra_bracket": "ignored: a closing bracket at {at} that nothing opened",
    "field_in_field": "{field}: stands in the brackets of another field, and counts alone there",
    "field_without_value": "“{typed}:” has nothing after it to look for, so “{typed}” was searched as a word",
    "near_ignored": "“{typed}” joins two words or phrases and nothing else, so it was read as AND",
    "near_distances": "words near each other stand in one window: {limit}, the widest distance, was searched",
    "nothing_left": "nothing was left to search for, so these are all articles",
    "only_negative": "only words to leave out were typed: these are all other articles",
    "operator_ignored": "ignored: {typed}",
    "pasted_headline": "all in capitals, so AND, OR and NOT were searched as words; "
    "type the other words in small letters to use them",
    "pattern_too_short": "“{typed}”: a pattern needs two letters or figures before its first *, so that was ignored",
    "phrase_too_long": "only the first {limit} words between the quotes were searched",
    "range_reversed": "“{typed}” ends before it begins, and was turned round",
    "sign_ignored": "ignored: {typed}, which says nothing here",
    "too_deep": "brackets deeper than {limit} were ignored",
    "too_long": "only the first {limit} characters were searched",
    "too_many_clauses": "only the first {limit} words and phrases were searched",
    "unclosed_bracket": "unclosed bracket at {at}: read as if it closed where the words end",
    "unclosed_quote": "unclosed quote at {at}: read as if it closed where the words end",
    "stray_quote": "ignored: a quote at {at} that nothing closes",
    "unknown_field": "there is no field “{typed}”, so it was searched as a word; "
    "fields are title, author, source, lang, tag, date, after, before, since and until",
}

#: A wall of brackets says no more after this many notes of one code.
MAX_NOTES_OF_A_CODE = 8
_MAX_TYPED_CHARS = 40


class Notes:
    """Gathers notes while a query is read."""

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._seen: Counter[str] = Counter()

    def add(self, code: str, at: int, *, typed: str = "", field: str = "", limit: int = 0) -> None:
        """`typed` is shortened; `at` is the code point in the raw query that the note is about."""
        self._seen[code] += 1
        if self._seen[code] > MAX_NOTES_OF_A_CODE:
            return
        shown = " ".join(typed.split())
        if len(shown) > _MAX_TYPED_CHARS:
            shown = shown[: _MAX_TYPED_CHARS - 1] + "…"
        self._notes.append(Note(code, at, MESSAGES[code].format(at=at, typed=shown, field=field, limit=limit)))

    def __bool__(self) -> bool:
        return bool(self._notes)

    def in_order(self) -> tuple[Note, ...]:
        return tuple(sorted(self._notes, key=lambda note: note.at))
