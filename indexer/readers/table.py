"""Comma-separated values -> articles, a row an article; the first row names the columns.

Cutting is done where the cells are told apart, for nobody can say from the middle of a table whether a line end is
inside quotes. A quote that nobody closes costs its own line: the lines that it seemed to hold are read again.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final

from indexer.article import Place, ReadArticle, Skipped
from indexer.readers.encoding import DecodedText, decode_text
from indexer.readers.fields import FieldMap, FieldOptions, field_of_key, read_fields
from indexer.readers.jsonl import RUN_BYTES, foreign_encoding
from indexer.readers.line_runs import LineRun, cut_lines
from indexer.readers.pieces import RowsPiece
from indexer.readers.streams import DamagedError
from indexer.readers.table_form import TableForm

NOT_CLOSED: Final = "quote not closed"
_MAX_LINE_BYTES: Final = 32 * 1024 * 1024
_MAX_ROW_CHARS: Final = 16 * 1024 * 1024
#: After so many quotes that nobody closed, every line stands for itself: or each of them would cost a long look.
_MOST_UNCLOSED: Final = 8
_SHOWN_CHARS: Final = 60

Row = tuple[int, tuple[str, ...]]


def cut_table(
    pieces: Iterator[bytes], place: Place, form: TableForm, field_map: FieldMap
) -> Iterator[RowsPiece | Skipped]:
    """The first stage: rows with the lines that they begin in, as many together as make up a piece. Raises DamagedError
    after the rows before the damage."""
    csv.field_size_limit(_MAX_ROW_CHARS + 1)
    batch = _Batch(place)
    try:
        for row in _read_rows(_Lines(pieces, form), place, form):
            if isinstance(row, Skipped):
                yield from batch.give()
                yield row
            elif batch.columns is not None:
                batch.add(row)
                if batch.size_bytes >= RUN_BYTES:
                    yield from batch.give()
            else:
                batch.columns = _name_columns(row[1])
                if not any(field_of_key(name, field_map) in {"title", "body"} for name in batch.columns):
                    yield _unknown_columns(Place(place.path, row[0], place.member), batch.columns)
                    return
    except DamagedError:
        yield from batch.give()
        raise
    yield from batch.give()


class _Batch:
    """Rows that wait to be given as a piece."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._rows: list[Row] = []
        self.columns: tuple[str, ...] | None = None
        self.size_bytes = 0

    def add(self, row: Row) -> None:
        self._rows.append(row)
        self.size_bytes += sum(map(len, row[1]))

    def give(self) -> Iterator[RowsPiece]:
        if self._rows:
            place = Place(self._place.path, self._rows[0][0], self._place.member)
            yield RowsPiece(place, self.columns or (), tuple(self._rows), self.size_bytes)
            self._rows, self.size_bytes = [], 0


def read_rows(piece: RowsPiece, options: FieldOptions) -> Iterator[ReadArticle | Skipped]:
    """The second stage: one outcome for every row."""
    columns = piece.columns
    path, member = piece.place.path, piece.place.member
    for line, cells in piece.rows:
        members: dict[str, object] = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
        for number, cell in enumerate(cells[len(columns) :], start=len(columns) + 1):
            if cell:
                members[f"column {number}"] = cell
        yield read_fields(members, Place(path, line, member), options)


def _name_columns(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Each of them once: of two columns of one name the second is told by its number."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"column {number}"
        names[name if name not in names else f"{name} (column {number})"] = None
    return tuple(names)


def _unknown_columns(place: Place, columns: tuple[str, ...]) -> Skipped:
    named = ", ".join(name[:_SHOWN_CHARS] for name in columns[:12])
    return Skipped(
        place, "columns not known", f"they are {named}; say which is the text with --map body=COLUMN, and so on"
    )


# Rows


class _LineTooLongError(Exception):
    pass


class _RowTooLongError(Exception):
    pass


class _Lines:
    """The lines of a table, one after the other; those of the row in hand are remembered."""

    def __init__(self, pieces: Iterator[bytes], form: TableForm) -> None:
        plain = (piece.replace(b"\r", b"\n") for piece in pieces) if form.ends_in_cr else pieces
        self._runs = cut_lines(plain, _MAX_LINE_BYTES, RUN_BYTES)
        self._ready: deque[str] = deque()
        self._encoding: str | None = None
        self.number = 0  # of the line that was given last
        self.row: list[str] = []
        self._row_chars = 0
        self._is_over = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        while not self._ready:
            run = next(self._runs, None)
            if run is None:
                self._is_over = True
                raise StopIteration
            if run.content is None:
                self.number += 1
                raise _LineTooLongError
            self._ready.extend(self._decode(run))
        line = self._ready.popleft()
        self.number += 1
        self.row.append(line)
        self._row_chars += len(line)
        if self._row_chars > _MAX_ROW_CHARS:
            raise _RowTooLongError
        return line

    def begin_row(self) -> None:
        self.row.clear()
        self._row_chars = 0

    def are_over(self) -> bool:
        """Whether somebody has asked for a line behind the last."""
        return self._is_over

    def give_back(self) -> None:
        """All lines of the row but the first are to be read again."""
        self._is_over = False
        self.number -= len(self.row) - 1
        self._ready.extendleft(reversed(self.row[1:]))
        self.begin_row()

    def _decode(self, run: LineRun) -> list[str]:
        content = run.content or b""
        if run.number == 1:
            content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            # Not `splitlines`: a text may hold other line ends than those of the file.
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            if self._encoding is None:
                self._encoding = foreign_encoding(content + b"\n") or "cp1252"
            text = "".join(map(self._decode_line, content.splitlines(keepends=True)))
        lines = text.split("\n")
        last = lines.pop()
        return [line + "\n" for line in lines] + ([last] if last else [])

    def _decode_line(self, line: bytes) -> str:
        for encoding in ("utf-8", self._encoding or "cp1252"):
            try:
                return line.decode(encoding)
            except UnicodeDecodeError:
                continue
        decoded = decode_text(line)
        return decoded.text if isinstance(decoded, DecodedText) else line.decode("latin-1")


def _read_rows(lines: _Lines, place: Place, form: TableForm) -> Iterator[Row | Skipped]:
    dialect = form.dialect()
    unclosed = 0
    width = 0
    reader = csv.reader(lines, **dialect)
    while True:
        lines.begin_row()
        start = lines.number + 1
        try:
            cells = next(reader, None)
            # A reader that has looked for more behind the last line was inside quotes.
            problem = NOT_CLOSED if lines.row and (lines.are_over() or _holds_rows(lines.row, width, dialect)) else ""
        except _LineTooLongError:
            yield Skipped(Place(place.path, lines.number, place.member), "line too long", "no row is so long")
            cells, problem = None, NOT_CLOSED if lines.row else ""
            reader = csv.reader(lines, **dialect)
        except _RowTooLongError:
            cells, problem = None, NOT_CLOSED
        except csv.Error:
            cells = _read_bare_cr(lines.row, dialect)
            problem = "" if cells else "not CSV"
            reader = csv.reader(lines, **dialect)
        if problem:
            yield Skipped(Place(place.path, start, place.member), problem, lines.row[0][:_SHOWN_CHARS].strip())
            lines.give_back()
            reader = csv.reader(lines, **dialect)
            unclosed += 1
            if unclosed >= _MOST_UNCLOSED:
                yield from _read_single_lines(lines, place, dialect)
                return
        elif cells is None and lines.are_over():
            return
        elif cells and any(map(str.strip, cells)) and not _names_separator(start, lines.row):
            width = width or len(cells)
            yield start, tuple(cells)


def _holds_rows(row: list[str], width: int, dialect: dict[str, object]) -> bool:
    """Whether a row of several lines has swallowed others: its quotes do not add up, and one of its lines is a row."""
    if len(row) < 2 or _reads_strictly(row, dialect) is not None:
        return False
    return any(len(_reads_strictly([line], dialect) or ()) == width for line in row[1:])


def _reads_strictly(lines: list[str], dialect: dict[str, object]) -> list[str] | None:
    try:
        rows = list(csv.reader(lines, **dialect, strict=True))  # type: ignore[arg-type]
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _names_separator(start: int, row: list[str]) -> bool:
    """Excel's `sep=;` in the first line."""
    return start == 1 and len(row) == 1 and row[0].lower().startswith("sep=")


def _read_bare_cr(row: list[str], dialect: dict[str, object]) -> list[str] | None:
    """A row with carriage returns in its cells, which are blanks then; None where that was not what is wrong."""
    if "\r" not in "".join(row).replace("\r\n", "\n"):
        return None
    plain = [line.removesuffix("\r\n").removesuffix("\n").replace("\r", " ") for line in row]
    try:
        return next(csv.reader(plain, **dialect), None)  # type: ignore[arg-type]
    except csv.Error:
        return None


def _read_single_lines(lines: _Lines, place: Place, dialect: dict[str, object]) -> Iterator[Row | Skipped]:
    """Every line a row, as long as there are lines."""
    while True:
        lines.begin_row()
        try:
            line = next(lines)
        except StopIteration:
            return
        except (_LineTooLongError, _RowTooLongError):
            yield Skipped(Place(place.path, lines.number, place.member), "line too long", "no row is so long")
            continue
        at = Place(place.path, lines.number, place.member)
        try:
            cells = next(csv.reader([line], **dialect, strict=True), None)  # type: ignore[arg-type]
        except csv.Error:
            yield Skipped(at, NOT_CLOSED, line[:_SHOWN_CHARS].strip())
            continue
        if cells and any(map(str.strip, cells)):
            yield at.line, tuple(cells)
