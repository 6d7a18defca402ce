"""A merge as something to be handed out: planned by the writer, done by whoever has time, taken over by the writer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.codec.failures import translated_errors
from indexer.codec.merge import MergeSource, merge_segments
from indexer.codec.segment import MappedSegment
from indexer.codec.toc import INDEX_NAME
from indexer.codec.whoosh_codec import BroadsheetSegment


@dataclass(frozen=True, slots=True)
class MergeInput:
    """A segment as it was when the merge was planned."""

    name: str
    documents: int
    deleted: tuple[int, ...]

    @property
    def listed(self) -> BroadsheetSegment:
        return BroadsheetSegment.of_name(self.name, self.documents)

    @property
    def live(self) -> npt.NDArray[np.bool_]:
        live = np.ones(self.documents, np.bool_)
        live[list(self.deleted)] = False
        return live


@dataclass(frozen=True, slots=True)
class MergeJob:
    """`inputs` become the segment `name`; at least one of their documents is not deleted."""

    folder: Path
    name: str
    inputs: tuple[MergeInput, ...]

    @property
    def listed(self) -> BroadsheetSegment:
        """The merged segment, with every document that its inputs had when the merge was planned."""
        return BroadsheetSegment.of_name(self.name, sum(each.documents - len(each.deleted) for each in self.inputs))

    def new_numbers(self) -> dict[str, npt.NDArray[np.int64]]:
        """By input the new number of each document; of use only for those that were not deleted."""
        numbers = {}
        first = 0
        for each in self.inputs:
            live = each.live
            numbers[each.name] = first + np.cumsum(live) - 1
            first += int(live.sum())
        return numbers


def plan_merge(folder: Path, segments: list[BroadsheetSegment]) -> MergeJob:
    return MergeJob(
        folder,
        BroadsheetSegment(INDEX_NAME, 0).segment_id(),
        tuple(MergeInput(each.segment_id(), each.doc_count_all(), tuple(each.deleted_docs())) for each in segments),
    )


def run_merge(job: MergeJob) -> None:
    """Write the merged segment. Raises ArchiveError; no file is left behind then.

    The inputs are read whole first: of a flipped bit a merge would make a segment whose checksums hold.
    """
    with translated_errors(job.folder, "merge segments of"):
        sources = [MergeSource(MappedSegment(job.folder / each.listed.file_name), each.live) for each in job.inputs]
        for source in sources:
            source.segment.file.check()
        merge_segments(job.folder / job.listed.file_name, sources)
