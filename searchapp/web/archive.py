"""The archive that a server shows: opened when it is there, and kept at its newest generation.

The index may be missing when the server starts and appear later, so the service is asked for at each request and
never kept by a view.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from indexer.errors import ArchiveError, IndexNotFoundError
from searchapp.search.service import SearchService

_log = logging.getLogger("broadsheet.archive")


class Archive:
    """Gives the service to whoever asks; a thread of its own looks for commits while it is entered.

    Use as a context manager: leaving it ends the thread and closes the engine.
    """

    def __init__(self, open_service: Callable[[], SearchService], refresh_every_s: float) -> None:
        self._open_service = open_service
        self._refresh_every_s = refresh_every_s
        self._service: SearchService | None = None
        self._why_not: ArchiveError = IndexNotFoundError("the index was not opened yet; try again in a moment")
        self._opening = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_fresh, name="broadsheet-refresh", daemon=True)

    def __enter__(self) -> Self:
        self.refresh()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        if self._service is not None:
            self._service.engine.close()

    def service(self) -> SearchService:
        """The service of the newest generation. Raises ArchiveError that says why there is none and what to run."""
        if self._service is None:
            raise self._why_not
        return self._service

    def refresh(self) -> None:
        """Open the index, or look for a newer generation of it. What stands in the way is kept and said."""
        try:
            with self._opening:
                self._refresh()
        except ArchiveError as error:
            # The generation that is open still answers; only an archive that never opened has nothing to show.
            if str(error) != str(self._why_not):
                _log.warning("%s", error)
            self._why_not = error

    def _refresh(self) -> None:
        if self._service is None:
            self._service = self._open_service()
            _log.info("opened generation %d", self._service.facts().generation)
        elif self._service.engine.refresh():
            _log.info("now at generation %d", self._service.facts().generation)

    def _keep_fresh(self) -> None:
        while not self._ended.wait(self._refresh_every_s):
            try:
                self.refresh()
            except Exception:  # noqa: BLE001 -- a thread that died would leave the page at an old generation for good
                _log.exception("could not look for a newer generation")
