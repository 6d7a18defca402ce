"""Which segments are merged, so that their number stays small and no document is written often.

Tier n holds segments of `TIER_FACTOR ** n` live documents up to the next power. A tier that has `TIER_FACTOR` members
becomes one segment of a higher tier, so an index of N documents has at most TIER_FACTOR - 1 segments a tier, log10(N)
tiers, and a document is written again at most once a tier: six times in an archive of a million, whatever the size of
the commits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeVar

TIER_FACTOR: Final = 10


class Tiered(Protocol):
    @property
    def listed(self) -> Any: ...  # noqa: ANN401 a Whoosh segment


Segment = TypeVar("Segment", bound=Tiered)


def grown_tier(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The members of the lowest tier that is full; empty where none is."""
    tiers: dict[int, list[Segment]] = {}
    for segment in segments:
        if count := segment.listed.doc_count():
            tiers.setdefault(tier_of(count), []).append(segment)
    for _, tier in sorted(tiers.items()):
        if len(tier) >= TIER_FACTOR:
            return tuple(tier)
    return ()


def tier_of(documents: int) -> int:
    return int(math.log10(documents) + 1e-9)
