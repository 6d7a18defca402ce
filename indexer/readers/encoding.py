"""Bytes of a file -> text, in whatever encoding they were written.

Order: byte order mark, UTF-8, UTF-16 without a mark, UTF-8 with a few broken bytes, then detection. A text never gets
"?" or U+FFFD in place of a character: a byte that fits nowhere is read as the Windows code page has it. What is no text
(pictures, archives, programs) is told apart and named.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

import charset_normalizer

from indexer.readers.latin_alphabets import guess_latin, is_plain_typography


@dataclass(frozen=True, slots=True)
class DecodedText:
    """The text without its byte order mark, and the name of the encoding that Python knows it by."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class NotText:
    """`reason` is counted, `detail` says what the bytes look like."""

    reason: str
    detail: str


_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "gzip inside gzip"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"RIFF", "sound, film or a picture"),
    (b"OggS", "sound or film"),
    (b"ID3", "sound"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
)
_SAMPLE_BYTES = 32_768
_MOST_CONTROLS = 0.02
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
_WIDE_PAGE = 0.6
_STRAY = "broadsheet-stray-byte"
_GUESSES_SET_ASIDE = [
    "utf_7",
    "utf_16",
    "utf_32",
    "utf_16_le",
    "utf_16_be",
    "utf_32_le",
    "utf_32_be",
    "idna",
    "punycode",
]
# From a line's start to a stop, so that no character of several bytes is cut: their second bytes are no punctuation.
_BEYOND_ASCII_LINE = re.compile(
    rb"^(?=[^\n]{0,4000}[\x80-\xff])(?:[^\n]{0,4000}(?=$)|[^\n]{0,4000}[\x20-\x2f]|[^\n]{0,4000})", re.MULTILINE
)


#: Within so many bytes a page must name its encoding (HTML Standard, 13.2.3.2); pages say it later, too.
_NAMED_WITHIN_BYTES = 8192
_NAMED_CHARSET = re.compile(rb"(?i:charset|encoding)\s{0,3}=\s{0,3}[\"']?\s{0,3}([A-Za-z0-9_:.-]{2,40})")
#: What pages call Latin-1 or ASCII is Windows' code page (WHATWG Encoding Standard, section 4.2).
_AS_BROWSERS_READ = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "gb2312": "gb18030", "gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
    "windows-31j": "cp932", "big5": "big5hkscs", "x-gbk": "gb18030", "unicode": "utf-16",
}  # fmt: skip


def decode_text(content: bytes) -> DecodedText | NotText:
    """The text of a whole file. Detection looks at a sample, decoding is of everything."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decode_marked(content[len(mark) :], encoding)
    if (kind := _kind_of_binary(content)) is not None:
        return NotText("binary file", kind)
    if b"\x00" in content[:_SAMPLE_BYTES] and (wide := _decode_wide(content)) is not None:
        return wide
    head = content[:_SAMPLE_BYTES]
    if controls := _too_many_controls(head):
        return NotText("binary file", controls)
    try:
        if b"\x1b$" in head and b"\x1b(" in head:  # Japanese mail: seven bits, so it would pass for UTF-8
            return DecodedText(content.decode("iso2022_jp"), "iso2022_jp")
        return DecodedText(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _decode_mostly_utf8(content) or _decode_detected(content)


def decode_page(content: bytes, charset: str = "") -> DecodedText | NotText:
    """The text of a web page: what names its encoding is believed where its bytes agree.

    Order: byte order mark, UTF-8 where it fits and is not ASCII alone, `charset` (of the header that it came with),
    the charset that the page itself names in its first bytes, then as `decode_text`.
    """
    decoded = decode_text(content) if _is_plain_utf8(content) else None
    if decoded is not None:
        return decoded
    for label in (charset, _named_charset(content)):
        encoding = _find_encoding(label)
        if encoding is None:
            continue
        try:
            text = content.decode(encoding)
        except (UnicodeDecodeError, UnicodeError):
            continue
        if _is_readable(text[:_SAMPLE_BYTES]):
            return DecodedText(text, encoding)
    return decode_text(content)


def _is_plain_utf8(content: bytes) -> bool:
    if any(content.startswith(mark) for mark, _ in _MARKS):
        return True
    if b"\x1b$" in content[:_SAMPLE_BYTES] or b"\x00" in content[:_SAMPLE_BYTES]:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _named_charset(content: bytes) -> str:
    match = _NAMED_CHARSET.search(content[:_NAMED_WITHIN_BYTES])
    return "" if match is None else match[1].decode("ascii")


def _find_encoding(label: str) -> str | None:
    """Python's name for what a page calls its encoding, as browsers understand it; None where nobody knows it."""
    name = label.strip().strip("\"'").lower()
    name = _AS_BROWSERS_READ.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # base64, rot13 and their like are codecs too.
    return found.name if name and found._is_text_encoding else None  # noqa: SLF001 see above


def _kind_of_binary(content: bytes) -> str | None:
    for start, kind in _BINARY_STARTS:
        if content.startswith(start) and not _is_ascii_text(content, start):
            return f"looks like {kind}"
    return None


def _too_many_controls(head: bytes) -> str:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls <= len(head) * _MOST_CONTROLS:
        return ""
    return f"{controls} of its first {len(head)} bytes are control characters"


def _is_ascii_text(content: bytes, start: bytes) -> bool:
    """RIFF and ID3 are also words that a text may begin with."""
    return start.isalnum() and b"\x00" not in content[:64] and content[:64].isascii()


def _decode_marked(content: bytes, encoding: str) -> DecodedText | NotText:
    try:
        return DecodedText(content.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            return _decode_mostly_utf8(content) or _decode_detected(content)
        if "truncated" in error.reason or "end of data" in error.reason:
            return DecodedText(content[: error.start].decode(encoding), encoding)
        return NotText("damaged text", f"marked as {encoding}, but not so at byte {error.start}: {error.reason}")


def _decode_wide(content: bytes) -> DecodedText | None:
    """UTF-16 without its mark: NULs on one side, and the other bytes of letters from one or two pages of Unicode."""
    head = content[: _SAMPLE_BYTES & ~1]
    for encoding, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        counts = sorted((high.count(bytes([page])) for page in range(256)), reverse=True)
        if sum(counts[:2]) < len(high) * _WIDE_PAGE or b"\x00" not in high:
            continue
        try:
            text = content[: len(content) & ~1].decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_readable(text[:_SAMPLE_BYTES]):
            return DecodedText(text, encoding)
    return None


def _is_readable(text: str) -> bool:
    odd = sum(
        unicodedata.category(letter) in {"Cc", "Cn", "Co", "Cs"} and letter not in "\t\n\r\f\v" for letter in text
    )
    return odd <= len(text) * _MOST_CONTROLS


def _decode_mostly_utf8(content: bytes) -> DecodedText | None:
    """UTF-8 with a few bytes of another encoding in it, or cut off inside a character: four whole characters beyond
    ASCII speak for it against each broken byte."""
    text = content.decode("utf-8", errors="surrogateescape")
    broken = sum(1 for _ in _BROKEN.finditer(text))
    whole = sum(1 for _ in _WHOLE.finditer(text))
    if whole < 4 * broken:
        return None
    text = text[:-3] + _CUT_OFF.sub("", text[-3:])
    return DecodedText(_BROKEN.sub(_stray_letter, text), "utf-8")


_BROKEN = re.compile("[\udc80-\udcff]")
_WHOLE = re.compile("[\u0080-\ud7ff\ue000-\U0010ffff]")
_CUT_OFF = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{0,2}\\Z")


def _stray_letter(match: re.Match[str]) -> str:
    return _read_stray(ord(match[0]) - 0xDC00)


def _read_stray(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return " "  # one of the five bytes that Windows left empty


def _replace_stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(_read_stray, error.object[error.start : error.end])), error.end


codecs.register_error(_STRAY, _replace_stray)


def _decode_detected(content: bytes) -> DecodedText:
    sample = _sample_beyond_ascii(content)
    encoding = "cp1252" if is_plain_typography(sample) else _detect(sample)
    try:
        return DecodedText(content.decode(encoding), encoding)
    except UnicodeDecodeError:
        return DecodedText(content.decode(encoding, errors=_STRAY), encoding)


def _sample_beyond_ascii(content: bytes) -> bytes:
    """Pieces of lines that hold something to tell encodings apart by, up to the sample's size."""
    pieces: list[bytes] = []
    size = 0
    for match in _BEYOND_ASCII_LINE.finditer(content):
        pieces.append(match[0])
        size += len(match[0]) + 1
        if size >= _SAMPLE_BYTES:
            break
    return b"\n".join(pieces)


def _detect(sample: bytes) -> str:
    latin = guess_latin(sample)
    guess = charset_normalizer.from_bytes(sample, cp_exclusion=_GUESSES_SET_ASIDE).best()
    if guess is None or _is_latin(str(guess)):
        return latin.encoding
    return guess.encoding


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text if letter > "\x7f" and letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin * 2 >= len(letters)
