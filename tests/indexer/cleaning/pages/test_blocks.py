from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.pages.blocks import UNSEEN_TAGS, Block, read_page_blocks
from indexer.cleaning.pages.tree import NoPage, parse_markup

TAGS = ("p", "div", "b", "a", "li", "ul", "span", "script", "style", "h1", "br", "pre", "td", "svg")
WORDS = st.text("abc ", min_size=1, max_size=8)


def read(markup: str) -> list[Block]:
    root = parse_markup(markup)
    assert not isinstance(root, NoPage)
    return read_page_blocks(root)


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        ("<p>One <b>bold</b> word</p><p>Two</p>", ["One bold word", "Two"]),
        ("<div>before<p>inside</p>after</div>", ["before", "inside", "after"]),
        ("<p>a<br>b<br><br>c</p>", ["a\nb", "c"]),
        ("<p>a  \n b\u00a0c</p>", ["a b c"]),
        ("<pre>a\n  b</pre>", ["a\nb"]),
        ("<p>a<script>no()</script>b<!-- no -->c<style>no</style></p>", ["abc"]),
        ("<p>a<div hidden>b</div></p>", ["a", "b"]),  # not shown at first, but the page's own
        ("<select><option>no</select><textarea>no</textarea><noscript>no</noscript><p>a</p>", ["a"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("<table><tr><td>a<td>b</table>", ["a", "b"]),
        ('<div id="wm-ipp-base">an archive\'s bar</div><p>a</p>', ["a"]),
    ],
)
def test_blocks_are_what_a_reader_sees(markup: str, texts: list[str]) -> None:
    assert [block.text for block in read(markup)] == texts


def test_words_of_links_are_counted() -> None:
    plain, half, whole = read("<p>abcd</p><p>abcd <a href=x>efgh</a></p><p><a href=x>ab <b>cd</b></a></p>")
    assert plain.linked_chars == 0
    assert half.linked_chars == 4
    assert whole.linked_chars >= 4


def test_a_block_knows_the_element_around_it() -> None:
    assert [block.element.tag for block in read("<div>a<p>b <i>c</i></p>d</div>")] == ["div", "p", "div"]


def see_plainly(element) -> str:
    """The letters of an element in order, by recursion."""
    if element.tag in UNSEEN_TAGS:
        return ""
    return (element.text or "") + "".join(see_plainly(child) + (child.tail or "") for child in element)


@given(st.lists(st.tuples(st.sampled_from(TAGS), st.booleans(), WORDS), max_size=20))
def test_no_letter_is_lost_or_made_up(pieces: list[tuple[str, bool, str]]) -> None:
    markup = "<div>x" + "".join(f"<{'/' if closes else ''}{tag}>{words}" for tag, closes, words in pieces)
    root = parse_markup(markup)
    assert not isinstance(root, NoPage)
    read_letters = "".join("".join(block.text.split()) for block in read_page_blocks(root))
    assert read_letters == "".join(see_plainly(root).split())
