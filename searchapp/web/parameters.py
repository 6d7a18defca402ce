"""What an argument of an address may say, told once: the same kinds read it, refuse it and describe it.

A `ParameterTable` reads by them; the document of the endpoint (`openapi.py`) lists the same table. Knows nothing of
Flask: arguments come in as decoded (name, value) pairs in the order given.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol, TypeAlias

from indexer.article import day_range
from indexer.errors import BroadsheetError
from searchapp.web.problems import ProblemCode

MAX_VALUES: Final = 50
MAX_VALUE_CHARS: Final = 1_000
DIGITS: Final = re.compile(r"[0-9]{1,20}\Z")
_DAY: Final = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
_YEAR: Final = r"[0-9]{4}"
_SHOWN_CHARS: Final = 60
_YES: Final = ("1", "true")
_NO: Final = ("0", "false")

#: A JSON Schema, ready to be serialised.
Schema: TypeAlias = dict[str, Any]


class ParameterError(BroadsheetError):
    """One argument cannot be used; the message says what would be right."""

    def __init__(self, code: ProblemCode, parameter: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.parameter = parameter


class Kind(Protocol):
    """`default` is what a parameter is where it was not given."""

    @property
    def default(self) -> Any: ...  # noqa: ANN401 each kind has its own

    def read(self, name: str, text: str) -> Any:  # noqa: ANN401 each kind has its own
        """The value of a text that is not empty. Raises ParameterError."""
        ...

    def schema(self) -> Schema: ...


@dataclass(frozen=True, slots=True)
class Text:
    """Any text, of so many characters where there is a limit. `pattern` is for the document alone: whoever knows what
    such a text means reads it."""

    max_chars: int | None = None
    default: str = ""
    pattern: str | None = None

    def read(self, name: str, text: str) -> str:
        if self.max_chars is not None and len(text) > self.max_chars:
            raise ParameterError("bad_value", name, f"a value of `{name}` is over {self.max_chars} characters")
        return text

    def schema(self) -> Schema:
        limits = {"maxLength": self.max_chars, "pattern": self.pattern}
        return {"type": "string", **{name: limit for name, limit in limits.items() if limit is not None}}


@dataclass(frozen=True, slots=True)
class Year:
    default: str = ""

    def read(self, name: str, text: str) -> str:
        if not re.fullmatch(_YEAR, text):
            raise refuse_value(name, text, "a year in four digits, such as 2021")
        return text

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_YEAR}$"}


@dataclass(frozen=True, slots=True)
class Day:
    """A day, month or year, as its first and its last day."""

    default: None = None

    def read(self, name: str, text: str) -> tuple[date, date] | None:
        text = text.strip()
        if not text:
            return None
        try:
            if re.fullmatch(_DAY, text):
                return day_range(text)
        except ValueError:
            pass
        raise refuse_value(name, text, "a day, month or year: 2021-03-12, 2021-03 or 2021")

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_DAY}$"}


@dataclass(frozen=True, slots=True)
class Choice:
    choices: tuple[str, ...]
    default: str | None

    def read(self, name: str, text: str) -> str:
        if text not in self.choices:
            raise refuse_value(name, text, list_choices(self.choices) + suggest(text, self.choices))
        return text

    def schema(self) -> Schema:
        schema: Schema = {"type": "string", "enum": list(self.choices)}
        return schema if self.default is None else {**schema, "default": self.default}


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number. Where more than `most` is refused by somebody else, who knows why, `refuses_more` is False."""

    default: int
    most: int
    refuses_more: bool = True

    def read(self, name: str, text: str) -> int:
        text = text.strip()
        if not DIGITS.match(text) or int(text) == 0 or (self.refuses_more and int(text) > self.most):
            raise refuse_value(
                name, text, "a whole number from 1 " + (f"to {self.most:,}" if self.refuses_more else "on")
            )
        return int(text)

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.default}


@dataclass(frozen=True, slots=True)
class Flag:
    default: bool = False

    def read(self, name: str, text: str) -> bool:
        if text.lower() not in {*_YES, *_NO}:
            raise refuse_value(name, text, "1 or 0")
        return text.lower() in _YES

    def schema(self) -> Schema:
        return {"type": "string", "enum": [*_NO, *_YES], "default": "0"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Names with commas between them, each once, each with a number of its values if somebody likes: `a,b:5`."""

    names: tuple[str, ...]
    most: int
    default: tuple[tuple[str, int | None], ...] = ()

    def read(self, name: str, text: str) -> tuple[tuple[str, int | None], ...]:
        sizes: dict[str, int | None] = {}
        for part in filter(None, (part.strip() for part in text.split(",", 2 * len(self.names)))):
            named, colon, size = part.partition(":")
            if named not in self.names:
                raise refuse_value(name, named, list_choices(self.names) + suggest(named, self.names))
            if colon and not (DIGITS.match(size) and 1 <= int(size) <= self.most):
                raise refuse_value(name, part, f"a name and how many of its values: {named}:10, at most {self.most}")
            if named in sizes:
                raise refuse_value(name, part, f"each name once: {named}")
            sizes[named] = int(size) if colon else None
        return tuple(sizes.items())

    def schema(self) -> Schema:
        # A number up to `most` in a pattern would be unreadable; so many digits as it has are not.
        one = f"({'|'.join(self.names)})(:[1-9][0-9]{{0,{len(str(self.most)) - 2}}}|:{self.most})?"
        return {"type": "string", "pattern": f"^{one}(,{one})*$"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument that an operation takes: `about` is a sentence for people, `example` a value that it takes.

    One that is `repeatable` may be given up to `MAX_VALUES` times.
    """

    name: str
    kind: Kind
    about: str
    example: str = ""
    repeatable: bool = False
    required: bool = False


class ParameterTable:
    """The parameters of an operation, by which its arguments are read."""

    def __init__(self, *listed: Parameter) -> None:
        self.listed = listed
        self.names = tuple(parameter.name for parameter in listed)
        self._known = {parameter.name: parameter for parameter in listed}
        self._absent = {each.name: () if each.repeatable else each.kind.default for each in listed}
        self._needed = tuple(parameter for parameter in listed if parameter.required)

    def read(self, pairs: Iterable[tuple[str, str]], *, refuse_unknown: bool = True) -> Mapping[str, Any]:
        """The value of every parameter, a tuple for those that are repeatable; an empty text counts as not given.

        With `refuse_unknown` a name that is not in the table is refused. Raises ParameterError for an argument that
        cannot be used.
        """
        given = self._gather(pairs, refuse_unknown=refuse_unknown)
        for parameter in self._needed:
            if not any(given.get(parameter.name, ())):
                needed = f"`{parameter.name}` is needed: ?{parameter.name}={parameter.example}"
                raise ParameterError("bad_value", parameter.name, needed)
        values = self._absent.copy()
        for name, texts in given.items():
            if any(texts):
                values[name] = _read(self._known[name], texts)
        return values

    def _gather(self, pairs: Iterable[tuple[str, str]], *, refuse_unknown: bool) -> Mapping[str, list[str]]:
        given: dict[str, list[str]] = {}
        for name, text in pairs:
            parameter = self._known.get(name)
            if parameter is None:
                if refuse_unknown:
                    raise self._refuse_name(name)
            elif name not in given:
                given[name] = [text]
            elif parameter.repeatable:
                given[name].append(text)
            else:
                raise ParameterError("repeated_parameter", name, f"`{name}` was given more than once; give it once")
        return given

    def _refuse_name(self, name: str) -> ParameterError:
        known = f"; known {'are' if len(self.names) > 1 else 'is'} {', '.join(self.names)}" if self.names else ""
        message = f"there is no parameter `{shorten(name)}`{suggest(name, self.names) or known}"
        return ParameterError("unknown_parameter", shorten(name), message)


def _read(parameter: Parameter, texts: Iterable[str]) -> Any:  # noqa: ANN401 each kind has its own
    """`texts` are not all empty."""
    name, kind = parameter.name, parameter.kind
    if not parameter.repeatable:
        (text,) = texts
        return kind.read(name, text)
    given = tuple(dict.fromkeys(text for text in texts if text))
    if len(given) > MAX_VALUES:
        raise ParameterError("too_many_values", name, f"`{name}` has {len(given)} values; at most {MAX_VALUES}")
    return tuple([kind.read(name, text) for text in given])


def refuse_value(name: str, text: str, right: str) -> ParameterError:
    """`right` says what it takes instead."""
    return ParameterError("bad_value", name, f"`{name}` cannot be {shorten(text)!r}; it takes {right}")


def suggest(text: str, known: tuple[str, ...]) -> str:
    """`; did you mean ...?`, or nothing where no name is near."""
    near = difflib.get_close_matches(text[:_SHOWN_CHARS].lower(), known, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def list_choices(choices: tuple[str, ...]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else choices[0]


def shorten(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
