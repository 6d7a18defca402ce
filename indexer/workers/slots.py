"""Where units wait to be read by another process: memory without an address, which forked processes share.

A pipe would hold up who writes to it until the other side reads; a slot takes a unit of any size at once.
"""

from __future__ import annotations

import os
import tempfile

_KEPT_BYTES = 4 * 1024 * 1024


class Slot:
    """Holds one unit at a time. To be made before the processes are that share it."""

    def __init__(self) -> None:
        self._descriptor = _open_nameless()
        self._size = 0

    def put(self, content: bytes) -> None:
        if self._size > _KEPT_BYTES:  # a large unit gives its memory back when the next one comes
            os.ftruncate(self._descriptor, 0)
        self._size = len(content)
        view = memoryview(content)
        at = 0
        while at < len(view):
            at += os.pwrite(self._descriptor, view[at:], at)

    def get(self, size: int) -> bytes:
        """What was put there, of so many bytes."""
        parts = []
        at = 0
        while at < size:
            parts.append(os.pread(self._descriptor, size - at, at))
            at += len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        os.close(self._descriptor)


def _open_nameless() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("broadsheet-unit")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
