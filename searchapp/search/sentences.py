"""Where sentences end and where a line may be cut: rules of our own that need no data, for any script.

Wrong guesses cost little here (a passage that begins a sentence early), so the rules are few: a mark that ends a
sentence, white space and no small letter after it, and no abbreviation before it.
"""

from __future__ import annotations

import re
import unicodedata

#: Dots that end nothing. With a capital only: `Mass. 12`, but `the mass. It`.
_TITLES = "Adm Assn Ave Bldg Blvd Brig Bros Capt Cie Cmdr Co Col Comdr Corp Cpl Dept Dipl Dist Dr Esq Est Fr Ft Gen Gov"
_MORE_TITLES = "Hon Inc Intl Jr Lt Ltd Maj Messrs Mfg Mlle Mm Mme Mr Mrs Ms Mt Op Pfc Pres Prof Pvt Rep Reps Rev Sen"
_STATES = "Sens Sgt Sr St Ste Supt Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Miss Mo"
_MORE_STATES = "Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo"
_MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
CAPITALISED = frozenset(f"{_TITLES} {_MORE_TITLES} {_STATES} {_MORE_STATES} {_MONTHS}".split(" "))
ANY_CASE = frozenset(
    {"cf", "ed", "ff", "fig", "ft", "nr", "pp", "viz", "vol", "vs", "bzw", "evtl", "ggf", "usw", "vgl"}
)

#: Only before a number: `No. 5`, `Art. 3`; `He said no. Then ...` ends a sentence.
BEFORE_A_NUMBER = frozenset({"no", "nos", "art", "sec", "p", "par", "ch"})

OPENING = "\"'“‘«‹([{"
SPACED_ENDS = ".!?…‽؟۔।॥։።፧။។"  # of scripts that set a space after a sentence
UNSPACED_ENDS = "。！？｡"  # of scripts that do not
CLOSING = "\"'”’»›)\\]」』】）〉》"
_END = re.compile(rf"[{SPACED_ENDS}]+[{CLOSING}]*(?=\s)|[{UNSPACED_ENDS}]+[{CLOSING}]*")
LETTER = r"[^\W\d_]"
_LETTER_DOTS = re.compile(rf"(?:{LETTER}{{1,2}}\.)+{LETTER}{{1,2}}")
_LAST_CHUNK = re.compile(r"\S+$")

#: Scripts written without spaces: a line may be cut between any two of their letters.
UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\u2e80-\u303f\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufaff\uff00-\uff0f\uff1a-\uff20\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_JOINERS = "\u200c\u200d"


def split_sentences(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Spans of the sentences between two code points, without the white space between them, none empty."""
    sentences = []
    begins = start
    for found in _END.finditer(text, start, end):
        stops = found.end()
        if stops < end and not _ends_here(text, begins, found.start(), stops, end):
            continue
        sentences.append((begins, stops))
        begins = stops
        while begins < end and text[begins].isspace():
            begins += 1
    if begins < end:
        stops = end
        while stops > begins and text[stops - 1].isspace():
            stops -= 1
        if stops > begins:
            sentences.append((begins, stops))
    return tuple(sentences)


def can_cut(text: str, at: int) -> bool:
    """Whether a line may be cut before this code point without tearing a word or a letter from its marks."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if joins_the_letter_before(after) or before in _JOINERS:
        return False
    if before.isspace() or after.isspace():
        return True
    return bool(UNSPACED.match(before) or UNSPACED.match(after))


def joins_the_letter_before(character: str) -> bool:
    """Whether this code point must not be torn from the one before: combining marks, joiners, variation selectors."""
    return character in _JOINERS or unicodedata.category(character) in {"Mn", "Mc", "Me"}


def _ends_here(text: str, begins: int, mark: int, stops: int, end: int) -> bool:
    following = stops
    while following < end and text[following].isspace():
        following += 1
    after = text[following : following + 1]
    if after.islower():
        return False
    if text[mark] != "." or text[mark : mark + 2] == "..":
        return True
    chunk = _LAST_CHUNK.search(text, max(begins, mark - 40), mark)
    if chunk is None:
        return True
    word = chunk.group().lstrip(OPENING)
    if word.lower() in BEFORE_A_NUMBER:
        return not after.isdigit()
    is_initial = len(word) == 1 and word.isupper()
    is_list_number = word.isdigit() and chunk.start() == begins
    is_abbreviation = (word.capitalize() in CAPITALISED and word[:1].isupper()) or word.lower() in ANY_CASE
    return not (is_initial or is_list_number or is_abbreviation or _LETTER_DOTS.fullmatch(word))
