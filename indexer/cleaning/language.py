"""Which language a text is in, as a BCP 47 tag; `und` where nobody can tell.

The model is py3langid's, which lies in its wheel. It chooses among the languages that news is printed in; guesses that
it is not sure of, and texts of a word or two, get what their script alone says.
"""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from itertools import islice

from indexer.cleaning.language_model import LanguageModel, load_model

UNDETERMINED = "und"

_NEWS_LANGUAGES = (
    "af am ar az be bg bn bs ca cs da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko "
    "lo lt lv mk ml mn mr ms my ne nl nn no pa pl ps pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh"
)
_SAMPLE_CHARS = 1000
_LEAST_WORDS = 3
_LEAST_CONFIDENCE = 0.3
_SAME_LANGUAGE = {"nb": "no", "nn": "no"}

# Written without spaces: a word there may be a sentence.
_UNSPACED = frozenset({"ja", "zh", "th", "km", "lo", "my"})

_WORD = re.compile(r"[^\W\d_]+")
#: The same of ASCII, several times as fast.
_ASCII_WORD = re.compile(r"[A-Za-z]+")
#: ASCII with a blank for all that is no letter.
_ONLY_LETTERS = bytes(code if chr(code).isalpha() else ord(" ") for code in range(128)).ljust(256)
_NO_CAPITALS = bytes(code for code in range(128) if not chr(code).isupper())
# A script that one language of news is written in, or nearly so.
_SCRIPTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), tag)
    for pattern, tag in (
        ("[\u3040-\u30ff]", "ja"),
        ("[\uac00-\ud7a3]", "ko"),
        ("[\u4e00-\u9fff]", "zh"),
        ("[\u0e00-\u0e7f]", "th"),
        ("[\u0370-\u03ff]", "el"),
        ("[\u0590-\u05ff]", "he"),
        ("[\u0530-\u058f]", "hy"),
        ("[\u10a0-\u10ff]", "ka"),
        ("[\u0980-\u09ff]", "bn"),
        ("[\u0b80-\u0bff]", "ta"),
        ("[\u0c00-\u0c7f]", "te"),
        ("[\u1780-\u17ff]", "km"),
        ("[\u0e80-\u0eff]", "lo"),
        ("[\u1000-\u109f]", "my"),
    )
)

_ANY_SCRIPT = re.compile("|".join(pattern.pattern for pattern, _ in _SCRIPTS))

_ENGLISH_NAMES = {
    "arabic": "ar", "azerbaijani": "az", "azeri": "az", "bulgarian": "bg", "bengali": "bn", "catalan": "ca",
    "czech": "cs", "danish": "da", "german": "de", "greek": "el", "english": "en", "spanish": "es", "estonian": "et",
    "persian": "fa", "farsi": "fa", "finnish": "fi", "french": "fr", "hebrew": "he", "hindi": "hi", "croatian": "hr",
    "hungarian": "hu", "armenian": "hy", "indonesian": "id", "italian": "it", "japanese": "ja", "georgian": "ka",
    "korean": "ko", "lithuanian": "lt", "latvian": "lv", "malay": "ms", "dutch": "nl", "norwegian": "no",
    "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "slovak": "sk", "slovenian": "sl",
    "albanian": "sq", "serbian": "sr", "swedish": "sv", "swahili": "sw", "tamil": "ta", "thai": "th", "turkish": "tr",
    "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "chinese": "zh",
    "deutsch": "de", "español": "es", "français": "fr", "italiano": "it", "português": "pt", "русский": "ru",
    "türkçe": "tr", "azərbaycan": "az", "nederlands": "nl", "polski": "pl", "svenska": "sv", "українська": "uk",
}  # fmt: skip
_THREE_LETTERS = {
    "ara": "ar", "aze": "az", "bul": "bg", "ces": "cs", "cze": "cs", "dan": "da", "deu": "de", "ger": "de", "ell": "el",
    "gre": "el", "eng": "en", "spa": "es", "fas": "fa", "per": "fa", "fin": "fi", "fra": "fr", "fre": "fr", "heb": "he",
    "hin": "hi", "hrv": "hr", "hun": "hu", "hye": "hy", "ind": "id", "ita": "it", "jpn": "ja", "kat": "ka", "kor": "ko",
    "nld": "nl", "dut": "nl", "nor": "no", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "srp": "sr",
    "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi", "zho": "zh", "chi": "zh",
}  # fmt: skip
_TAG = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?((?:[-_][a-z0-9]{1,8}){0,4})", re.IGNORECASE
)


def identify_language(text: str) -> str:
    """The language of the first thousand characters, or of as many in the middle. Safe to call from several threads."""
    sample = text[:_SAMPLE_CHARS]
    by_script = _language_of_script(sample)
    if not _has_words(sample, _LEAST_WORDS) and by_script not in _UNSPACED:
        return by_script or UNDETERMINED
    language = _classify(sample)
    if language is None and len(text) > 3 * _SAMPLE_CHARS:
        # The head of a scanned newspaper page is often noise, its middle is sentences.
        language = _classify(text[len(text) // 2 :][:_SAMPLE_CHARS])
    return language or by_script or UNDETERMINED


def choose_language(told: str, title: str, body: str) -> str:
    """What an article was told to be in, else what it looks like."""
    return told if told != UNDETERMINED else identify_language(f"{title}\n{body}")


def _has_words(sample: str, count: int) -> bool:
    """Whether there are at least so many words."""
    word = _ASCII_WORD if sample.isascii() else _WORD
    return next(islice(word.finditer(sample), count - 1, None), None) is not None


def _is_in_capitals(sample: str) -> bool:
    """Whether more than half of the words are."""
    if sample.isascii():
        letters = sample.encode().translate(_ONLY_LETTERS)
        ascii_words = letters.split()
        # A word in capitals has one at least: where there are few, nobody has to look at the words.
        if len(letters.translate(None, _NO_CAPITALS)) * 2 <= len(ascii_words):
            return False
        return sum(map(bytes.isupper, ascii_words)) * 2 > len(ascii_words)
    words = _WORD.findall(sample)
    return sum(map(str.isupper, words)) * 2 > len(words)


def _classify(sample: str) -> str | None:
    """The model's guess where it is sure."""
    if _is_in_capitals(sample):
        # Wire stories of old are in capitals, which the model takes for another language.
        sample = sample.lower()
    language, confidence = _model().classify(sample)
    return _SAME_LANGUAGE.get(language, language) if confidence >= _LEAST_CONFIDENCE else None


@lru_cache(maxsize=1024)
def normalise_lang(tag: str) -> str | None:
    """`EN` -> en, `en_US` -> en-US, `English` -> en, `eng` -> en, `und` for what is no language; None for nothing."""
    tag = tag.strip()
    if not tag:
        return None
    if (named := _ENGLISH_NAMES.get(tag.casefold())) is not None:
        return named
    match = _TAG.fullmatch(tag.split(".")[0])  # en_US.UTF-8
    if match is None:
        return UNDETERMINED
    language, script, region, rest = match.groups()
    language = _THREE_LETTERS.get(language.lower(), language.lower())
    parts = [language, script and script.title(), region and region.upper(), rest.replace("_", "-").lower().strip("-")]
    return "-".join(part for part in parts if part)


def _language_of_script(text: str) -> str | None:
    """What the script alone says, where at least a third of the letters are in it."""
    if text.isascii() or not _ANY_SCRIPT.search(text):
        return None
    letters = sum(map(str.isalpha, text))
    for pattern, tag in _SCRIPTS:
        count = len(pattern.findall(text))
        if count and (count * 3 >= letters or (tag == "ja" and count * 10 >= letters)):
            return tag
    return None


_loading = threading.Lock()


def _model() -> LanguageModel:
    with _loading:
        return _load_model()


@cache
def _load_model() -> LanguageModel:
    """Loaded when first needed: a second that a run whose articles name their language never spends."""
    return load_model(_NEWS_LANGUAGES.split())
