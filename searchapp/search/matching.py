"""One word or phrase over arrays: which articles hold it, how often, and what it adds to their scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from searchapp.search.plan import Clause, PhrasePlan, Scope, SpellingPlan, Unit, WindowPlan, WordPlan
from searchapp.search.port import SHOWN_FORMS, Expansion
from searchapp.search.postings import (
    NO_POSTINGS,
    PLACE_BITS,
    Documents,
    Flags,
    Places,
    PlaceSource,
    PostingField,
    Postings,
    PostingSource,
    TextField,
)
from searchapp.search.scoring import (
    FieldFrequencies,
    FieldParameters,
    Floats,
    Parameters,
    inverse_frequency,
    score_word,
)
from searchapp.search.windows import find_windows

#: Called between steps; raises to give up a search that took too long.
Check: TypeAlias = Callable[[], None]
#: The postings of a field by terms, and by surfaces.
_Fields: TypeAlias = tuple[PostingField, PostingField]

_NO_PLACES: Places = np.empty(0, np.int64)
_DOCUMENTS_A_CHECK = 64
_FORMS_A_CHECK = 512


@dataclass(frozen=True, slots=True)
class Found:
    """Live articles, ascending, and their scores (float64, aligned); `scores` is None where all of them are 0."""

    docs: Documents
    scores: Floats | None = None


NOTHING_FOUND = Found(NO_POSTINGS.docs)


@dataclass(frozen=True, slots=True)
class _Counts:
    """How often a clause stands in one field: live documents, ascending, and their frequencies, none of them 0."""

    docs: Documents
    frequencies: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CountedClause:
    """The live articles that hold a clause, ascending; aligned with them how often each field that is scored holds it,
    no field where the clause only narrows."""

    docs: Documents
    fields: tuple[tuple[TextField, FieldFrequencies], ...]
    idf: float


def find_clause(clause: Clause, source: PostingSource, parameters: Parameters, check: Check) -> Found:
    """The live articles that hold the clause, with what it adds to their scores."""
    counted = count_clause(clause, source, parameters, check)
    if not counted.fields or not len(counted.docs):
        return Found(counted.docs)
    fields = tuple(frequencies for _, frequencies in counted.fields)
    return Found(counted.docs, score_word(fields, counted.idf, clause.weight, parameters.k1))


def count_clause(clause: Clause, source: PostingSource, parameters: Parameters, check: Check) -> CountedClause:
    """What the score of a clause is made of."""
    if isinstance(clause, SpellingPlan):
        counts = _count_forms(clause, source, check)
    else:
        counts = [_count(clause, fields, source, check) for fields in _FIELDS[clause.scope]]
    docs = unite_documents([counted.docs for counted in counts])
    fields = tuple(
        (
            field,
            FieldFrequencies(
                parameters=field_parameters,
                frequencies=_spread(counted, docs),
                lengths=source.lengths(field)[docs].astype(np.float64),
                average_length=source.average_length(field),
            ),
        )
        for counted, (field, field_parameters) in zip(counts, _scored_fields(clause.scope, parameters), strict=False)
    )
    return CountedClause(docs, fields, inverse_frequency(source.live_count, len(docs)))


def unite_documents(sets: Sequence[Documents]) -> Documents:
    """Every document of any of the sets, ascending."""
    filled = [docs for docs in sets if len(docs)]
    if len(filled) <= 1:
        return filled[0] if filled else NO_POSTINGS.docs
    return np.unique(np.concatenate(filled))


def contains(docs: Documents | Places, wanted: Documents | Places) -> Flags:
    """For each of `wanted`, whether it is in `docs`; both ascend."""
    if not len(docs):
        return np.zeros(len(wanted), np.bool_)
    spots = np.searchsorted(docs, wanted)
    spots[spots == len(docs)] = len(docs) - 1
    flags: Flags = docs[spots] == wanted
    return flags


#: In the order of `_scored_fields`. Names have no terms beside their surfaces.
_FIELDS: Mapping[Scope, tuple[_Fields, ...]] = {
    "text": (("title", "title_surface"), ("body", "body_surface")),
    "title": (("title", "title_surface"),),
    "author": (("author", "author"),),
    "source": (("source", "source"),),
    "tag": (("tag", "tag"),),
}


def _scored_fields(scope: Scope, parameters: Parameters) -> tuple[tuple[TextField, FieldParameters], ...]:
    """The fields that make a score, in the order of `_FIELDS`; none where the scope only narrows."""
    if scope == "text":
        return ("title", parameters.title), ("body", parameters.body)
    if scope == "title":
        return (("title", FieldParameters(weight=1.0, b=parameters.title.b)),)
    return ()


def _spread(counted: _Counts, docs: Documents) -> Floats:
    """The frequencies as an array aligned with `docs`, which holds all of the counted ones."""
    frequencies = np.zeros(len(docs))
    frequencies[np.searchsorted(docs, counted.docs)] = counted.frequencies
    return frequencies


def _count(clause: WordPlan | PhrasePlan | WindowPlan, fields: _Fields, source: PostingSource, check: Check) -> _Counts:
    terms, surfaces = fields
    if isinstance(clause, WindowPlan):
        variants = [_window_places(units, clause.distance, fields, source, check) for units in clause.variants]
        return _count_places(variants, source)
    if isinstance(clause, PhrasePlan):
        variants = [_phrase_places(variant, surfaces, source, check) for variant in clause.variants]
        return _count_places(variants, source)
    field = surfaces if clause.surface else terms
    if all(len(run) == 1 for run in clause.alternatives):
        return _count_terms([run[0] for run in clause.alternatives], field, source, check)
    runs = [_phrase_places(tuple((term,) for term in run), field, source, check) for run in clause.alternatives]
    return _count_places(runs, source)


def _count_terms(terms: Sequence[str], field: PostingField, source: PostingSource, check: Check) -> _Counts:
    """Frequencies of single terms, summed; positions are looked at only where two terms share an article.

    Stems of different languages never share one. The two readings of an acronym can (`US` in a line of capitals),
    and there one place must not count twice.
    """
    filled: dict[str, Postings] = {}
    for term in terms:
        postings = source.postings(field, term, positions=False)
        check()
        if len(postings.docs):
            filled[term] = postings
    if len(filled) <= 1:
        only = next(iter(filled.values()), NO_POSTINGS)
        return _keep_live(only.docs, only.frequencies.astype(np.int64), source)
    every = np.sort(np.concatenate([postings.docs for postings in filled.values()]))
    shared = np.unique(every[1:][every[1:] == every[:-1]])
    docs, frequencies, places = [], [], []
    for term, postings in filled.items():
        is_shared = contains(shared, postings.docs)
        docs.append(postings.docs[~is_shared])
        frequencies.append(postings.frequencies[~is_shared].astype(np.int64))
        if is_shared.any():
            placed = source.postings(field, term, positions=True)
            check()
            places.append(placed.places()[np.repeat(is_shared, placed.frequencies)])
    counted = _count_places(places, source)
    all_docs = np.concatenate([*docs, counted.docs])
    order = np.argsort(all_docs, kind="stable")
    return _keep_live(all_docs[order], np.concatenate([*frequencies, counted.frequencies])[order], source)


def expand_clause(clause: SpellingPlan, source: PostingSource, check: Check) -> Expansion:
    """The forms that a clause fits; which are the most frequent goes by all articles, deleted ones included."""
    forms = _fitting_forms(clause, source, check)
    totals: list[int] = []
    for form in forms:
        postings = [source.postings(field, form, positions=False) for field in _ranking_fields(clause.scope)]
        totals.append(sum(int(each.frequencies.sum()) for each in postings))
        check()
    order = sorted(range(len(forms)), key=lambda number: -totals[number])
    return Expansion(clause.clause, len(forms), tuple(forms[number] for number in order[:SHOWN_FORMS]))


def _ranking_fields(scope: Scope) -> tuple[PostingField, ...]:
    """Where it is counted how frequent a form is: in the texts, also where titles alone are looked at."""
    return tuple(surfaces for _, surfaces in _FIELDS["text" if scope == "title" else scope])


def _fitting_forms(clause: SpellingPlan, source: PostingSource, check: Check) -> list[str]:
    """Ascending by code points."""
    forms = set()
    for field in _ranking_fields(clause.scope):
        for number, surface in enumerate(source.surfaces(field)):
            if not number % _FORMS_A_CHECK:
                check()
            if clause.spelling.fits(surface):
                forms.add(surface)
    return sorted(forms)


def _count_forms(clause: SpellingPlan, source: PostingSource, check: Check) -> list[_Counts]:
    """By field: the summed frequencies of the forms that are weighed; 1 in the last field where only others stand."""

    def counts_in(fields: Iterable[PostingField], forms: Iterable[str]) -> list[_Counts]:
        found = []
        for form in forms:
            for field in fields:
                postings = source.postings(field, form, positions=False)
                found.append(_keep_live(postings.docs, postings.frequencies.astype(np.int64), source))
            check()
        return found

    forms = _fitting_forms(clause, source, check)
    ranking = _ranking_fields(clause.scope)
    fields = [surfaces for _, surfaces in _FIELDS[clause.scope]]
    if len(forms) > clause.scored:
        totals = {form: sum(int(each.frequencies.sum()) for each in counts_in(ranking, [form])) for form in forms}
        forms.sort(key=lambda form: (-totals[form], form))
    counts = [_sum_counts(counts_in([field], forms[: clause.scored])) for field in fields]
    weighed = unite_documents([each.docs for each in counts])
    others = unite_documents([each.docs for each in counts_in(fields, forms[clause.scored :])])
    alone = others[~contains(weighed, others)]
    counts[-1] = _sum_counts([counts[-1], _Counts(alone, np.ones(len(alone), np.int64))])
    return counts


def _sum_counts(parts: Sequence[_Counts]) -> _Counts:
    docs = unite_documents([part.docs for part in parts])
    frequencies = np.zeros(len(docs), np.int64)
    for part in parts:
        frequencies[np.searchsorted(docs, part.docs)] += part.frequencies
    return _Counts(docs, frequencies)


def _keep_live(docs: Documents, frequencies: NDArray[np.int64], source: PostingSource) -> _Counts:
    if source.live_count == source.document_count:
        return _Counts(docs, frequencies)
    live = source.live[docs]
    return _Counts(docs[live], frequencies[live])


def find_places(runs: Sequence[Sequence[str]], field: PostingField, source: PlaceSource, check: Check) -> Places:
    """Places where any of the runs of adjacent terms starts, ascending."""
    return unite_places([_phrase_places(tuple((term,) for term in run), field, source, check) for run in runs])


def _phrase_places(
    slots: tuple[tuple[str, ...], ...], field: PostingField, source: PlaceSource, check: Check
) -> Places:
    """Places where adjacent slots start, ascending. A slot holds where any of its terms stands."""
    starts: list[Places] = []
    for offset, terms in enumerate(slots):
        places = [source.postings(field, term, positions=True).places() for term in dict.fromkeys(terms)]
        check()
        united = unite_places(places)
        if not len(united):
            return _NO_PLACES
        # No place is lost or made up by the subtraction: the first slot's places are not moved, and what another
        # slot's becomes when it stood too near to a text's start belongs to no word of the first slot.
        starts.append(united - offset)
    if not starts:
        return _NO_PLACES
    starts.sort(key=len)
    together = starts[0]
    for others in starts[1:]:
        together = together[contains(others, together)]
    return together


def _window_places(
    units: Sequence[Unit], distance: int, fields: _Fields, source: PostingSource, check: Check
) -> Places:
    """Places where windows begin, ascending."""
    widths = [unit.width for unit in units]
    places = [
        unite_places([_phrase_places(run, fields[unit.surface], source, check) for run in unit.runs]) for unit in units
    ]
    docs = np.unique(places[0] >> PLACE_BITS)
    for others in places[1:]:
        docs = docs[contains(np.unique(others >> PLACE_BITS), docs)]
    begins = [np.searchsorted(of_unit, docs << PLACE_BITS) for of_unit in places]
    ends = [np.searchsorted(of_unit, (docs + 1) << PLACE_BITS) for of_unit in places]
    found: list[int] = []
    for number in range(len(docs)):
        if not number % _DOCUMENTS_A_CHECK:
            check()
        starts = [
            of_unit[firsts[number] : lasts[number]].tolist()
            for of_unit, firsts, lasts in zip(places, begins, ends, strict=True)
        ]
        found += [min(window) for window in find_windows(starts, widths, distance)]
    return np.array(found, np.int64)


def unite_places(sets: Sequence[Places]) -> Places:
    """Every place of any of the sets, ascending, each once."""
    filled = [places for places in sets if len(places)]
    if len(filled) <= 1:
        return filled[0] if filled else _NO_PLACES
    return np.unique(np.concatenate(filled))


def _count_places(sets: Sequence[Places], source: PostingSource) -> _Counts:
    docs, frequencies = np.unique(unite_places(sets) >> PLACE_BITS, return_counts=True)
    return _keep_live(docs.astype(np.int32), frequencies.astype(np.int64), source)
