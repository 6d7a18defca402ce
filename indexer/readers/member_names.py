"""Names inside archives -> names to show, and why what has such a name is not read.

A name in an archive is a name and no more: nothing is ever opened or written by it. What would lie elsewhere if
somebody unpacked the archive is refused all the same, for it was made to harm.
"""

from __future__ import annotations

import re
from typing import Final

from indexer.readers.walk import passed_over

LEAVES_THE_ROOT: Final = "name leaves the archive"
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_UNSHOWN = re.compile("[\x00-\x1f\x7f]")


def read_member_name(name: str) -> tuple[str, str]:
    """The name as it is shown, and why the member is not read; "" where it is."""
    plain = name if "/" in name else name.replace("\\", "/")
    shown = _UNSHOWN.sub("?", plain)
    parts = [part for part in plain.split("/") if part not in {"", "."}]
    if plain.startswith("/") or ".." in parts or _DRIVE.match(name):
        return shown, LEAVES_THE_ROOT
    reason = next((reason for part in parts if (reason := passed_over(part))), "")
    return _UNSHOWN.sub("?", "/".join(parts)), reason
