"""Every error that Broadsheet raises on purpose.

    BroadsheetError                 a message that says what happened, the value seen and what to do
    |-- UsageError                  the command or the settings are off (exit code 2)
    |   `-- SettingError            one setting's value cannot be used
    |-- ArticleError                one article cannot be indexed; the run goes on
    `-- ArchiveError                the index cannot serve
        |-- IndexNotFoundError      there is none at this place
        |-- IndexVersionError       written by another schema or analysis version; run: broadsheet rebuild
        |-- IndexDamagedError       a file is missing or not what it was
        |-- IndexBusyError          another process is writing
        |-- ClusterError            OpenSearch does not answer, refuses, or has lost a part of the index
        |   `-- ClusterLateError    no answer came in the time that there was
        `-- WorkerLostError         a process that was reading for the run has ended

Errors of foreign libraries are translated into these in the adapter that calls the library.
"""

from __future__ import annotations

__all__ = [
    "ArchiveError",
    "ArticleError",
    "BroadsheetError",
    "ClusterError",
    "ClusterLateError",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexNotFoundError",
    "IndexVersionError",
    "SettingError",
    "UsageError",
    "WorkerLostError",
]


class BroadsheetError(Exception):
    """Base of the tree; `str()` of it is fit to be shown to a person."""


class UsageError(BroadsheetError):
    pass


class SettingError(UsageError):
    pass


class ArticleError(BroadsheetError):
    pass


class ArchiveError(BroadsheetError):
    pass


class IndexNotFoundError(ArchiveError):
    pass


class IndexVersionError(ArchiveError):
    pass


class IndexDamagedError(ArchiveError):
    """`byte_range` is the first damaged byte of a file and the one after the last, where they are known."""

    def __init__(self, message: str, byte_range: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.byte_range = byte_range


class IndexBusyError(ArchiveError):
    """`holder` names the process that writes, "" where that is not known."""

    def __init__(self, message: str, holder: str = "") -> None:
        super().__init__(message)
        self.holder = holder


class ClusterError(ArchiveError):
    """`status` is that of the answer, None where there was none."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ClusterLateError(ClusterError):
    pass


class WorkerLostError(ArchiveError):
    pass
