"""Found by compiled loops is what a walk over the analyzer's tokens finds: any wanted forms, in any texts."""

from __future__ import annotations

import string
import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.atoms import join_texts
from indexer.analysis.finding import FormFinder
from indexer.analysis.folding import fold
from indexer.analysis.readings import index_terms, read_form
from indexer.analysis.stemmers import STEMMED_LANGS
from indexer.analysis.token import LANG_MARK
from indexer.analysis.tokenizer import is_sign
from indexer.analysis.wanted_forms import WantedForms, keeps_heads

ANALYZER = Analyzer()
FINDER = FormFinder()
PIECES = (
    *("mine", "mines", "fields", "Mining", "well", "being", "US", "us", "U.S.", "U.S.'s", "NATO", "AT&T", "R&D", "G7"),
    *("1,000", "3.5", "l'état", "dell'arte", "O’Brien", "résumé", "resume", "naïve", "Əliyev", "İstanbul", "ß", "Ёлка"),
    *("educación", "日", "本", "の", "กา", "é", "e\u0301lection", "elections", "elect-ing", "elect-\ning", "ﬁeld"),
    *("-", "-", "-\n", "‐", "\u00ad\n", "--", "\n", "\n\n", "\r\n", " ", " ", " ", " ", ".", "'", "’s", "\u200d"),
    *("THE LINE IN CAPITALS", "covid-19", "run-runs", "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r", "\x00", "😀", "ʰ", "ﷺ"),
    *("dying", "Lying", "die", "ties", "sky", "skies", "by", "a", "e-mail", "email", "i", "AAA"),
    *("aµ", "aж", "ab-жд", "жд", "mine-поле"),
)
mixed_texts = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)
texts = st.one_of(mixed_texts, mixed_texts, st.text(max_size=30))
langs = st.sampled_from(["en", "de", "fr", "es", "ru", "az", "und", "pt-BR", "ar", "hu"])


def walk(text: str, lang: str, wanted: WantedForms, base: int) -> list[list[int]]:
    """Form, position, start and end of every wanted form, token by token."""
    found = []
    terms = {term: number for number, term in enumerate(wanted.terms)}
    surfaces = {surface: len(terms) + number for number, surface in enumerate(wanted.surfaces)}
    for token in ANALYZER.analyse(text, lang).tokens:
        forms = [terms.get(term, -1) for term in token.terms] + [surfaces.get(each, -1) for each in token.surfaces]
        found += [
            [form, token.position, base + token.start, base + token.end] for form in sorted(set(forms)) if form >= 0
        ]
    return found


def in_order_of_tokens(hits: list[list[int]]) -> list[list[int]]:
    """Forms of one token may come in any order."""
    ordered: list[list[int]] = []
    token: list[list[int]] = []
    for hit in hits:
        if token and hit[1:] != token[0][1:]:
            ordered += sorted(token)
            token = []
        token.append(hit)
    return ordered + sorted(token)


def assert_found(finder: FormFinder, pages: list[tuple[str, str]], wanted: WantedForms) -> None:
    joined = join_texts([text for text, _ in pages])
    found = finder.find(joined, [lang for _, lang in pages], wanted)
    for number, (text, lang) in enumerate(pages):
        hits = found.hits[found.first_hit[number] : found.first_hit[number + 1]].tolist()
        assert in_order_of_tokens(hits) == walk(text, lang, wanted, int(joined.starts[number]))
        assert found.lengths[number] == ANALYZER.analyse(text, lang).length


@st.composite
def searches(draw: st.DrawFn) -> tuple[list[tuple[str, str]], WantedForms]:
    """Some texts, and forms of which most stand in them."""
    pages = draw(st.lists(st.tuples(texts, langs), min_size=1, max_size=4))
    tokens = [token for text, lang in pages for token in ANALYZER.analyse(text, lang).tokens]
    terms = sorted({term for token in tokens for term in token.terms} | {"en:mine", "^us", "日本"})
    surfaces = sorted({surface for token in tokens for surface in token.surfaces} | {"mines", "us", "日本"})
    return pages, WantedForms(
        tuple(draw(st.lists(st.sampled_from(terms), unique=True, max_size=4))),
        tuple(draw(st.lists(st.sampled_from(surfaces), unique=True, max_size=4))),
    )


@given(searches())
def test_any_forms_are_found_where_the_analyzer_has_them(search: tuple[list[tuple[str, str]], WantedForms]) -> None:
    pages, wanted = search
    assert_found(FormFinder(), pages, wanted)
    assert_found(FINDER, pages, wanted)  # which has read other texts before


@given(searches())
def test_what_was_forgotten_is_read_again(search: tuple[list[tuple[str, str]], WantedForms]) -> None:
    pages, wanted = search
    finder = FormFinder(most_table_bytes=0)
    for _ in range(2):
        assert_found(finder, pages, wanted)


def test_many_hits_and_many_sequences_have_room() -> None:
    text = "".join(map(chr, range(0x4E00, 0x5200))) + " mine" * 3000
    assert_found(FormFinder(), [(text, "zh"), (text, "en")], WantedForms(("en:mine", "mine", "一丁"), ("mine", "丂七")))


def test_nothing_wanted_is_found_nowhere() -> None:
    assert_found(FormFinder(), [("mine", "en"), ("", "en")], WantedForms((), ()))


@pytest.mark.parametrize("lang", sorted({*STEMMED_LANGS, "und"}))
@settings(max_examples=60)
@given(
    word=st.text(st.sampled_from(string.ascii_letters + "aeiouy09'.,&`"), max_size=12),
    end=st.sampled_from(["", "s", "ies", "ying", "'s", "ed", "en", "ations", "heit", "mente", "isimos"]),
)
def test_words_of_ascii_keep_their_initial(lang: str, word: str, end: str) -> None:
    """On this the finder relies when it leaves words unread."""
    for raw in (word + end, word.lower() + end):
        for span in ANALYZER._tokenizer.spans(raw):
            atom = raw[slice(*span)]
            form = read_form(atom)
            assert form.surface[0] == atom[0].lower()
            head = atom[:2].lower()
            for term in index_terms(form, lang):
                if keeps_heads(lang) and head.isalnum() and len(head) == 2:
                    assert term.rpartition(LANG_MARK)[2][:2] in {head, head.replace("y", "i"), head[0]}
                assert term.rpartition(LANG_MARK)[2][0] == atom[0].lower()


def test_no_sign_of_a_script_without_spaces_becomes_ascii() -> None:
    """On this the finder relies when it leaves bigrams out."""
    signs = [chr(code) for code in range(sys.maxunicode + 1) if is_sign(chr(code))]
    assert len(signs) > 90_000
    assert [sign for sign in signs if fold(sign)[:1].isascii() and unicodedata.category(sign) != "Cn"] == []
    assert np.all([not read_form(sign).surface[:1].isascii() for sign in signs[:2000]])
