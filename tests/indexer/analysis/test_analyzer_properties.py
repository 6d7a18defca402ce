"""What holds for any text whatever."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.chains import MAX_PARTS
from indexer.analysis.folding import fold, lower_word
from indexer.analysis.stemmers import STEMMED_LANGS
from indexer.analysis.token import LANG_MARK, MAX_TERM_CHARS
from indexer.analysis.tokenizer import APOSTROPHES, JOINERS, NewsTokenizer

ANALYZER = Analyzer()
TOKENIZER = NewsTokenizer()
LANGS = (*sorted(STEMMED_LANGS), "nb", "az", "tr", "und", "en-GB", "")

# Pure random code points hardly ever make a word; most of a text here is drawn from what the rules are about.
TRICKY = st.sampled_from(
    [
        *"aAbBeéÉsSuUlLdD'’.,&-‐·_ \n\r\t0123",
        *(
            "\u0301",
            "\u0306",
            "\u00ad",
            "\u200d",
            "\u200b",
            "\u2060",
            "\ud800",
            "\x00",
            "ß",
            "ẞ",
            "İ",
            "ı",
            "ə",
            "Ё",
            "й",
        ),
        *(
            "日",
            "本",
            "の",
            "ｶ",
            "ﾞ",
            "ー",
            "ไ",
            "ย",
            "ខ",
            "្",
            "ﷺ",
            "ﬁ",
            "½",
            "Ⅷ",
            "١",
            "ـ",
            "א",
            "ָ",
            "״",
            "न",
            "ि",
            "ʿ",
            "ʼ",
        ),
        *("U.S.", "l'", "well-", "NATO", "𝔸", "𐐀", "\u3164", "'s", "1,000", ":", "\u2028", "ᄀ", "ᅡ", "ΟΣ", "ͺ"),
    ]
)
TEXTS = st.one_of(st.lists(TRICKY, max_size=25).map("".join), st.text(alphabet=st.characters(), max_size=40))


def assert_searchable(word):
    bare = word.partition(LANG_MARK)[2] if LANG_MARK in word else word
    assert bare
    assert LANG_MARK not in bare
    assert len(bare.removeprefix("^")) <= MAX_TERM_CHARS
    assert word.split() == [word]
    word.encode("utf-8")


@given(TEXTS)
def test_spans_are_sorted_in_range_and_not_empty(text):
    end_before = 0
    for start, end in TOKENIZER.spans(text):
        assert end_before <= start < end <= len(text)
        end_before = end


@given(TEXTS)
def test_every_letter_and_digit_stands_in_an_atom(text):
    covered = {at for start, end in TOKENIZER.spans(text) for at in range(start, end)}
    silent = "\u115f\u1160\u3164\uffa0\uff9e\uff9f" + APOSTROPHES + JOINERS
    for at, char in enumerate(text):
        if unicodedata.category(char)[0] in "LN" and char not in silent:
            assert at in covered, (char, text)


@given(TEXTS, st.sampled_from(LANGS))
def test_tokens_lie_in_the_text_in_order_of_position(text, lang):
    analysed = ANALYZER.analyse(text, lang)
    positions = [token.position for token in analysed.tokens]
    assert positions == sorted(positions)
    assert set(positions) == set(range(analysed.length))
    for token in analysed.tokens:
        assert 0 <= token.start < token.end <= len(text)
        assert token.surfaces
        assert token.terms
        assert len(set(token.surfaces)) == len(token.surfaces)
        assert len(set(token.terms)) == len(token.terms)
        for word in (*token.surfaces, *token.terms):
            assert_searchable(word)


@given(TEXTS, st.sampled_from(LANGS))
def test_wide_token_covers_its_parts(text, lang):
    analysed = ANALYZER.analyse(text, lang)
    narrow = {token.position: token for token in analysed.tokens if token.width == 1}
    assert len(narrow) == analysed.length
    for token in analysed.tokens:
        if token.width > 1:
            assert token.width <= MAX_PARTS
            assert token.start == narrow[token.position].start
            assert token.end == narrow[token.position + token.width - 1].end


@given(TEXTS)
@example("ᄀ\u0301ᅡ")
@example("ﷺ")
@example("i\u0307\u0301")
def test_folding_a_folded_word_changes_nothing(word):
    assert fold(fold(word)) == fold(word)
    assert fold(lower_word(word)) == fold(word)


@given(TEXTS, st.sampled_from(LANGS), st.booleans())
@example(text="日\u00ad日", lang="ja", quoted=False)
def test_what_is_in_a_text_is_found_by_typing_it(text, lang, quoted):
    """Each typed word finds the place it was copied from: one of its runs stands there, at the word's own offsets."""
    analysed = ANALYZER.analyse(text, lang)
    at_position: dict[int, set[str]] = {}
    for token in analysed.tokens:
        at_position.setdefault(token.position, set()).update(token.surfaces if quoted else token.terms)
    first = {token.start: token.position for token in reversed(analysed.tokens)}
    for word in ANALYZER.read_words(text, (lang,), quoted=quoted):
        assert text[word.start : word.end] == word.text
        at = first[word.start]
        assert any(
            all(term in at_position.get(at + step, ()) for step, term in enumerate(run)) for run in word.alternatives
        ), (word, analysed)
        for run in word.alternatives:
            for term in run:
                assert_searchable(term)


@given(st.lists(TRICKY, min_size=1, max_size=4).map("".join), st.sampled_from(LANGS))
def test_small_letters_find_what_capitals_wrote(word, lang):
    """Only where each way is one simple word; capitals of ß and of ligatures are other letters."""
    if not word.isalpha() or word.upper().lower() != word.lower() or "'" in fold(word):
        return
    text = f"see {word.upper()} here"
    written = [token for token in ANALYZER.analyse(text, lang).tokens if token.width == 1]
    typed = ANALYZER.read_words(word.lower(), (lang,))
    if len(written) == 3 and len(typed) == 1 and typed[0].text == word.lower():
        assert set(written[1].terms) & {run[0] for run in typed[0].alternatives}


@given(TEXTS)
def test_reading_twice_gives_the_same(text):
    assert Analyzer().analyse(text, "en") == ANALYZER.analyse(text, "en")
