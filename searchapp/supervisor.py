"""Granian's supervisor of worker processes, but no client notices when one of them takes another's place."""

from __future__ import annotations

import math
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

from granian.net import SocketHolder, SocketSpec  # type: ignore[attr-defined]  # they are its public names
from granian.server.common import AbstractServer
from granian.server.mp import MPServer, WorkerProcess

from searchapp.leaving import FAREWELL_S, LEAVE_SIGNAL, load_leaving

#: A worker that has opened the archive listens a moment later: only then does the one go that it takes the place of.
_LISTENS_WITHIN_S: Final = 0.5
_STARTS_WITHIN_S: Final = 120.0
_LOOK_FOR_START_EVERY_S: Final = 0.02


class Supervisor(MPServer):
    """`has_started` tells of a process id whether that worker has opened the archive.

    Three things are other than granian's. A worker that takes another's place is given the time that it needs to start:
    granian gives it the same few seconds whatever it has to open, and then nobody may be there to answer. What they
    listen on is kept here, a socket for each place: on Linux granian's workers each make one of their own, and whoever
    waits in its queue is cut off when it closes. And the worker whose place is taken is told so before it is ended
    (`searchapp.leaving`). On other systems than Linux the last two are as granian has them.
    """

    def __init__(self, has_started: Callable[[int], bool], **options: Any) -> None:  # noqa: ANN401 granian's own
        super().__init__("broadsheet", respawn_interval=_LISTENS_WITHIN_S, **options)
        self._has_started = has_started
        self._places: list[tuple[SocketHolder, socket.socket]] = []

    def run(self, load: Callable[[], Any]) -> None:
        """Serve what `load` gives in each worker, until told to end."""
        # A worker that does not hear it yet, since it is still starting, would be ended by it.
        signal.signal(LEAVE_SIGNAL, signal.SIG_IGN)
        # Past granian's own advice on how many threads there should be: ours wait in a queue that counts them.
        AbstractServer.serve(self, target_loader=load, wrap_loader=False)

    def _init_shared_socket(self) -> None:
        if sys.platform != "linux":  # one socket is shared by all there
            super()._init_shared_socket()  # type: ignore[no-untyped-call]
            return
        for _ in range(self.workers):
            holder = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
            self._places.append((holder, socket.socket(fileno=holder.get_fd())))

    def _drop_shared_socket(self) -> None:
        if not self._places:
            super()._drop_shared_socket()  # type: ignore[no-untyped-call]
        for _, place in self._places:
            place.close()

    def _spawn_worker(  # type: ignore[override]  # of the two signatures above it the nearer one
        self,
        idx: int,
        target: Any,  # noqa: ANN401
        callback_loader: Any,  # noqa: ANN401
    ) -> WorkerProcess:
        if self._places:
            holder, place = self._places[idx]
            self._shd, self._sso = holder, place  # type: ignore[assignment]
            callback_loader = partial(load_leaving, callback_loader, place.fileno())
        worker = super()._spawn_worker(idx, target, callback_loader)
        if self._places:
            worker.terminate = partial(self._tell_and_end, worker, worker.terminate)  # type: ignore[method-assign]
        if idx in self.respawned_wrks:
            worker.start = partial(self._start_and_wait, idx, worker, worker.start)  # type: ignore[method-assign]
        return worker

    def _start_and_wait(self, idx: int, worker: WorkerProcess, start: Callable[[], None]) -> None:
        start()
        until = time.monotonic() + _STARTS_WITHIN_S
        while not self._has_started(worker.inner.pid) and worker.inner.is_alive():
            if self.interrupt_signal or time.monotonic() > until:
                return
            time.sleep(_LOOK_FOR_START_EVERY_S)
        if self._has_started(worker.inner.pid):
            # Granian takes a worker that ends soon after another's end for one that cannot start, and gives up. This
            # one could: whatever ends it now is no reason to leave everybody without an answer.
            self.respawned_wrks[idx] = -math.inf

    def _tell_and_end(self, worker: WorkerProcess, end: Callable[[], None]) -> None:
        if not self.interrupt_signal and worker.inner.is_alive():
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, LEAVE_SIGNAL)
            time.sleep(FAREWELL_S)
        end()
