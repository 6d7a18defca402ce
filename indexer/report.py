"""What a run did, in counts: the last thing that `index` says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

#: Why an article that is deleted on purpose is left out; alone among the reasons it is nobody's fault.
DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Report:
    """`read` counts the articles that readers gave: each of them is added, updated, unchanged, a conflict, or skipped
    (deleted, or not fit for an index). `skipped` is (reason, count), and counts also what no reader could make an
    article of; `notes` what was read but not wholly understood. `stopped_by` is the number of the signal that ended
    the run early, 0 when it ran to its end; `refused` says why nothing was pruned though it was asked for. `recleaned`
    counts the articles of the index that were cleaned otherwise after it was learnt what furniture their source has.
    """

    read: int
    added: int
    updated: int
    unchanged: int
    conflict: int
    removed: int
    skipped: tuple[tuple[str, int], ...]
    generation: int
    took_s: float
    stopped_by: int = 0
    refused: str = ""
    notes: tuple[tuple[str, int], ...] = ()
    recleaned: int = 0

    def with_settling(self, recleaned: int, generation: int, took_s: float) -> Report:
        """The report when what came after the run is told as well; `took_s` is how long that took."""
        return replace(self, recleaned=recleaned, generation=generation, took_s=self.took_s + took_s)

    @property
    def is_something_skipped(self) -> bool:
        """What `--strict` asks: whether any input was left out other than on purpose."""
        return any(reason != DELETED for reason, _ in self.skipped)

    def to_json(self) -> dict[str, object]:
        """The last line of `index --json`."""
        return {
            "read": self.read,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "conflict": self.conflict,
            "removed": self.removed,
            "recleaned": self.recleaned,
            "skipped": dict(self.skipped),
            "notes": dict(self.notes),
            "generation": self.generation,
            "took_s": round(self.took_s, 3),
        }

    def to_text(self) -> str:
        """The same for a person, one count a line; reasons of skips below."""
        skipped = sum(count for _, count in self.skipped)
        lines = [
            f"{name:<10}{count:>10,}"
            for name, count in (
                ("read", self.read),
                ("added", self.added),
                ("updated", self.updated),
                ("unchanged", self.unchanged),
                ("conflict", self.conflict),
                ("skipped", skipped),
            )
        ]
        lines += [f"  {reason}: {count:,}" for reason, count in self.skipped]
        if self.notes:
            lines.append("noted")
            lines += [f"  {note}: {count:,}" for note, count in self.notes]
        if self.removed:
            lines.append(f"{'removed':<10}{self.removed:>10,}")
        if self.recleaned:
            lines.append(f"{'recleaned':<10}{self.recleaned:>10,}")
        lines.append(f"index generation {self.generation}, took {self.took_s:.1f} s")
        return "\n".join(lines)


@dataclass(slots=True)
class Counts:
    """The counts of a run while it goes on."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    conflict: int = 0
    removed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def report(self, generation: int, took_s: float, stopped_by: int, refused: str) -> Report:
        return Report(
            self.read,
            self.added,
            self.updated,
            self.unchanged,
            self.conflict,
            self.removed,
            tuple(self.skipped.most_common()),
            generation,
            took_s,
            stopped_by,
            refused,
            tuple(self.notes.most_common()),
        )
