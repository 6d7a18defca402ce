"""How a table of separated values is written, told by its first rows: what separates cells, how they are quoted.

A file is a table when its first line names columns that mean something here, whatever the file is called; when its name
says so (`.csv`, `.tsv`) and its rows are as long as each other; never because there are commas in it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from indexer.readers.fields import FieldMap, field_of_key

_SAMPLE_BYTES: Final = 65_536
_SAMPLE_ROWS: Final = 20
_MAX_NAME_CHARS: Final = 80
_SEPARATORS: Final = ",\t;|"
_NAMES: Final = (".csv", ".tsv", ".tab", ".psv")
#: How Excel names the separator: a line of its own before the columns.
_SEPARATOR_LINE: Final = "sep="
_LEAST_EVEN: Final = 0.8


@dataclass(frozen=True, slots=True)
class TableForm:
    """`escape` is "" where a quote inside quotes is written twice. `is_quoted` is false where quotes mean nothing.
    `ends_in_cr` is true for the line ends of old Macintoshes."""

    separator: str
    is_quoted: bool = True
    escape: str = ""
    ends_in_cr: bool = False

    def dialect(self) -> dict[str, Any]:
        """As `csv.reader` wants it."""
        return {
            "delimiter": self.separator,
            "quoting": csv.QUOTE_MINIMAL if self.is_quoted else csv.QUOTE_NONE,
            "escapechar": self.escape or None,
            "doublequote": not self.escape,
        }


@dataclass(frozen=True, slots=True)
class _Trial:
    form: TableForm
    columns: tuple[str, ...]
    rows: int
    even: float
    known: int
    has_text: bool


def tell_table(head: bytes, name: str, field_map: FieldMap) -> TableForm | None:
    """The form of a table that begins so, None where it is none."""
    sample = head[:_SAMPLE_BYTES]
    is_named = name.lower().endswith(_NAMES)
    if b"\x00" in sample or not (is_named or any(mark in sample[:4096] for mark in (b",", b"\t", b";", b"|"))):
        return None
    text = sample.decode("utf-8", "replace").removeprefix("\ufeff")
    ends_in_cr = "\n" not in text and "\r" in text
    lines = (text.replace("\r", "\n") if ends_in_cr else text).splitlines(keepends=True)
    if len(head) > _SAMPLE_BYTES and len(lines) > 1:
        lines.pop()  # cut off
    while lines and not lines[0].strip():
        lines.pop(0)
    if not lines:
        return None
    told = _separator_line(lines[0])
    if told:
        lines.pop(0)
    if not lines or (not told and not is_named and not _may_name_columns(lines[0], field_map)):
        return None
    separators = told or [mark for mark in _SEPARATORS if mark in lines[0]]
    trials = [trial for mark in separators for trial in _try(mark, lines, field_map)]
    fit = [trial for trial in trials if _is_table(trial, is_named=is_named or bool(told))]
    if fit:
        best = max(fit, key=lambda trial: (trial.known, trial.even, len(trial.columns)))
        return replace(best.form, ends_in_cr=ends_in_cr)
    one = lines[0].strip().strip('"')
    return TableForm(",", ends_in_cr=ends_in_cr) if is_named and field_of_key(one, field_map) else None


def _separator_line(line: str) -> list[str]:
    """What `sep=;` says, nothing for another line."""
    said = line.strip("\r\n")
    return [said[4:]] if said.lower().startswith(_SEPARATOR_LINE) and said[4:] in set(_SEPARATORS) else []


def _may_name_columns(line: str, field_map: FieldMap) -> bool:
    """Whether a line could be a row of names that say what a title or a text is: hardly any line of prose does."""
    for mark in _SEPARATORS:
        if mark in line:
            cells = [cell.strip().strip('"') for cell in line.split(mark)]
            fields = {field_of_key(cell, field_map) for cell in cells}
            if fields & {"title", "body"} and all(len(cell) <= _MAX_NAME_CHARS for cell in cells):
                return True
    return False


def _is_table(trial: _Trial, *, is_named: bool) -> bool:
    if len(trial.columns) < 2 or any(len(name) > _MAX_NAME_CHARS for name in trial.columns):
        return False
    if is_named:
        return trial.has_text or (trial.rows > 0 and trial.even >= _LEAST_EVEN)
    are_all_known = trial.known == len(trial.columns) > 2
    return trial.has_text and trial.known >= 2 and (trial.even >= _LEAST_EVEN or are_all_known)


def _try(separator: str, lines: list[str], field_map: FieldMap) -> Iterator[_Trial]:
    """The first form that fits without a complaint, or else the one that takes everything."""
    forms = [TableForm(separator)]
    if any('\\"' in line for line in lines):
        forms.append(TableForm(separator, escape="\\"))
    if separator == "\t":
        forms.append(TableForm(separator, is_quoted=False))
    for form in forms:
        trial = _lay_out(form, lines, field_map, strict=True)
        if trial is not None and trial.even >= _LEAST_EVEN:
            yield trial
            return
    trial = _lay_out(TableForm(separator), lines, field_map, strict=False)
    if trial is not None:
        yield trial


def _lay_out(form: TableForm, lines: list[str], field_map: FieldMap, *, strict: bool) -> _Trial | None:
    rows: list[list[str]] = []
    reader = csv.reader(iter(lines), **form.dialect(), strict=strict)
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error as error:
        # A cell may go on behind the sample.
        if "unexpected end" not in str(error):
            return None
    if not rows:
        return None
    columns = tuple(name.strip() for name in rows[0])
    fields = [field_of_key(name, field_map) for name in columns]
    even = sum(len(row) == len(columns) for row in rows[1:]) / (len(rows) - 1) if len(rows) > 1 else 1.0
    known = sum(field is not None for field in fields)
    return _Trial(form, columns, len(rows) - 1, even, known, bool({"title", "body"} & set(fields)))
