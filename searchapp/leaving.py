"""How a worker leaves without cutting anybody off: first it hears no new clients, and only a moment later it ends.

A server that is told to end closes every connection that nothing was read from yet, and with it whoever had just
connected. One that was told before to take no more of them has none. Whoever keeps a connection for the next request
learns from the last answer that it is to be opened anew.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from searchapp.web.safety import with_headers

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LEAVE_SIGNAL: Final = signal.SIGUSR1
#: In so much time a client that has connected has sent its request, and one that asks again and again has been told.
FAREWELL_S: Final = 0.5


class Leaving:
    """A worker's application around `answer`; the worker listens on the descriptor `place`, as others may too."""

    def __init__(self, answer: WSGIApplication, place: int) -> None:
        self._answer = answer
        self._place = place
        self._nobody: socket.socket | None = None
        signal.signal(LEAVE_SIGNAL, lambda *_: self._leave())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(environ, start_response)

    def _leave(self) -> None:
        """Whoever connects from now on is for the others that listen at this place. To close the descriptor would not
        do: the server would take that for an error. So it is given another that nobody ever connects to."""
        if self._nobody is None:
            self._nobody = socket.socket(socket.AF_UNIX)
            self._nobody.setblocking(False)
            self._nobody.bind("")
            self._nobody.listen()
            os.dup2(self._nobody.fileno(), self._place)
            self._answer = with_headers(self._answer, (("Connection", "close"),))


def load_leaving(load: Callable[[], WSGIApplication], place: int) -> Leaving:
    """In the worker: what `load` gives, as an application that leaves that way."""
    return Leaving(load(), place)
