"""Which segments a commit rewrites. Each policy is called by Whoosh with the writer and its segments, and returns
those that stay as they are; what it feeds to the writer becomes part of the segment being written.

Whoosh's own policy rewrites most of the index again and again (each commit merges every segment under a Fibonacci
threshold). Here a document is rewritten once a tier, so for a million articles about six times instead of dozens.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

Segments: TypeAlias = list[Any]

TIER_FACTOR = 10


def open_segment(whoosh_index: Any, memory_mb: int) -> SegmentWriter:  # noqa: ANN401 a Whoosh index
    """A segment to write, by one who holds the write lock. Postings beyond `memory_mb` are spilled to files."""
    return SegmentWriter(whoosh_index, _lk=False, limitmb=memory_mb)


def keep_segments(_writer: Any, segments: Segments) -> Segments:  # noqa: ANN401 Whoosh's writer
    """Rewrite nothing; segments that have no article left are let go."""
    return [segment for segment in segments if segment.doc_count()]


def drop_segments(_writer: Any, _segments: Segments) -> Segments:  # noqa: ANN401 Whoosh's writer
    """Let all older segments go: the new one holds the whole index."""
    return []


def purge_deleted(writer: Any, segments: Segments) -> Segments:  # noqa: ANN401 Whoosh's writer
    """Rewrite every segment that still holds words of a document that was removed or replaced."""
    return _rewrite(writer, segments, [segment for segment in segments if segment.has_deletions()])


def merge_tier(writer: Any, segments: Segments) -> Segments:  # noqa: ANN401 Whoosh's writer
    """Rewrite the fullest-grown tier as one segment."""
    return _rewrite(writer, segments, grown_tier(segments))


def grown_tier(segments: Segments) -> Segments:
    """The segments of the lowest tier that has `TIER_FACTOR` members or more; empty where none has.

    Tier n holds segments of `TIER_FACTOR ** n` articles up to the next power.
    """
    tiers: dict[int, Segments] = {}
    for segment in segments:
        if count := segment.doc_count():
            tiers.setdefault(int(math.log(count, TIER_FACTOR)), []).append(segment)
    for _, tier in sorted(tiers.items()):
        if len(tier) >= TIER_FACTOR:
            return tier
    return []


def _rewrite(writer: Any, segments: Segments, chosen: Segments) -> Segments:  # noqa: ANN401 Whoosh's writer
    for segment in chosen:
        if segment.doc_count():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            try:
                writer.add_reader(reader)
            finally:
                reader.close()
    return [segment for segment in segments if segment not in chosen and segment.doc_count()]
