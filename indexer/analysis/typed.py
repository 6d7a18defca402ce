"""One word as a person typed it, and every way in which an index may spell it.

Capitals: US, IT and WHO mean the acronym and never find us, it and who; NATO finds Nato too, since nothing else is
spelled so. Small letters may be an acronym that was typed lazily, so `us` looks for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Final

from indexer.analysis.chains import MAX_PARTS, Atom
from indexer.analysis.readings import Form, Spelled, in_capitals, joined_form, typed_terms
from indexer.analysis.stemmers import without_possessive
from indexer.analysis.stopwords import is_stop_word
from indexer.analysis.token import ACRONYM_MARK, MAX_TERM_CHARS, TypedWord

#: Parts that can be read in two ways multiply: above this, only all the first and all the last readings are tried.
_MAX_RUNS: Final = 8
#: No stop word, since it is typed for the country; yet what the country's acronym must not find.
_ALSO_FUNCTION_WORDS: Final = frozenset({"us"})


@dataclass(frozen=True, slots=True)
class Asked:
    """How a query is to be read: the index's languages, whose stop words apply, in quotes or not."""

    langs: tuple[str, ...]
    stop_langs: tuple[str, ...]
    quoted: bool
    pasted_headline: bool


def read_group(text: str, group: tuple[Atom, ...], asked: Asked) -> TypedWord:
    """The atoms of one word, or of one run of signs, as `group_atoms` gave them."""
    start, end = group[0].start, group[-1].end
    if group[0].form.spelled is Spelled.SIGN:
        alternatives: tuple[tuple[str, ...], ...] = (_sign_run(group, asked),)
        is_stop = False
    elif len(group) == 1:
        form = group[0].form
        alternatives = tuple((reading,) for reading in _readings(form, asked.langs, asked))
        is_stop = _is_stop(form, alternatives, asked)
    else:
        alternatives = tuple(dict.fromkeys(_chain_runs(group, asked)))
        is_stop = False
    return TypedWord(text[start:end], start, end, alternatives, is_stop)


def _sign_run(group: tuple[Atom, ...], asked: Asked) -> tuple[str, ...]:
    signs = [atom.form.surface for atom in group]
    bigrams = tuple((sign + following)[:MAX_TERM_CHARS] for sign, following in pairwise(signs))
    # In quotes each sign keeps its position, or the word after 日本 would be looked for one place too early.
    return (*bigrams, signs[-1]) if asked.quoted or not bigrams else bigrams


def _chain_runs(group: tuple[Atom, ...], asked: Asked) -> Iterator[tuple[str, ...]]:
    joined = joined_form("".join(atom.form.lower for atom in group)) if len(group) <= MAX_PARTS else None
    for lang in asked.langs or ("und",):
        if joined is not None:
            yield from ((reading,) for reading in _plain_readings(joined, (lang,), asked))
        parts = [_part_readings(place, group, lang, asked) for place in range(len(group))]
        if prod(map(len, parts)) <= _MAX_RUNS:
            yield from product(*parts)
        else:
            yield tuple(readings[0] for readings in parts)
            yield tuple(readings[-1] for readings in parts)
    if joined is not None and joined.acronym:
        yield (joined.acronym_surface if asked.quoted else joined.acronym,)


def _part_readings(place: int, group: tuple[Atom, ...], lang: str, asked: Asked) -> tuple[str, ...]:
    """How a part may stand without its hyphen. In small letters it is a plain word (well being), unless only numbers
    stand beside it: covid-19 finds COVID 19. Acronyms with a hyphen are found by the joined form."""
    form = group[place].form
    others_are_numbers = all(atom.form.surface.isdecimal() for atom in group if atom.form is not form)
    if _is_acronym_as_typed(form, asked) or others_are_numbers:
        return _readings(form, (lang,), asked)
    return _plain_readings(form, (lang,), asked)


def _readings(form: Form, langs: tuple[str, ...], asked: Asked) -> tuple[str, ...]:
    """Single terms (surfaces in quotes), as it was typed first."""
    plain = _plain_readings(form, langs, asked)
    if not form.acronym:
        return plain
    acronym = form.acronym_surface if asked.quoted else form.acronym
    if not _is_acronym_as_typed(form, asked):
        return tuple(dict.fromkeys((*plain, acronym)))
    if asked.quoted and acronym == form.surface:
        return plain
    if not _is_function_word(form, asked.langs):
        return acronym, *plain  # the plain reading stands in lines of capitals as well
    return (acronym,) if asked.quoted else (acronym, in_capitals(acronym))


def _plain_readings(form: Form, langs: tuple[str, ...], asked: Asked) -> tuple[str, ...]:
    return (form.surface,) if asked.quoted else typed_terms(form, langs)


def _is_acronym_as_typed(form: Form, asked: Asked) -> bool:
    return form.spelled is Spelled.DOTTED or (form.spelled is Spelled.CAPITALS and not asked.pasted_headline)


def _is_function_word(form: Form, langs: tuple[str, ...]) -> bool:
    bare = form.acronym.removeprefix(ACRONYM_MARK)
    return bare in _ALSO_FUNCTION_WORDS or any(is_stop_word(bare, lang) for lang in ("en", *langs))


def _is_stop(form: Form, alternatives: tuple[tuple[str, ...], ...], asked: Asked) -> bool:
    if form.spelled is Spelled.ELISION:
        return True
    if _is_acronym_as_typed(form, asked) and all(run[0].startswith(ACRONYM_MARK) for run in alternatives):
        return False
    bare = without_possessive(form.surface)
    return any(is_stop_word(form.surface, lang) or is_stop_word(bare, lang) for lang in asked.stop_langs)
