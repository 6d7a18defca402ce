"""Round trips: what was written so is found by who types it so."""

import threading
import time

import pytest

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.stemmers import STEMMED_LANGS, stem
from indexer.analysis.stopwords import STOP_WORDS, is_stop_word
from indexer.analysis.token import MAX_TERM_CHARS
from indexer.analysis.tokenizer import NewsTokenizer

ANALYZER = Analyzer()


def finds(typed, text, lang="en", langs=None, **how):
    """Whether the typed words stand in the text one after the other, each in one of its alternatives."""
    analysed = ANALYZER.analyse(text, lang)
    quoted = how.get("quoted", False)
    at_position = {}
    for token in analysed.tokens:
        at_position.setdefault(token.position, []).append((token.surfaces if quoted else token.terms, token.width))
    ends = set(range(analysed.length))
    words = ANALYZER.read_words(typed, langs or (lang,), **how)
    for word in words:
        reached = set()
        for start in ends:
            for run in word.alternatives:
                places = {start}
                for term in run:
                    places = {
                        at + (width if len(run) == 1 else 1)
                        for at in places
                        for spelled, width in at_position.get(at, ())
                        if term in spelled
                    }
                reached |= places
        ends = reached
    return bool(words) and bool(ends)


@pytest.mark.parametrize(
    ("lang", "spellings"),
    [
        ("en", ("AT&T", "at&t", "AT&T's")),
        ("en", ("U.S.", "US", "U.S")),
        ("en", ("well-being", "Well-Being", "WELL-BEING", "well‐being")),
        ("en", ("02091-C-71", "02091-c-71")),
        ("en", ("naïve", "naive", "nai\u0308ve", "NAIVE")),
        ("en", ("Erdoğan", "Erdogan", "ERDOĞAN")),
        ("tr", ("Erdoğan", "Erdogan", "erdoğan")),
        ("az", ("Əliyev", "Eliyev", "əliyev")),
        ("en", ("to be or not to be", "To Be Or Not To Be")),
        ("en", ("Plan B", "plan b")),
        ("en", ("G7", "g7")),
        ("en", ("F-16", "f-16", "F16")),
        ("en", ("COVID-19", "covid-19", "Covid-19")),
        ("fr", ("l'état", "l’état", "L'etat")),
        ("ru", ("ёлка", "елка", "ЁЛКА")),
        ("az", ("Qarabağ", "qarabag", "QARABAĞ")),
        ("ro", ("situația", "situaţia")),
        ("en", ("1,000", "1000")),
        ("ja", ("ガス", "ｶﾞｽ")),
    ],
)
def test_spellings_of_one_word_find_each_other(lang, spellings):
    for typed in spellings:
        for written in spellings:
            assert finds(typed, f"it says {written} there", lang), (typed, written)


@pytest.mark.parametrize("written", ["US", "U.S.", "U.S.'s", "us"])
def test_country_typed_small_finds_every_spelling(written):
    assert finds("us", f"it says {written} there")


@pytest.mark.parametrize("typed", ["well-being", "wellbeing", "well being"])
def test_hyphenated_word_is_found_by_all_three_spellings(typed):
    assert finds(typed, "their well-being matters")


@pytest.mark.parametrize("written", ["well-being", "wellbeing", "well being"])
def test_typed_hyphen_finds_all_three_spellings(written):
    assert finds("well-being", f"their {written} matters")
    assert finds("well-being", f"their {written} matters", quoted=True)


@pytest.mark.parametrize("typed", ["minefields", "minefield", "mine-fields", "mine fields"])
def test_word_cut_at_the_end_of_a_line_is_found_whole(typed):
    assert finds(typed, "maps of mine-\nfields laid there")


def test_part_of_a_number_with_letters_is_found():
    assert finds("C-71", "resolution 02091-C-71 was passed")


@pytest.mark.parametrize(("typed", "text"), [("US", "tell us"), ("IT", "it is so"), ("WHO", "who said so")])
def test_acronym_never_finds_the_function_word(typed, text):
    assert not finds(typed, text)
    assert not finds(typed, text, quoted=True)


@pytest.mark.parametrize("typed", ["US", "us", "U.S."])
def test_headline_in_capitals_holds_both_readings(typed):
    assert finds(typed, "US TROOPS MOVE\nThe body goes on.")


def test_pasted_headline_finds_words_in_small_letters():
    assert finds("ARMY TO SEND US MAPS", "The army to send us maps", pasted_headline=True)
    assert not finds("SEND US", "They send us")


def test_capitals_still_find_the_name_in_small_letters():
    assert finds("NATO", "Nato said")


def test_word_is_found_behind_an_elision():
    assert finds("état", "C'est l'état", "fr")
    assert finds("italia", "nell'Italia di oggi", "it")


def test_accents_do_not_part_a_word_from_its_forms():
    assert finds("educación", "las educaciones", "es")
    assert finds("résumé", "he sent a resume", "en")
    assert finds("resume", "he sent a résumé", "en")
    assert finds("educacion", "la educación", "es")


def test_stem_of_one_language_never_matches_anothers():
    assert not finds("elections", "les élections", "fr", langs=("en",))
    assert finds("elections", "les élections", "fr", langs=("en", "fr"))


def test_single_sign_and_run_of_signs_are_found():
    for typed in ("日", "日本", "本語", "日本語"):
        assert finds(typed, "これは日本語の新聞", "ja")
        assert finds(typed, "これは日本語の新聞", "ja", quoted=True)
    assert not finds("日語", "これは日本語の新聞", "ja")


def test_quoted_signs_keep_their_positions_before_the_next_word():
    assert finds("日本 2021", "日本 2021", "ja", quoted=True)


def test_quotes_look_for_the_written_form_only():
    assert finds("elected", "was elected", quoted=True)
    assert not finds("elections", "was elected", quoted=True)


def test_german_die_is_no_stop_word_of_an_english_archive_until_the_query_is_german():
    langs = ("en", "de")
    (die, hard) = ANALYZER.read_words("die hard", langs)
    assert not die.is_stop_word
    assert not hard.is_stop_word
    assert not any(word.is_stop_word for word in ANALYZER.read_words("die", ("en", "de"), stop_langs=("en",)))
    words = ANALYZER.read_words("die Krise und der Krieg", langs)
    assert [word.is_stop_word for word in words] == [True, False, True, True, False]
    assert ANALYZER.stop_languages(["will", "die", "in", "an", "hour"], langs) == ("en",)


def test_country_typed_small_is_no_stop_word():
    assert not any(word.is_stop_word for word in ANALYZER.read_words("us economy", ("en",)))


@pytest.mark.parametrize("lang", sorted(STOP_WORDS))
def test_stop_words_are_a_short_list(lang):
    assert 80 <= len(STOP_WORDS[lang]) <= 185


def test_stop_word_is_known_in_any_spelling():
    assert is_stop_word("für", "de-AT")
    assert is_stop_word("fur", "de")
    assert is_stop_word("Don’t", "en")
    assert not is_stop_word("the", "xx")


@pytest.mark.parametrize("lang", sorted(STEMMED_LANGS))
def test_every_stemmer_takes_any_word(lang):
    for word in ("a", "s", "'", "'s", "y", "日", "żółć", "x" * 100, "والكتاب", "йод", "\ud800", "ß", "ii"):
        assert stem(word, lang)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "a" + "\u0301\u0323" * 50_000,
        "a.b." * 25_000 + "cd",
        "a-" * 50_000,
        "a" + "\u00ad" * 100_000,
        "1," * 50_000,
        "AB " * 30_000,
        "l'" * 50_000,
        "日" * 50_000,
        "x-" + " " * 100_000 + "\ny",
    ],
    ids=lambda text: repr(text[:8]),
)
def test_hostile_text_takes_time_in_proportion(text):
    """Thirty seconds are far above what any of these takes, and far below what any of them takes squared."""
    started = time.monotonic()
    analysed = ANALYZER.analyse(text, "en")
    ANALYZER.read_words(text, ("en",))
    assert time.monotonic() - started < 30
    for token in analysed.tokens:
        assert all(len(term) <= MAX_TERM_CHARS + len("en:") for term in (*token.surfaces, *token.terms))


def test_word_too_long_is_cut_the_same_on_both_sides():
    assert finds("x" * 5000, "see " + "x" * 5000)


def test_tokenizer_has_no_time_limit():
    """NLTK gives up on an expression after five seconds, also of a machine that was only suspended."""
    assert NewsTokenizer()._tokenizer._regexp._resolve(NewsTokenizer()._tokenizer._regexp._timeout) is None


def test_threads_share_one_analyzer():
    """The Arabic stemmer keeps state while it works: unguarded, two threads mix their words up."""
    text = "الانتخابات والكتاب المدرسية يكتبون فاستقلال " * 20
    expected = Analyzer().analyse(text, "ar")
    shared, wrong = Analyzer(), []

    def read():
        for _ in range(20):
            stem.cache_clear()
            shared._vocabularies.clear()
            if shared.analyse(text, "ar") != expected:
                wrong.append(1)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
