"""A byline -> the names in it: `By VAFA ISMAYILOVA and John Smith, Staff Writer, Reuters` -> Vafa Ismayilova, John
Smith, Reuters.

Agencies are kept as authors, roles and addresses are not. A name is never turned round: `Smith, John` stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

_MAX_CHARS = 500
_BARE_LEADS = frozenset({"by", "von", "par", "por", "di", "av", "af", "door", "author", "authors"})
_SURE_LEADS = re.compile(
    r"(?:(?:(?:additional\s)?report(?:ed|ing)|written|story|text|analysis|words|posted|published|edited|editing|opinion"
    r"|interview|review|comment(?:ary)?|column|essay|compiled|produced|translated|photo(?:graph)?s?|photography)\s{1,3}by"
    r"|(?:eine?\s)?(?:gast)?(?:beitrag|artikel|kommentar|analyse|kolumne|bericht|interview)\svon"
    r"|by|byline|authors?|autore?s?|auteurs?|автор(?:ы)?|текст|müəllif|yazan|yazar|haber|tekst|foto)"
    r"(?:\s{0,2}[:：]\s{0,3}|\s{1,3})(?=\S)|(?:作者|记者|記者|文)\s?[：:/\s]\s?(?=\S)",
    re.IGNORECASE,
)
# Also the beginnings of names (Di Maria, Von Trapp): stripped only before two words or more.
_DOUBTFUL_LEADS = re.compile(r"(?:von|par|por|di|de|da|door|av|af|od|ad)\s{1,3}(?=\S{1,60}\s{1,3}\S)", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"\s{0,3}[;|\n/•·]\s{0,3}|\s{1,3}(?:&|and|AND|und|UND|et|ET|ve|və|и|та|och|og|with|mit|avec)\s{1,3}|\s{0,3}\(|\)\s{0,3}"
)
# A letter or two that also stand inside a name (José Ortega y Gasset): they part only names of two words.
_SHORT_SEPARATOR = re.compile(r"(?<=\S\s)(?:y|e|i|en|ja|o)(?=\s\S)")
# "JANE DOE Associated Press", "Jane Doe of Reuters", "Jane Doe - AFP": the agency has no comma before it.
_AGENCY_BEHIND = re.compile(
    r"(?P<name>\S{1,40}(?:\s\S{1,40}){1,4}?)\s(?:(?:of|for|at|from|de|für|pour|para|[-–—])\s)?"
    r"(?P<agency>(?:[Tt]he\s)?(?:Associated Press|Press Association)|Agence France-Presse|Reuters|Bloomberg"
    r"|BBC(?:\sNews)?|CNN|NPR|AFP|AP|UPI|dpa|EFE|ANSA|DHA|IHA|AA|TASS|Interfax|Xinhua|Ritzau|NTB|TT|ANP|PTI|IANS|ANI)"
)
_TWO_AGENCIES = re.compile(r"\s[-–—]\s")
_PLACE_BEHIND = re.compile(r"(?<=\w)\s(?:in|à|en|aus)\s[A-Z][\w.-]{1,30}(?:\s[A-Z][\w.-]{1,30})?\Z")
_HELP = re.compile(r"(?:avec|with|mit|con|com)\s(?=\S)", re.IGNORECASE)
_NO_NAMES = frozenset({"updated", "published", "posted", "last updated", "first published"})
_COMMA = re.compile(r"\s{0,3}[,，、]\s{0,3}")
_ROLE = re.compile(
    r"(?:(?:a|the|our|senior|chief|staff|special|foreign|political|deputy|managing|associate|contributing|assistant|news"
    r"|sports?|business|economics?|science|health|diplomatic|royal|security|technology|environment|arts|city|local)\s){0,4}"
    r"(?:writers?|reporters?|correspondents?|editors?|columnist|journalist|contributor|photographer|producer|staff"
    r"|korrespondent(?:in)?|redakteur(?:in)?|redaktion|journaliste|rédact(?:eur|rice)|redactora?|periodista|corresponsal"
    r"|giornalista|inviato|redattore|jornalista|repórter|verslaggever|redacteur|корреспондент|журналист|обозреватель"
    r"|редактор|muhabiri?|muhabir|editör|müxbir|dziennikarz|toimittaja|journalist(?:in)?)"
    r"(?:\s(?:for|at|in|of|to|für|bei|chez|de|en|w)\s.{1,60})?|special to .{1,60}|in [A-Z].{1,40}|for .{1,60}"
    r"|(?:political|business|sports|news|foreign|managing|city|world|economics|arts) editor .{0,60}",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"<?\S{1,100}@\S{1,100}|@\w{1,40}|https?://\S{1,200}")
_AGENCIES = frozenset(
    [
        "reuters",
        "reuter",
        "ap",
        "afp",
        "dpa",
        "upi",
        "tass",
        "itar-tass",
        "interfax",
        "ansa",
        "efe",
        "apa",
        "trend",
        "xinhua",
        "bloomberg",
        "associated press",
        "the associated press",
        "agence france-presse",
        "united press",
        "press association",
        "pa",
        "ria",
        "bbc",
        "cnn",
        "npr",
        "turan",
        "azertac",
        "lusa",
        "ntb",
        "tt",
        "ritzau",
        "belga",
        "anp",
        "pap",
        "čtk",
        "mti",
        "unian",
        "ukrinform",
        "kyodo",
        "yonhap",
        "pti",
        "ians",
        "ani",
        "dha",
        "aa",
        "iha",
    ]
)
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "di",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "der",
        "den",
        "des",
        "du",
        "van",
        "von",
        "und",
        "y",
        "e",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ten",
        "ter",
        "zu",
        "zur",
        "af",
        "av",
    ]
)
_NUMERALS = frozenset({"II", "III", "IV"})
_PART = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=4096)
def read_authors(text: str, *, commas_separate: bool = True) -> tuple[str, ...]:
    """The names in one byline, in order, none twice. With `commas_separate` off (one name of a list of names) a comma
    belongs to the name. Empty for an empty byline."""
    line = _ADDRESS.sub(" ", text[:_MAX_CHARS]).strip(" \t\r\n-–—*•·:,;|")
    if line.casefold() in _BARE_LEADS:
        return ()
    bare = _strip_lead(line)
    # Only a byline says where it was written: "Women in Black" is a name.
    is_byline, line = bare != line, bare
    names: dict[str, str] = {}
    for piece in _SEPARATOR.split(line):
        for name in _names_of(piece, commas_separate=commas_separate, is_byline=is_byline):
            names.setdefault(name.casefold(), name)
    if not names and (whole := " ".join(line.split())):
        return (whole,)  # "Staff Writer" alone is all that the outlet said
    return tuple(names.values())


def _strip_lead(line: str) -> str:
    for lead in (_SURE_LEADS, _DOUBTFUL_LEADS, _HELP):
        if match := lead.match(line):
            return line[match.end() :]
    return line


def _names_of(piece: str, *, commas_separate: bool, is_byline: bool) -> list[str]:
    parts = _COMMA.split(piece) if commas_separate else [piece]
    parts = [_trim(" ".join(part.split())) for part in parts]
    parts = [part for part in parts if part and part.casefold() not in _NO_NAMES]
    if len(parts) == 2 and "、" not in piece and _is_turned_round(parts):
        parts = [", ".join(parts)]
    names: list[str] = []
    for part in parts:
        if names and part.casefold() in {"jr", "jr.", "sr", "sr.", "ii", "iii", "phd", "md"}:
            names[-1] += f", {part}"
        elif not _ROLE.fullmatch(part) and any(map(str.isalpha, part)):
            for name in _part_short(_strip_lead(part)):
                bare = _PLACE_BEHIND.sub("", name) if is_byline else name
                names.extend(map(_calm_capitals, _part_agency(bare)))
    return names


def _part_agency(name: str) -> list[str]:
    """A name and the agency behind it, which belongs to a list of two though no comma says so."""
    if match := _AGENCY_BEHIND.fullmatch(name):
        return [match["name"].rstrip(" -–—"), match["agency"]]
    parts = _TWO_AGENCIES.split(name)
    return parts if len(parts) == 2 and parts[0].casefold() in _AGENCIES else [name]


def _trim(part: str) -> str:
    """Without stops at its ends, save that of Jr."""
    return part.lstrip(" .,:-–—*") if part.endswith("r.") else part.strip(" .,:-–—*")


def _is_turned_round(parts: list[str]) -> bool:
    """`Smith, John`: a lone word before the comma, and nothing known as agency or role behind it."""
    return (
        " " not in parts[0]
        and parts[1].count(" ") <= 1
        and not {parts[0].casefold(), parts[1].casefold()} & _AGENCIES
        and not _ROLE.fullmatch(parts[1])
    )


def _part_short(part: str) -> list[str]:
    """Names joined by y, e, i where both sides are names of two words or more."""
    for match in _SHORT_SEPARATOR.finditer(part):
        left, right = part[: match.start()].strip(), part[match.end() :].strip()
        if " " in left and " " in right:
            return [left, *_part_short(right)]
    return [part]


def _calm_capitals(name: str) -> str:
    """VAFA ISMAYILOVA -> Vafa Ismayilova; a short word alone is an agency's name (AFP) and stays."""
    if not name.isupper() or name == "ITAR-TASS" or (" " not in name and len(name) <= 5):
        return name
    words = name.split(" ")
    return " ".join(_calm_word(word, is_first=position == 0) for position, word in enumerate(words))


def _calm_word(word: str, *, is_first: bool) -> str:
    if word in _NUMERALS:
        return word
    if word.lower() in _PARTICLES and not is_first:
        return word.lower()
    calm = _PART.sub(lambda match: match[0].capitalize(), word)
    if calm.startswith("Mc") and len(calm) > 3:
        calm = "Mc" + calm[2].upper() + calm[3:]
    return calm


def is_agency(name: str) -> bool:
    """Whether it is a news agency's: kept among authors, however short."""
    return name.casefold() in _AGENCIES
