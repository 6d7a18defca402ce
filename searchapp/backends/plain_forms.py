"""The surface forms that fit a spelling, by looking at each: what searching in sorted dictionaries is held to, and what
answers where numba is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

import numpy as np

from indexer.codec.group import PostingGroup
from searchapp.backends.generation import Generation
from searchapp.search.port import Form, FormsRequest

#: Surfaces between two looks at the clock.
_SLICE: Final = 4096


def list_forms_plainly(request: FormsRequest, generation: Generation, has_time: Callable[[], bool]) -> tuple[Form, ...]:
    """The forms that fit, the most frequent first; none where there is no time to look for them."""
    totals: Counter[str] = Counter()
    for segment in generation.segments:
        group = segment.mapped.group("text" if request.scope == "title" else request.scope)
        for number in range(len(group.surfaces)):
            if number % _SLICE == 0 and not has_time():
                return ()
            surface = group.surfaces[number]
            if request.spelling.fits(surface):
                totals[surface] += _count_occurrences(number, group)
    ordered = sorted(totals.items(), key=lambda form: (-form[1], form[0]))
    return tuple(Form(*form) for form in ordered[: request.most])


def _count_occurrences(number: int, group: PostingGroup) -> int:
    forms = group.forms
    ways = np.arange(int(forms.surface_start[number]), int(forms.surface_start[number + 1]))
    places = forms.form_start[forms.surface_term[ways]] + forms.surface_form[ways]
    return int(forms.form_freq[places].sum())
