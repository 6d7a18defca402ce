"""Which single-byte code page a text in Latin letters was written in, told by the alphabets of its languages.

Statistics of byte pairs mix these code pages up (cp1250 for Turkish, for Latvian, for French): the bytes are the same,
only a few letters differ. Yet a text in one language has all its accented letters in one alphabet, which holds in the
right code page and rarely in a wrong one.
"""

from __future__ import annotations

from dataclasses import dataclass

_ALPHABETS: dict[str, str] = {
    "cp1252": "fr:àâæçèéêëîïôœùûüÿ de:äöüßé es:áéíñóúüªº¡¿ it:àèéìíîòóùú pt:àáâãçéêíóôõúü nl:áéëíïóöúüè sv:åäöé "
    "da:æøåé fi:äöåšž is:áéíóúýþæöð ca:àçèéíïòóúü ga:áéíóú",
    "cp1254": "tr:çğıöşüâîûİ",
    "cp1250": "pl:ąćęłńóśźż cs:áčďéěíňóřšťúůýž sk:áäčďéíĺľňóôŕšťúýž hu:áéíóöőúüű ro:ăâîşţ hr:čćđšž sl:čšž",
    "iso8859-2": "pl:ąćęłńóśźż cs:áčďéěíňóřšťúůýž sk:áäčďéíĺľňóôŕšťúýž hu:áéíóöőúüű ro:ăâîşţ hr:čćđšž",
    "cp1257": "lt:ąčęėįšųūž lv:āčēģīķļņšūž et:äöõüšž",
    "iso8859-15": "fr:àâæçèéêëîïôœùûüÿ fi:äöåšž et:äöõüšž",
    "iso8859-16": "ro:ăâîșț",
    "mac-roman": "fr:àâæçèéêëîïôœùûüÿ de:äöüß es:áéíñóúü¡¿ it:àèéìòù pt:àáâãçéêíóôõú sv:åäö da:æøå",
    "cp437": "fr:àâçèéêëîïôùû de:äöüß es:áéíñóúü¡¿ sv:åäö",
}
_FURNITURE = frozenset("\u00a0‘’‚“”„‹›«»–—…•·§€£©®™°¡¿´\u00ad")


@dataclass(frozen=True, slots=True)
class LatinGuess:
    """`fit` is the share of characters beyond ASCII that the language or plain typography explains, 0 to 1."""

    encoding: str
    fit: float


def guess_latin(sample: bytes) -> LatinGuess:
    """The code page that explains most characters beyond ASCII; the commoner one where several do."""
    best = LatinGuess("cp1252", -1.0)
    for encoding, alphabets in _ALPHABETS.items():
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign, furniture = _characters_beyond_ascii(text)
        count = len(foreign) + furniture
        for alphabet in alphabets.split():
            letters = frozenset(alphabet[3:])
            explained = furniture + sum(letter in letters for letter in foreign)
            fit = explained / count if count else 1.0
            if fit > best.fit + 1e-9:
                best = LatinGuess(encoding, fit)
    return best


def is_plain_typography(sample: bytes) -> bool:
    """Whether everything beyond ASCII is quotes and dashes in cp1252: English, as most word processors write it."""
    try:
        foreign, _ = _characters_beyond_ascii(sample.decode("cp1252"))
    except UnicodeDecodeError:
        return False
    return not foreign


def _characters_beyond_ascii(text: str) -> tuple[list[str], int]:
    """Characters in lower case, and how many are furniture. A capital after a small letter stays a capital and so
    fits no alphabet: that is how text looks in a wrong code page."""
    foreign: list[str] = []
    furniture = 0
    before = " "
    for letter in text:
        if letter in _FURNITURE:
            furniture += 1
        elif letter > "\x7f":
            foreign.append(
                letter if before.islower() and letter != "İ" else (letter.lower()[:1] if letter != "İ" else letter)
            )
        before = letter
    return foreign, furniture
