"""The columns of the schema over a segment's arrays, as Whoosh reads columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from whoosh import columns

from indexer.codec.columns import ValueColumn
from indexer.codec.segment import MappedSegment
from indexer.schema import VALUE_SEPARATOR

_NUMBERS: Final = frozenset({"title_length", "body_length", "first_day", "last_day", "instant"})
#: Schema's name -> the segment's.
_VALUES: Final = {
    "collection": "collection",
    "lang": "lang",
    "source_value": "source",
    "author_values": "author",
    "tag_values": "tag",
    "origin": "origin",
}
COLUMN_FIELDS: Final = (*sorted(_NUMBERS), *_VALUES, "content_hash")


class ArrayColumn(columns.ColumnReader):  # type: ignore[misc]
    """Values by document number, out of anything that is indexed by it."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values
        self._is_reversed = False

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, docnum: int) -> Any:  # noqa: ANN401 a number or bytes
        return self._values[docnum]

    def __iter__(self) -> Iterator[Any]:
        return (self._values[docnum] for docnum in range(len(self._values)))

    def sort_key(self, docnum: int) -> Any:  # noqa: ANN401 a number or bytes
        value = self._values[docnum]
        return 0 - value if self._is_reversed else value

    def load(self) -> list[Any]:
        return list(self)

    def set_reverse(self) -> None:
        if not isinstance(self._values, _Numbers):
            raise NotImplementedError("a column of bytes is not sorted backwards, as in Whoosh's own")
        self._is_reversed = True


def open_column(segment: MappedSegment, field: str) -> ArrayColumn:
    """One of `COLUMN_FIELDS`."""
    if field in _NUMBERS:
        return ArrayColumn(_Numbers(getattr(segment.columns, field)))
    if field == "content_hash":
        return ArrayColumn(_Hashes(segment))
    return ArrayColumn(_Joined(segment.values(_VALUES[field])))


class _Numbers(Sequence[int]):
    def __init__(self, array: Any) -> None:  # noqa: ANN401 an array of any integers
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, docnum: Any) -> Any:  # noqa: ANN401 a Sequence's signature takes slices too
        return int(self._array[docnum])


class _Hashes(Sequence[bytes]):
    def __init__(self, segment: MappedSegment) -> None:
        self._array = segment.columns.content_hash

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, docnum: Any) -> Any:  # noqa: ANN401 as above
        return self._array[docnum].tobytes()


class _Joined(Sequence[bytes]):
    def __init__(self, column: ValueColumn) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column.offsets) - 1

    def __getitem__(self, docnum: Any) -> Any:  # noqa: ANN401 as above
        return VALUE_SEPARATOR.encode().join(self._column.of(docnum))
