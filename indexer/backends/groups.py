"""Which articles of an index belong to a group, by its columns alone: no stored article is read to tell.

Only articles that keep an original count, so an archive of structured articles costs one look at the sizes of its
frames.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from indexer.backends.held import HeldArticle
from indexer.backends.segment_view import OpenSegment, SegmentView
from indexer.codec.columns import ValueColumn
from indexer.codec.dictionary import Dictionary
from indexer.codec.segment import MappedSegment
from indexer.learnt import folder_of, is_folder_group, name_groups

I64 = npt.NDArray[np.int64]
#: Names of groups, and the number in them of each document's, `_NO_NAME` for none.
_Codes = tuple[tuple[str, ...], npt.NDArray[np.int32]]
_NO_NAME = -1
#: By source and by folder. A segment never changes, so that is made once for as long as it is open.
_codes_of: WeakKeyDictionary[MappedSegment, tuple[_Codes, _Codes]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class GroupMember:
    """An article by where it is stored."""

    id: str
    content_hash: str
    segment: MappedSegment
    doc: int

    def read(self) -> HeldArticle:
        return HeldArticle(self.id, self.segment.origin(self.doc), self.segment.article(self.doc))


@dataclass(frozen=True, slots=True)
class GroupSample:
    """The articles of a group with the lowest ids, in the order of these."""

    name: str
    members: tuple[GroupMember, ...]

    @property
    def digest(self) -> str:
        """Another one as soon as one of them is another, or says something else."""
        said = "".join(f"{member.id}{member.content_hash}" for member in self.members)
        return blake2b(said.encode("ascii"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The lowest of each group of one segment: its number, group, document and source (-1 for none), beside each other,
    and the ids as bytes; all of shape (candidates,)."""

    segment: I64
    group: I64
    doc: I64
    source: I64
    id: npt.NDArray[np.bytes_]


def sample_groups(view: SegmentView, most: int, least: int) -> Iterator[GroupSample]:
    """Of every group of `least` articles or more the first `most` by their ids. A folder whose articles name one source
    is no group beside that source's own."""
    numbers: dict[str, int] = {}
    found = [
        candidates
        for number, segment in enumerate(view.segments)
        for candidates in _lowest_of_segment(number, segment, numbers, most)
    ]
    if not found:
        return
    names = tuple(numbers)
    segment, group, doc, source = (
        np.concatenate([getattr(each, name) for each in found]) for name in ("segment", "group", "doc", "source")
    )
    order = np.lexsort((np.concatenate([each.id for each in found]), group))
    cuts = np.flatnonzero(np.diff(group[order], prepend=-1, append=len(names)))
    for first, last in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        chosen = order[first : min(last, first + most)]
        name = names[int(group[chosen[0]])]
        sources = source[chosen]
        is_of_one_source = is_folder_group(name) and sources[0] != _NO_NAME and (sources == sources[0]).all()
        if last - first >= least and not is_of_one_source:
            places = zip(segment[chosen].tolist(), doc[chosen].tolist(), strict=True)
            yield GroupSample(name, tuple(_member(view.segments[at].mapped, number) for at, number in places))


def _lowest_of_segment(number: int, segment: OpenSegment, numbers: dict[str, int], most: int) -> Iterator[_Candidates]:
    docs = _documents_with_original(segment)
    if len(docs) == 0:
        return
    counts = np.zeros(segment.mapped.document_count, dtype=np.bool_)
    counts[docs] = True
    in_order = segment.mapped.columns.id_order.astype(np.int64)
    in_order = in_order[counts[in_order]]
    ids = segment.mapped.columns.id
    by_group = [
        (np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64), codes)
        for names, codes in _group_codes(segment.mapped)
    ]
    (source_numbers, source_codes), _ = by_group
    sources = _renumber(source_numbers, source_codes)
    for group_numbers, codes in by_group:
        groups = _renumber(group_numbers, codes)[in_order]
        order = np.argsort(groups, kind="stable")
        grouped = groups[order]
        rank = np.arange(len(grouped)) - np.searchsorted(grouped, grouped)
        chosen = order[(rank < most) & (grouped != _NO_NAME)]
        of_docs = in_order[chosen]
        as_bytes = np.ascontiguousarray(ids[of_docs]).view(f"S{ids.shape[1]}").reshape(len(of_docs))
        at = np.full(len(of_docs), number, dtype=np.int64)
        yield _Candidates(at, groups[chosen], of_docs, sources[of_docs], as_bytes)


def _renumber(numbers: I64, codes: npt.NDArray[np.int32]) -> I64:
    if len(numbers) == 0:
        return codes.astype(np.int64)
    return np.where(codes == _NO_NAME, np.int64(_NO_NAME), numbers[codes])


def members_of(view: SegmentView, names: frozenset[str]) -> Iterator[GroupMember]:
    """Every article of these groups, once."""
    for segment in view.segments:
        docs = _documents_with_original(segment)
        if len(docs) == 0:
            continue
        belongs = np.zeros(segment.mapped.document_count, dtype=np.bool_)
        for groups, codes in _group_codes(segment.mapped):
            asked = np.array([name in names for name in groups], dtype=np.bool_)
            if asked.any():
                belongs |= (codes != _NO_NAME) & asked[codes]
        for doc in docs[belongs[docs]].tolist():
            yield _member(segment.mapped, doc)


def _documents_with_original(segment: OpenSegment) -> I64:
    has_original = segment.mapped.frames.original_offsets.sizes[:] > 0
    return np.flatnonzero(has_original & segment.live) if has_original.any() else np.empty(0, np.int64)


def _member(segment: MappedSegment, doc: int) -> GroupMember:
    content_hash = segment.columns.content_hash[doc].tobytes().decode("ascii")
    return GroupMember(segment.id_of(doc), content_hash, segment, doc)


def _group_codes(segment: MappedSegment) -> tuple[_Codes, _Codes]:
    made = _codes_of.get(segment)
    if made is None:
        sources = [name_groups(source, "")[0] for source in _decode(segment.values("source").values)]
        folders = [name_groups("", folder_of(origin))[0] for origin in _decode(segment.values("origin").values)]
        made = _number(sources, segment.values("source")), _number(folders, segment.values("origin"))
        _codes_of[segment] = made
    return made


def _number(names: list[str], column: ValueColumn) -> _Codes:
    """`names` go beside the column's values; those of several values may be one."""
    numbers: dict[str, int] = {}
    of_value = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int32)
    codes = _first_codes(column.codes, column.offsets)
    if len(of_value):
        codes = np.where(codes == _NO_NAME, np.int32(_NO_NAME), of_value[codes]).astype(np.int32)
    return tuple(numbers), codes


def _first_codes(codes: npt.NDArray[np.int32], offsets: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
    starts, sizes = offsets[:-1].astype(np.int64), np.diff(offsets.astype(np.int64))
    if len(codes) == 0:
        return np.full(len(starts), _NO_NAME, dtype=np.int32)
    return np.where(sizes > 0, codes[np.minimum(starts, len(codes) - 1)], np.int32(_NO_NAME)).astype(np.int32)


def _decode(values: Dictionary) -> Iterator[str]:
    return (os.fsdecode(values.encoded(code)) for code in range(len(values)))
