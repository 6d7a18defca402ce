"""What to say where a library is missing that only some users need."""

from __future__ import annotations

from indexer.article import Place, Skipped


def skip_without(library: str, extra: str, what: str, place: Place) -> Skipped:
    """The reason is counted; the detail says how to install it."""
    return Skipped(place, f"{what} are read with {library}", f'install it with: pip install "broadsheet[{extra}]"')
