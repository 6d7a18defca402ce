"""What a worker does before its first request: loads what searching takes, and has the garbage collector leave it be.

Python's collector looks through all that is alive when it looks for what is dead. The libraries, the compiled loops and
an open index are some 170,000 things, which takes an eighth of a second, in which no request is answered; and none of
them dies before the worker does.
"""

from __future__ import annotations

import ctypes
import gc
from dataclasses import replace
from typing import Final

from searchapp.search.plan import FacetRequest
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService

#: A request makes some thousands of things that live until it is answered: looked through after each 700 of them, as
#: Python does by itself, they would be alive every time.
_YOUNG: Final = 20_000
_MIDDLE: Final = 20
_OLD: Final = 20
_NO_HURRY_MS: Final = 60_000
#: glibc's number for how many arenas there may be, and how many there are to be.
_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2
_FACETS: Final = (FacetRequest("source"), FacetRequest("year"), FacetRequest("author"), FacetRequest("lang"))


def make_ready(service: SearchService) -> None:
    """`service` is asked what its archive's newest article suggests; pass one that nobody counts the searches of."""
    service = replace(service, settings=replace(service.settings, search_deadline_ms=_NO_HURRY_MS))
    for hit in service.search(SearchRequest(sort="newest", per_page=1)).hits:
        title = hit.stored.article.title
        for q in (title, f'"{title}"', f"{title} {title[::-1]}"):
            page = service.search(SearchRequest(q=q, facets=_FACETS, histogram="year"))
            service.timeline(page)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def share_arenas() -> None:
    """To be called before there are threads. glibc gives each thread an arena of its own, up to eight a core, and what
    is free in one cannot be used by the others; Python lets one of them go on at a time anyway. Other C libraries have
    no such thing."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
