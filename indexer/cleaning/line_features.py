"""What a line of a news page looks like, as numbers: the eyes of `line_model`.

A line is measured alone (`_look`), then within its page (`measure_lines`). Nothing here decides anything.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.cleaning.line_words import CJK_PARTICLES, CLASSES, FUNCTION_WORDS, count_class_words

Floats = npt.NDArray[np.float32]

_WORD = re.compile(r"\w+")
_INNER_STOP = re.compile(r"[.!?]['\"”’)»]? +[^\Wa-z0-9_]|[。！？]")
_ADDRESS = re.compile(r"https?://|www\.|\w@\w|(?:^|\s)[@#]\w")
_SEPARATOR = re.compile(r"[|•·›»→▶←‹«/>]")
_NUMERIC_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}[:.h]\d{2}\b|年\d")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CLOSERS = "\"'”’»)]“‘」』）*"
_STOPS = ".!?…。！？।؟।"
# A whole article on one line says what it is in its first words; looking at all of it would only cost time.
_LOOKED_AT_CHARS = 3000
_CLASS_WINDOW_WORDS = 40

LINE_FEATURES: Final = (
    "words", "one_word", "few_words", "some_words", "many_words", "sentence", "stopped", "colon", "ellipsis", "question",
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
_FIRST_PERSON = ("i", "my", "me", "ich", "je", "yo", "eu", "io", "ik", "я", "мне", "mən", "ben", "jag", "jeg", "ja")
_SECOND_PERSON = ("you", "your", "sie", "ihre", "vous", "votre", "usted", "su", "você", "tu", "вы", "вас", "вам", "siz")
_OURS = ("our", "us", "we", "unsere", "uns", "wir", "notre", "nous", "nuestro", "nosso", "nostro", "наш", "мы", "bizi")
_CLASS_AT = len(LINE_FEATURES) - len(CLASSES)
_DATE_AT = LINE_FEATURES.index("numeric_date")
_MONTH_AT = LINE_FEATURES.index("class_month")
_COMMENTS_AT = LINE_FEATURES.index("class_comments")
_JUNK_CLASSES = CLASSES.index("caption")
_DIGITS = re.compile(r"\d+")
_SENTENCE_WORDS = 9
_CLOSING = tuple(CLASSES.index(name) for name in ("related", "comments", "rights", "tags"))


class LineLook:
    """One line measured alone: its features, its weight in words and the words that say what it is about."""

    __slots__ = ("content", "features", "is_sentence", "word_count")

    def __init__(self, features: list[float], word_count: float, is_sentence: bool, content: frozenset[str]) -> None:
        self.features = features
        self.word_count = word_count
        self.is_sentence = is_sentence
        self.content = content


def look_at_line(line: str) -> LineLook:
    """Measure one non-empty line alone."""
    text = line[:_LOOKED_AT_CHARS]
    lowered = text.lower()
    words = _WORD.findall(lowered)
    cjk_count = len(_CJK.findall(text)) if not text.isascii() else 0
    word_count = len(words) + cjk_count / 2
    if len(line) > _LOOKED_AT_CHARS:
        word_count *= len(line) / len(text)
    ending = line[-4:].rstrip(_CLOSERS + " ") or line[-1:]
    last = ending[-1:]
    stopped = last in _STOPS and last != ""
    ellipsis = ending.endswith(("...", "…"))
    if cjk_count * 2 > len(text):
        functions = sum(map(text.count, CJK_PARTICLES))
        function_share = min(1.0, 4 * functions / max(1, cjk_count))
    else:
        functions = sum(1 for word in words if word in FUNCTION_WORDS)
        function_share = functions / max(1, len(words))
    # str.istitle would call "It's" two words: split on spaces for capitals.
    raw_words = text.split()
    capitals = sum(1 for word in raw_words[1:] if word[0].isupper())
    letters = sum(map(str.isalpha, text)) if len(text) < 200 else len(text)
    digits = sum(map(str.isdigit, text[:200]))
    sentence = stopped and not ellipsis and word_count >= _SENTENCE_WORDS
    long = len(words)
    class_counts = count_class_words(words[:_CLASS_WINDOW_WORDS], lowered, cjk_count > 0)
    features = [
        float(np.log1p(word_count)),
        float(word_count < 2),
        float(2 <= word_count < 5),
        float(5 <= word_count < 12),
        float(word_count >= 25),
        float(sentence),
        float(stopped),
        float(last in ":："),
        float(ellipsis),
        float(last in "?？"),
        function_share,
        float(functions >= 3),
        capitals / max(1, len(raw_words) - 1),
        float(long > 0 and text.isupper()),
        float(text[0].islower()),
        float(text[0] in "\"“„«'‘「"),
        float(line[-1] in "\"”“»'’」"),
        float(text[0] in "•-–—*·▪►>+"),
        min(1.0, digits / max(1, min(len(text), 200))),
        float(np.log1p(text.count(",") + text.count("，") + text.count("、") + text.count("،"))),
        float(np.log1p(len(_INNER_STOP.findall(text)))),
        float(_ADDRESS.search(text) is not None),
        float(np.log1p(len(_SEPARATOR.findall(text)))),
        float(_NUMERIC_DATE.search(text[:300]) is not None),
        float(letters == 0),
        min(1.0, 10 * sum(map(words.count, _FIRST_PERSON)) / max(10, long)),
        min(1.0, 10 * sum(map(words.count, _SECOND_PERSON)) / max(10, long)),
        min(1.0, 10 * sum(map(words.count, _OURS)) / max(10, long)),
        *([0.0] * len(CLASSES)),
    ]
    for number, count in class_counts.items():
        # "Follow us on Twitter" is furniture through and through, one "follow" among forty words is prose.
        features[_CLASS_AT + number] = min(1.0, 2.0 * count / max(2.0, word_count))
    content = frozenset(word for word in words if len(word) >= 5 and word not in FUNCTION_WORDS)
    return LineLook(features, word_count, sentence, content)


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
    page = np.array(_measure_page(lines, looks), dtype=np.float32).T
    weights = np.array([max(0.5, look.word_count) for look in looks], dtype=np.float32)
    return np.hstack([alone, page]), weights


def _measure_page(lines: list[str], looks: list[LineLook]) -> list[npt.NDArray[np.float64]]:
    count = len(lines)
    counts = Counter(lines)
    repeated = np.array([min(3.0, counts[line] - 1.0) for line in lines])
    last_at = {line: at for at, line in enumerate(lines)}
    repeated_later = np.array([float(last_at[line] > at) for at, line in enumerate(lines)])
    topical, topical_words = _measure_topic(looks, counts, lines)
    mass = np.array([look.word_count if look.is_sentence else 0.0 for look in looks])
    total = max(1.0, float(mass.sum()))
    through = np.cumsum(mass)
    before, after = through - mass, total - through
    sentences = np.array([look.is_sentence for look in looks])
    positions = np.arange(count)
    gap_before, gap_after = _gaps(sentences), _gaps(sentences[::-1])[::-1]
    closing = np.array([any(look.features[_CLASS_AT + at] >= 0.5 for at in _CLOSING) for look in looks]) & ~sentences
    closers = np.cumsum(closing)
    at_sentence = np.maximum.accumulate(np.where(sentences, closers, 0))
    longest = _sentence_runs(sentences, mass)
    first_at = {line: at for at, line in reversed(list(enumerate(lines)))}
    # "3 days ago", "Reply (2)": one shape many times over is a list of teasers or of comments.
    shapes = [_DIGITS.sub("0", line) if len(line) < 60 else line for line in lines]
    shape_counts = Counter(shapes)
    shaped = np.array([np.log1p(min(10, shape_counts[shape] - 1)) for shape in shapes])
    often = (shaped > np.log1p(1.5)).astype(float)
    short = ~sentences
    dated = np.array([look.features[_DATE_AT] > 0 or look.features[_MONTH_AT] > 0.3 for look in looks]) * short * 1.0
    junk = np.array([max(look.features[_CLASS_AT : _CLASS_AT + _JUNK_CLASSES]) >= 0.5 for look in looks]) * short * 1.0
    comments = np.array([look.features[_COMMENTS_AT] >= 0.3 for look in looks]) * short * 1.0
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


def _measure_topic(
    looks: list[LineLook], counts: Counter[str], lines: list[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Share and (log) number of a line's content words that *other* sentences of the page hold as well."""
    held: Counter[str] = Counter()
    for look in {line: look for line, look in zip(lines, looks, strict=True)}.values():
        if look.is_sentence:
            held.update(look.content)
    shares = np.zeros(len(looks))
    numbers = np.zeros(len(looks))
    for at, look in enumerate(looks):
        if not look.content:
            continue
        own = 1 if look.is_sentence else 0
        shared = sum(1 for word in look.content if held[word] > own)
        shares[at] = shared / len(look.content)
        numbers[at] = np.log1p(shared)
    del counts
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
    sums = through[reach : reach + len(mass)] - through[: len(mass)]
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
