"""Names of others in lines of ours: marks that turn the direction of writing end where the name ends.

An element of its own (`bdi`) keeps a name from turning its neighbours, unless the name itself holds the mark that ends
such an isolation. So where a name is printed beside others it stands in one, and the nine marks that open, turn or
close a direction are left out of it. Letters have a direction by themselves; marks that only help them (LRM, RLM) stay.
"""

from __future__ import annotations

import re
from typing import Final

_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def straighten(text: str) -> str:
    """The text without marks that open, turn or close a direction."""
    return _TURNS.sub("", text)
