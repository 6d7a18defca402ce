"""The bytes of a web page -> a parsed tree, and the blocks of text that a reader of the page would see.

Nothing is fetched and no script runs: libxml2 parses, and what is not shown (scripts, styles, forms' choices) is left
out. A page that is too large, or nested too deeply to be walked, is refused with its reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from indexer.readers.encoding import NotText, decode_page

#: A page of news has 20 to 500 KB; what is larger is a dump of something else, and takes seconds to walk.
MAX_PAGE_BYTES: Final = 10 * 2**20
#: Paragraphs: more are a dump, or a list of a whole archive.
MAX_BLOCKS: Final = 20_000

_UNSAFE = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")


@dataclass(frozen=True, slots=True)
class NoPage:
    """`reason` is counted, `detail` says what was seen."""

    reason: str
    detail: str = ""


def parse_page(content: bytes, charset: str = "") -> etree._Element | NoPage:
    """The root of the page's tree. `charset` is what the sender's header said, "" where nothing is known."""
    if len(content) > MAX_PAGE_BYTES:
        return NoPage("page too large", f"{len(content)} bytes, and no page of more than {MAX_PAGE_BYTES} is read")
    decoded = decode_page(content, charset)
    if isinstance(decoded, NotText):
        return NoPage(decoded.reason, decoded.detail)
    return parse_markup(decoded.text)


def parse_markup(markup: str) -> etree._Element | NoPage:
    """The root of the tree of a page or of a piece of one."""
    plain = _XML_DECLARATION.sub("", _UNSAFE.sub("", markup), count=1)
    if not plain.strip():
        return NoPage("no text", "there is nothing in it")
    # huge_tree lifts the depth at which libxml2 gives up from 256 to 2048: unclosed <font> elements nest that deep.
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, default_doctype=False, huge_tree=True
    )
    try:
        root = etree.fromstring(plain.encode("utf-8"), parser)
    except etree.LxmlError as error:
        return NoPage("not HTML", str(error)[:200])
    if root is None:
        return NoPage("no text", "there is no element in it")
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        return NoPage("page nested too deeply", "its elements stand in each other more than 2048 deep")
    return root
