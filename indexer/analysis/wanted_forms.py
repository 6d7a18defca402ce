"""What is looked for in texts: terms, surfaces, every surface that fits a rule; and how compiled loops know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.analysis.interning import make_larger
from indexer.analysis.kernels.finding import NO_SLOT, UNASKED
from indexer.analysis.pairing import Lexicon
from indexer.analysis.stemmers import STEMMED_LANGS, primary_lang
from indexer.analysis.token import ACRONYM_MARK, LANG_MARK
from indexer.codec.kernels.packing import I32, I64

Flags: TypeAlias = "npt.NDArray[np.bool_]"

#: In a head it stands for any character; no word has it.
ANY: Final = "?"

_SECONDS: Final = {"i": "iIyY"}
_ALL: Final = b"\1" * 128


class Rule(Protocol):
    """Says which surfaces fit. Equal ones say the same."""

    def fits(self, surface: str) -> bool: ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Fitting:
    """Every surface that fits a rule. Each begins with one of `heads` (an acronym behind its mark): two characters,
    one where the second may be any, none where both may; where the first may, ANY stands for it."""

    rule: Rule
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WantedForms:
    """What is looked for: form n is terms[n], those after them are surfaces, then what fits rules. No term and no
    surface stands there twice."""

    terms: tuple[str, ...]
    surfaces: tuple[str, ...]
    fitting: tuple[Fitting, ...] = ()
    #: What they begin with in a text, as `Fitting` has it.
    heads: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        forms = (*self.terms, *self.surfaces)
        heads = [form.rpartition(LANG_MARK)[2].lstrip(ACRONYM_MARK)[:2] for form in forms]
        object.__setattr__(self, "heads", frozenset([*heads, *(head for each in self.fitting for head in each.heads)]))

    def __len__(self) -> int:
        return len(self.terms) + len(self.surfaces) + len(self.fitting)


def ascii_heads(wanted: WantedForms) -> tuple[Flags, Flags]:
    """With which ASCII character a wanted form may begin in a text (128,), and with which two (128, 128).

    Stemming and folding leave the first letter of a word of ASCII characters alone, so no other such word needs to be
    read; and the second one in the languages of `keeps_heads`, but for English `dying`, `lying` and `tying`. A
    form of one letter may have lost the second one: it stands for any.
    """
    initials, heads = bytearray(128), bytearray(128 * 128)
    for head in wanted.heads:
        first, second = head[:1] or ANY, head[1:] or ANY
        if not first.isascii():
            continue
        seconds = "" if second == ANY or not second.isascii() else _SECONDS.get(second, second + second.upper())
        if first == ANY:
            initials[:] = _ALL
            for each in seconds:
                heads[ord(each) :: 128] = _ALL
            if not seconds:
                heads[:] = 128 * _ALL
            continue
        for code in (ord(first), ord(first.upper())):
            initials[code] = 1
            for each in seconds:
                heads[128 * code + ord(each)] = 1
            if not seconds:
                heads[128 * code : 128 * (code + 1)] = _ALL
    return np.frombuffer(initials, np.bool_), np.frombuffer(heads, np.bool_).reshape(128, 128)


@lru_cache(maxsize=1024)
def keeps_heads(lang: str) -> bool:
    """Whether words of ASCII characters keep their first two letters in this language (BCP 47 tag)."""
    primary = primary_lang(lang)
    return primary == "en" or primary not in STEMMED_LANGS


class FittedSlots:
    """Slots of surfaces where rules are looked for: which forms a surface stands for is asked when it is met."""

    def __init__(self, wanted: WantedForms, lexicon: Lexicon) -> None:
        self.wanted = wanted
        self._lexicon = lexicon
        exact = len(wanted.terms) + len(wanted.surfaces)
        #: A slot for each term and surface, and then one for each set of forms that a surface stands for.
        self.slot_start: I64 = np.arange(exact + 1)
        self.slot_forms: I64 = np.arange(exact)
        self.surface_slots: I32 = np.full(0, UNASKED, np.int32)
        self._slots: dict[tuple[int, ...], int] = {}
        self._exact = {surface: form for form, surface in enumerate(wanted.surfaces, start=len(wanted.terms))}
        self._rules = tuple((form, each.rule.fits) for form, each in enumerate(wanted.fitting, start=exact))

    def make_room(self) -> None:
        """Have a slot for every surface."""
        self.surface_slots = make_larger(self.surface_slots, (len(self._lexicon.surfaces),), fill=UNASKED)

    def answer(self, unasked: I32) -> None:
        """Ask the rules about these surfaces."""
        exact, rules = self._exact, self._rules
        slots = []
        for surface in self._lexicon.surfaces.texts(unasked):
            forms = [form for form, fits in rules if fits(surface)]
            if surface in exact:
                forms.append(exact[surface])
            slots.append(self._slot(tuple(forms)) if forms else NO_SLOT)
        self.surface_slots[unasked] = slots

    def memory_bytes(self) -> int:
        return self.surface_slots.nbytes

    def _slot(self, forms: tuple[int, ...]) -> int:
        slot = self._slots.get(forms)
        if slot is None:
            slot = self._slots[forms] = len(self.slot_start) - 1
            self.slot_forms = np.append(self.slot_forms, forms)
            self.slot_start = np.append(self.slot_start, len(self.slot_forms))
        return slot
