"""The headline of a page whose lines have no markup: the line above body and dateline that reads like one.

A menu is never a headline; a headline is never shortened, save by the name of its site.
"""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np

from indexer.cleaning.line_features import LINE_FEATURES
from indexer.cleaning.line_words import CLASSES, FUNCTION_WORDS
from indexer.cleaning.page_lines import PageLines, count_words, fold_line

_WORD = re.compile(r"\w+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SUFFIX = re.compile(r"\s+[|•·–—-]\s+|\s*[|]\s*")
# Standing heads before a bar, or behind one: where a headline stands in the paper, not what it says.
_KICKER = (
    r"(?:opinion|analysis|editorial|comment(?:ary)?|column|perspective|letters?|review|explainer|interview|exclusive|video"
    r"|watch|live|live updates|breaking(?: news)?|meinung|kommentar|analyse|leitartikel|tribune|éditorial|édito|opinión"
    r"|análisis|opinião|análise|editoriale|opinione|opinie|commentaar|мнение|аналитика|думка|rəy|təhlil|görüş|yorum|opinia)"
)
_KICKER_BEFORE = re.compile(rf"{_KICKER}\s{{0,2}}(?:\||//|•)\s{{0,2}}(?=\S)", re.IGNORECASE)
_KICKER_BEHIND = re.compile(rf"(?<=\S)\s{{0,2}}(?:\||//|•)\s{{0,2}}{_KICKER}\Z", re.IGNORECASE)
# A trail of where one is, a ticker of other articles, each after its day.
_NO_TITLE = re.compile(
    r"(?:sie sind hier|sie befinden sich|you are here|vous êtes ici|estás aquí|usted está aquí|tu sei qui|u bent hier)\b"
    r"|\[\s?\d{1,2}\.\s?\w+\.?\s\d{4}\s?\]",
    re.IGNORECASE,
)
_LOOKED_ABOVE = 40
_LOOKED_BELOW = 2
_MAX_CHARS = 300
_MAX_WORDS = 32
_CLASS_AT = len(LINE_FEATURES) - len(CLASSES)
_FURNITURE_COLUMNS = np.array(
    [
        _CLASS_AT + CLASSES.index(name)
        for name in "share follow subscribe cookie rights account related comments advert menu".split()
    ]
)
_BYLINE_COLUMN = _CLASS_AT + CLASSES.index("byline")
_UPDATED_COLUMN = _CLASS_AT + CLASSES.index("updated")
_CAPTION_COLUMN = _CLASS_AT + CLASSES.index("caption")
_SEPARATORS_COLUMN = LINE_FEATURES.index("separators")
_LEAST_SCORE = 1.5
_TOPIC_CHARS = 20_000


def find_title(page: PageLines, bylines: frozenset[int], outlet: int | None) -> int | None:
    """The headline's line, the last of its wordings above the body; None where nothing reads like one."""
    counts = Counter(page.folded)
    body_words = _content_words(" ".join(page.texts[page.start : page.end])[:_TOPIC_CHARS])
    first, last = max(0, page.start - _LOOKED_ABOVE), min(len(page.texts), page.start + _LOOKED_BELOW)
    rivals = [at for at in range(max(0, first - 4), page.start) if _is_rival(page, at)]
    best, best_score = None, _LEAST_SCORE
    for at in range(first, last):
        if at in bylines or page.is_date_line(at) or at == outlet or not _may_be_title(page, at):
            continue
        score = _score(page, at, body_words, counts[page.folded[at]], bylines)
        # Of a headline and the deck below it the headline comes first.
        score += 0.5 * math.log1p(sum(at < rival < at + 20 for rival in rivals))
        score -= 1.0 * math.log1p(sum(at - 4 <= rival < at for rival in rivals))
        if score >= best_score:
            best, best_score = at, score
    return best


def trim_title(title: str, source: str) -> str:
    """`Opinion | Headline | Outlet` -> `Headline`, where the outlet is the source that was found."""
    bare = _KICKER_BEHIND.sub("", _KICKER_BEFORE.sub("", _trim_source(title, source)))
    return bare if any(map(str.isalpha, bare)) else title


def _trim_source(title: str, source: str) -> str:
    parts = _SUFFIX.split(title)
    if source and len(parts) > 1:
        for part, kept in ((parts[-1], parts[:-1]), (parts[0], parts[1:])):
            if fold_line(part) == fold_line(source):
                place = title.find(kept[0])
                return title[place : title.rfind(kept[-1]) + len(kept[-1])].strip()
    return title


def _may_be_title(page: PageLines, at: int) -> bool:
    text = page.texts[at]
    if len(text) > _MAX_CHARS or not any(map(str.isalpha, text)):
        return False
    words = _length(text)
    if not 2 <= words <= _MAX_WORDS or _NO_TITLE.match(text):
        return False
    return not (page.is_sentence(at) and (text[-1] == "." and words > 12))


def _length(text: str) -> float:
    return count_words(_CJK.sub(" ", text)) + len(_CJK.findall(text)) / 2


def _content_words(text: str) -> frozenset[str]:
    words = {word for word in _WORD.findall(text.lower()) if len(word) >= 4 and word not in FUNCTION_WORDS}
    # A headline says "minefields" where the text says "minefield": the first five letters are enough to agree.
    return frozenset(word[:5] for word in words) | frozenset(_CJK.findall(text))


def _score(page: PageLines, at: int, body_words: frozenset[str], repeats: int, bylines: frozenset[int]) -> float:
    """How much a line reads like the headline: a sum whose weights are rounded from a conditional logit fitted on
    half of the sites of the test data."""
    text, features = page.texts[at], page.features[at]
    words = _length(text)
    own = _content_words(text)
    shared = len(own & body_words) / len(own) if own else 0.0
    score = 1.8 * shared + 0.5 * shared * min(len(own), 5)
    score += 1.1 if 4 <= words <= 20 else -0.8 if words < 3 else -0.5 if words > 20 else 0.0
    score += 0.8 if repeats >= 2 and words >= 4 else 0.0
    distance = max(0, page.start - at)
    score -= 0.5 * math.log1p(distance) + (0.75 if distance > 15 else 0.0)
    below = range(at + 1, at + 4)
    score += 2.0 if any(page.is_date_line(nearby) for nearby in below) else 0.0
    score += 1.4 if any(nearby in bylines for nearby in below) else 0.0
    score += 0.9 if page.is_date_line(at - 1) or page.is_date_line(at - 2) else 0.0
    score -= 1.6 if text[-1] == "." else 1.1 if text[-1] in ":;," else 0.0
    score -= 0.8 if text[0].islower() else 0.0
    # The first line of the text is a headline only when it does not read like the others.
    score -= 2.6 if at >= page.start and page.is_sentence(at) else 0.8 if at >= page.start else 0.0
    score -= 0.6 * float(features[_FURNITURE_COLUMNS].max())
    score -= 1.2 * float(features[_CAPTION_COLUMN]) + 0.3 * float(features[_BYLINE_COLUMN] + features[_UPDATED_COLUMN])
    score -= 1.1 if page.is_furniture(at) else 0.0
    score -= 1.8 * float(features[_SEPARATORS_COLUMN])
    score += 0.5 if at == 0 or _length(page.texts[at - 1]) <= 3 else 0.0
    score += 0.6 if at + 1 < len(page.texts) and page.is_sentence(at + 1) else 0.0
    return score


def _is_rival(page: PageLines, at: int) -> bool:
    text = page.texts[at]
    if page.is_date_line(at) or not _length(text[:_MAX_CHARS]) >= 4:
        return False
    return _may_be_title(page, at) and not page.is_furniture(at)
