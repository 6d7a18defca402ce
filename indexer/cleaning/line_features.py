"""What a line of a news page looks like, as numbers: the eyes of `line_model`.

A line is measured alone (`_look`), then within its page (`measure_lines`). Nothing here decides anything.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.cleaning.line_words import CJK_PARTICLES, CLASSES, FUNCTION_WORDS, count_class_words

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_WORD = re.compile(r"\w+")
_INNER_STOP = re.compile(r"[.!?]['\"”’)»]? +[^\Wa-z0-9_]|[。！？]")
_ADDRESS = re.compile(r"https?://|www\.|\w@\w|(?:^|\s)[@#]\w")
_SEPARATOR = re.compile(r"[|•·›»→▶←‹«/>]")
_NUMERIC_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}[:.h]\d{2}\b|年\d")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CLOSERS = "\"'”’»)]“‘」』）* "
_STOPS = ".!?…。！？।؟।"
# A whole article on one line says what it is in its first words; looking at all of it would only cost time.
_LOOKED_AT_CHARS = 3000
_CLASS_WINDOW_WORDS = 40

LINE_FEATURES: Final = (
    "words", "one_word", "few_words", "some_words", "many_words", "sentence", "stopped", "colon", "ellipsis",
    "question",
    "function_share", "function_some", "capital_share", "capitals_only", "lower_start", "quote_start", "quote_end",
    "bullet_start", "digit_share", "commas", "inner_stops", "address", "separators", "numeric_date", "no_letters",
    "first_person", "second_person", "ours",
    *(f"class_{name}" for name in CLASSES),
)  # fmt: skip
PAGE_FEATURES: Final = (
    "repeated", "repeated_later", "topical", "topical_words", "position", "page_lines", "mass_before", "mass_after",
    "share_before", "share_after", "gap_before", "gap_after", "density_before", "density_after", "wide_before",
    "wide_after", "closed_before", "closers_since_sentence", "first_sentence", "biggest_run",
    "seen_before", "shape_repeated", "shapes_before", "shapes_after", "dates_before", "dates_after", "junk_before",
    "junk_after", "comments_before", "sentences_before",
)  # fmt: skip
# Who speaks: readers' comments say "I", promotions say "you" and "our", news says neither outside quotes.
_FIRST_PERSON = frozenset(
    ("i", "my", "me", "ich", "je", "yo", "eu", "io", "ik", "я", "мне", "mən", "ben", "jag", "jeg", "ja")
)
_SECOND_PERSON = frozenset(
    ("you", "your", "sie", "ihre", "vous", "votre", "usted", "su", "você", "tu", "вы", "вас", "вам", "siz")
)
_OURS = frozenset(
    ("our", "us", "we", "unsere", "uns", "wir", "notre", "nous", "nuestro", "nosso", "nostro", "наш", "мы", "bizi")
)
_PERSONS = _FIRST_PERSON | _SECOND_PERSON | _OURS
_OPENING_QUOTES = "\"“„«'‘「"
_CLOSING_QUOTES = "\"”“»'’」"
_CONTENT_LETTERS = 5
_NO_CLASSES = (0.0,) * len(CLASSES)
_CLASS_AT = len(LINE_FEATURES) - len(CLASSES)
_DATE_AT = LINE_FEATURES.index("numeric_date")
_MONTH_AT = LINE_FEATURES.index("class_month")
_COMMENTS_AT = LINE_FEATURES.index("class_comments")
_JUNK_CLASSES = CLASSES.index("caption")
_DIGITS = re.compile(r"\d+")
_SENTENCE_WORDS = 9
_CLOSING = tuple(_CLASS_AT + CLASSES.index(name) for name in ("related", "comments", "rights", "tags"))


class LineLook:
    """One line measured alone: its features, its weight in words and the words that say what it is about."""

    __slots__ = ("content", "features", "is_sentence", "word_count")

    def __init__(
        self, features: list[float | bool], word_count: float, is_sentence: bool, content: frozenset[str]
    ) -> None:
        self.features = features
        self.word_count = word_count
        self.is_sentence = is_sentence
        self.content = content


def look_at_line(line: str) -> LineLook:
    """Measure one non-empty line alone."""
    text = line[:_LOOKED_AT_CHARS]
    lowered = text.lower()
    words = _WORD.findall(lowered)
    is_ascii = text.isascii()
    cjk_count = 0 if is_ascii else len(_CJK.findall(text))
    word_count = len(words) + cjk_count / 2
    if len(line) > _LOOKED_AT_CHARS:
        word_count *= len(line) / len(text)
    ending = line[-4:].rstrip(_CLOSERS) or line[-1]
    last = ending[-1]
    stopped = last in _STOPS
    ellipsis = ending.endswith(("...", "…"))
    plain = [word for word in words if word not in FUNCTION_WORDS]
    functions = len(words) - len(plain)
    function_share = functions / max(1, len(words))
    if cjk_count * 2 > len(text):
        functions = sum(map(text.count, CJK_PARTICLES))
        function_share = min(1.0, 4 * functions / max(1, cjk_count))
    sentence = stopped and not ellipsis and word_count >= _SENTENCE_WORDS
    raw_words = text.split()
    capitals = len([word for word in raw_words[1:] if word[0].isupper()])
    opening = text[:200]
    digits = len(_DIGIT.findall(opening))
    first, second, ours = _count_persons(words)
    commas = text.count(",") if is_ascii else sum(map(text.count, ",，、،"))
    features = [
        math.log1p(word_count),
        word_count < 2,
        2 <= word_count < 5,
        5 <= word_count < 12,
        word_count >= 25,
        sentence,
        stopped,
        last in ":：",
        ellipsis,
        last in "?？",
        function_share,
        functions >= 3,
        capitals / max(1, len(raw_words) - 1),
        bool(words) and text.isupper(),
        text[0].islower(),
        text[0] in _OPENING_QUOTES,
        line[-1] in _CLOSING_QUOTES,
        text[0] in "•-–—*·▪►>+",
        digits / max(1, len(opening)),
        math.log1p(commas),
        math.log1p(len(_INNER_STOP.findall(text))),
        _has_address(text),
        math.log1p(len(_SEPARATOR.findall(text))),
        digits > 0 and _NUMERIC_DATE.search(text[:300]) is not None,
        _LETTER.search(text) is None,
        first,
        second,
        ours,
        *_NO_CLASSES,
    ]
    counts = count_class_words(words[:_CLASS_WINDOW_WORDS], lowered, cjk_count > 0)
    for number, count in counts.items():
        # "Follow us on Twitter" is furniture through and through, one "follow" among forty words is prose.
        features[_CLASS_AT + number] = min(1.0, 2.0 * count / max(2.0, word_count))
    content = frozenset([word for word in plain if len(word) >= _CONTENT_LETTERS])
    return LineLook(features, word_count, sentence, content)


def _has_address(text: str) -> bool:
    # The pattern is slow, and nearly no line has any of these.
    return ("@" in text or "#" in text or "://" in text or "www." in text) and _ADDRESS.search(text) is not None


def _count_persons(words: list[str]) -> tuple[float, float, float]:
    """How much of a line is I, you and we: ten per cent is all of it."""
    if _PERSONS.isdisjoint(words):
        return 0.0, 0.0, 0.0
    whole = max(10, len(words)) / 10
    first, second, ours = (
        min(1.0, len([word for word in words if word in persons]) / whole)
        for persons in (_FIRST_PERSON, _SECOND_PERSON, _OURS)
    )
    return first, second, ours


def measure_lines(lines: list[str]) -> tuple[Floats, Floats]:
    """Every non-empty line of one page in numbers.

    Returns the features, float32 of shape (lines, LINE_FEATURES + PAGE_FEATURES), and each line's weight in
    words, float32 of shape (lines,), at least 0.5.
    """
    # Menus print one line many times over: measure each wording once.
    seen: dict[str, LineLook] = {}
    looks: list[LineLook] = []
    for line in lines:
        look = seen.get(line)
        if look is None:
            look = seen[line] = look_at_line(line)
        looks.append(look)
    alone = np.array([look.features for look in looks], dtype=np.float32)
    page = np.array(_measure_page(lines, looks, alone), dtype=np.float32).T
    weights = np.array([max(0.5, look.word_count) for look in looks], dtype=np.float32)
    return np.hstack([alone, page]), weights


def _measure_page(lines: list[str], looks: list[LineLook], alone: Floats) -> list[npt.NDArray[np.float64]]:
    count = len(lines)
    counts = Counter(lines)
    repeated = np.array([min(3.0, counts[line] - 1.0) for line in lines])
    last_at = {line: at for at, line in enumerate(lines)}
    repeated_later = np.array([float(last_at[line] > at) for at, line in enumerate(lines)])
    topical, topical_words = _measure_topic(looks, lines)
    mass = np.array([look.word_count if look.is_sentence else 0.0 for look in looks])
    total = max(1.0, float(mass.sum()))
    through = np.cumsum(mass)
    before, after = through - mass, total - through
    sentences = np.array([look.is_sentence for look in looks])
    positions = np.arange(count)
    gap_before, gap_after = _gaps(sentences), _gaps(sentences[::-1])[::-1]
    closing = (alone[:, _CLOSING].max(axis=1) >= 0.5) & ~sentences
    closers = np.cumsum(closing)
    at_sentence = np.maximum.accumulate(np.where(sentences, closers, 0))
    longest = _sentence_runs(sentences, mass)
    first_at = {line: at for at, line in reversed(list(enumerate(lines)))}
    # "3 days ago", "Reply (2)": one shape many times over is a list of teasers or of comments.
    shapes = [_DIGITS.sub("0", line) if len(line) < 60 else line for line in lines]
    shape_counts = Counter(shapes)
    shaped = np.log1p(np.array([min(10, shape_counts[shape] - 1) for shape in shapes]))
    often = (shaped > np.log1p(1.5)).astype(float)
    short = ~sentences
    dated = ((alone[:, _DATE_AT] > 0) | (alone[:, _MONTH_AT] > 0.3)) * short * 1.0
    junk = (alone[:, _CLASS_AT : _CLASS_AT + _JUNK_CLASSES].max(axis=1) >= 0.5) * short * 1.0
    comments = (alone[:, _COMMENTS_AT] >= 0.3) * short * 1.0
    return [
        repeated,
        repeated_later,
        topical,
        topical_words,
        positions / count,
        np.full(count, np.log1p(count)),
        np.log1p(before),
        np.log1p(np.maximum(after, 0)),
        before / total,
        after / total,
        np.log1p(np.minimum(gap_before, 30)),
        np.log1p(np.minimum(gap_after, 30)),
        np.log1p(_window(mass, 4, after=False)),
        np.log1p(_window(mass, 4, after=True)),
        np.log1p(_window(mass, 12, after=False)),
        np.log1p(_window(mass, 12, after=True)),
        np.log1p(closers - closing) * (before / total > 0.3),
        np.log1p(closers - at_sentence) * (before > 0),
        (before == 0).astype(float),
        longest,
        np.array([float(first_at[line] < at) for at, line in enumerate(lines)]),
        shaped,
        np.log1p(_window(often, 6, after=False)),
        np.log1p(_window(often, 6, after=True)),
        np.log1p(_window(dated, 10, after=False)),
        np.log1p(_window(dated, 10, after=True)),
        np.log1p(_window(junk, 6, after=False)),
        np.log1p(_window(junk, 6, after=True)),
        np.log1p(np.cumsum(comments) - comments) * (before > 0),
        np.log1p(np.cumsum(sentences) - sentences),
    ]


def _measure_topic(looks: list[LineLook], lines: list[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Share and (log) number of a line's content words that *other* sentences of the page hold as well."""
    held: Counter[str] = Counter()
    for look in dict(zip(lines, looks, strict=True)).values():
        if look.is_sentence:
            held.update(look.content)
    shares = np.zeros(len(looks))
    numbers = np.zeros(len(looks))
    for at, look in enumerate(looks):
        if not look.content:
            continue
        own = 1 if look.is_sentence else 0
        shared = len([word for word in look.content if held.get(word, 0) > own])
        shares[at] = shared / len(look.content)
        numbers[at] = math.log1p(shared)
    return shares, numbers


def _gaps(sentences: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Lines since the last sentence before each line; 30 where there was none."""
    positions = np.arange(len(sentences))
    last = np.maximum.accumulate(np.where(sentences, positions, -1))
    previous = np.concatenate([[-1], last[:-1]])
    return np.where(previous < 0, 30, positions - previous).astype(float)


def _window(mass: npt.NDArray[np.float64], reach: int, *, after: bool) -> npt.NDArray[np.float64]:
    """Sentence words in the `reach` lines before (or after) each line, itself left out."""
    ordered = mass[::-1] if after else mass
    through = np.concatenate([np.zeros(reach + 1), np.cumsum(ordered)])
    sums: npt.NDArray[np.float64] = through[reach : reach + len(mass)] - through[: len(mass)]
    return sums[::-1] if after else sums


def _sentence_runs(sentences: npt.NDArray[np.bool_], mass: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Words of the run of sentences around each line, as a share of the page's longest; gaps of 4 lines are bridged."""
    count = len(sentences)
    runs = np.zeros(count)
    at = np.flatnonzero(sentences)
    if len(at) == 0:
        return runs
    breaks = np.flatnonzero(np.diff(at) > 5)
    starts, ends = at[np.concatenate([[0], breaks + 1])], at[np.concatenate([breaks, [len(at) - 1]])]
    through = np.concatenate([[0.0], np.cumsum(mass)])
    sums = through[ends + 1] - through[starts]
    top = sums.max()
    for start, end, words in zip(starts, ends, sums, strict=True):
        runs[start : end + 1] = words / top
    return runs
