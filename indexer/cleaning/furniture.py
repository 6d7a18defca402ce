"""Why a line of a page is not its article: one short word or two, from what the line says and where it stands.

The phrases are stable: they are shown, counted and tested.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import numpy as np

from indexer.cleaning.line_features import LINE_FEATURES, Flags, Floats
from indexer.cleaning.line_words import CLASSES, FUNCTION_WORDS, count_class_words

Region = Literal["before", "inside", "after"]

SCRAPING_DATE: Final = "date of scraping"
UNSURE_DATE: Final = "only date of the page, perhaps the date of scraping"
REPEATED_TITLE: Final = "repeated title"
REPEATED_LINE: Final = "repeated line"
DATE_LINE: Final = "date line"
BYLINE: Final = "byline"
SITE_NAME: Final = "site name"
LEARNT_LINE: Final = "line of many articles of this source"

# In the order of trust: a line that has a copyright sign is that, whatever else it mentions.
_REASONS: Final = (
    ("rights", "copyright notice"),
    ("cookie", "privacy notice"),
    ("subscribe", "promotion"),
    ("follow", "promotion"),
    ("share", "share line"),
    ("related", "related articles"),
    ("comments", "comments"),
    ("advert", "advertisement"),
    ("account", "account"),
    ("tags", "tags"),
    ("caption", "caption"),
    ("menu", "navigation"),
)
_CLASS_AT: Final = len(LINE_FEATURES) - len(CLASSES)
_COLUMNS: Final = np.array([_CLASS_AT + CLASSES.index(name) for name, _ in _REASONS])
_STRONG_COLUMNS: Final = tuple(
    _CLASS_AT + CLASSES.index(name) for name, _ in _REASONS if name not in {"caption", "menu", "tags"}
)
_MENU_COLUMN: Final = _CLASS_AT + CLASSES.index("menu")
_SENTENCE: Final = LINE_FEATURES.index("sentence")
_NO_LETTERS: Final = LINE_FEATURES.index("no_letters")
_SEPARATORS: Final = LINE_FEATURES.index("separators")
_TAGS: Final = CLASSES.index("tags")
_CLOSING_COLUMNS: Final = tuple(_CLASS_AT + CLASSES.index(name) for name in ("comments", "related"))
_NOTICE_STARTS: Final = ("©", "(c) ", "copyright ")
_NOTICE_PARTS: Final = (
    "appears in print", "appeared in print", "reproduction without", "all rights reserved", "alle rechte vorbehalten",
    "tous droits réservés", "todos los derechos", "все права защищены", "tüm hakları saklıdır", "bütün hüquqlar",
)  # fmt: skip
_NOTICE_CHARS = 300
_ASKING: Final = frozenset(CLASSES.index(name) for name in ("subscribe", "follow"))
_WORD: Final = re.compile(r"\w+")
_OPENING_CHARS = 60
_OPENING_WORDS = 2
_SELLING_COLUMNS: Final = np.array([_CLASS_AT + CLASSES.index(name) for name in ("subscribe", "follow", "share")])
_SECOND_PERSON: Final = LINE_FEATURES.index("second_person")
_OURS: Final = LINE_FEATURES.index("ours")
_SELLING_SHARE = 0.2
_SELLING_AND_ADDRESS = 0.5
_QUOTE: Final = re.compile('["“”„«»]')
_SURE_SHARE = 0.5
_CLOSING_SHARE = 0.25
_REGION_REASONS: Final[dict[Region, str]] = {
    "before": "before the article",
    "inside": "not prose",
    "after": "after the article",
}


def name_furniture(features: Floats, at: int, region: Region) -> str:
    """Why line `at` was left out; `features` are those of `measure_lines`."""
    line = features[at]
    if line[_NO_LETTERS]:
        return "separator"
    shares = line[_COLUMNS]
    best = int(shares.argmax())
    if shares[best] >= (_CLOSING_SHARE if region == "after" else _SURE_SHARE):
        return _REASONS[best][1]
    if region == "before" and not line[_SENTENCE]:
        return "navigation"
    return _REGION_REASONS[region]


def find_furniture(texts: tuple[str, ...], features: Floats) -> Flags:
    """The lines whose own words say that they are no part of an article."""
    strong = features[:, _STRONG_COLUMNS].max(axis=1) >= _SURE_SHARE
    menu = features[:, _MENU_COLUMN]
    short = (features[:, _NO_LETTERS] > 0) | ((features[:, _SEPARATORS] > 0.6) & (menu > 0)) | (menu >= 0.6)
    opening = np.array([opens_like_furniture(text) for text in texts], dtype=np.bool_)
    # "You can also follow AzerNEWS on Twitter or Facebook": prose to the eye, but it speaks to the reader of the page.
    selling = features[:, _SELLING_COLUMNS].sum(axis=1) + features[:, _SECOND_PERSON] + features[:, _OURS]
    asking = (features[:, _SELLING_COLUMNS].sum(axis=1) >= _SELLING_SHARE) & (selling >= _SELLING_AND_ADDRESS)
    return np.asarray(strong | opening | asking | (short & (features[:, _SENTENCE] == 0)))


def find_addresses(texts: tuple[str, ...], features: Floats) -> Flags:
    """The lines in which a page's "we" speaks to its "you", outside quotes."""
    both = (features[:, _SECOND_PERSON] > 0) & (features[:, _OURS] > 0)
    return np.asarray(both & np.array([_QUOTE.search(text) is None for text in texts], dtype=np.bool_))


def opens_like_furniture(text: str) -> bool:
    """Whether a line's first words are those of furniture, however much like prose the rest reads: "Subscribe to the
    Gazette and have the news ...", "Tags: football, Esker Cup", "© 2005 The Mercury. Reproduction ..."."""
    lowered = text[:_NOTICE_CHARS].lower()
    if lowered.startswith(_NOTICE_STARTS) or any(part in lowered for part in _NOTICE_PARTS):
        return True
    words = _WORD.findall(lowered[:_OPENING_CHARS])[:_OPENING_WORDS]
    counts = count_class_words(words, "", has_cjk=False)
    if _TAGS in counts and ":" in lowered[:_OPENING_CHARS]:
        return True
    return any(number in counts for number in _ASKING) and words[0] not in FUNCTION_WORDS


def find_closings(features: Floats) -> Flags:
    """The lines that head what follows an article: comments, related articles."""
    closing = features[:, _CLOSING_COLUMNS].max(axis=1) >= _SURE_SHARE
    return np.asarray(closing & (features[:, _SENTENCE] == 0))
