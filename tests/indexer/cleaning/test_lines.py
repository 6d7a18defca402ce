"""Lines are kept as they came; wrapped paragraphs are joined, and nothing else is."""

from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.lines import clean_line, read_blocks, split_lines

WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzəğışöü", min_size=4, max_size=11)
# Four lines at least: two lines alone may be two paragraphs as well.
PARAGRAPH = st.lists(WORD, min_size=90, max_size=120).map(" ".join)


@given(st.text())
def test_lines_joined_and_split_again_are_the_same(text: str) -> None:
    lines = split_lines(text)
    assert split_lines("\n".join(lines)) == lines


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_splitting_loses_line_ends_only(text: str) -> None:
    ends = str.maketrans("", "", "\r\n\x0b\x0c\x85\u2028\u2029")
    assert "".join(split_lines(text)) == text.translate(ends)


# Fewer lines than a few do not show that they were wrapped; two paragraphs of such words have enough of them.
LONG_WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzəğışöü", min_size=4, max_size=11)
LONG_PARAGRAPH = st.lists(LONG_WORD, min_size=45, max_size=90).map(" ".join)


@given(st.lists(LONG_PARAGRAPH, min_size=2, max_size=4), st.integers(60, 100))
def test_wrapping_is_undone(paragraphs: list[str], width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in paragraphs)
    assert [block.text for block in read_blocks(split_lines(wrapped))] == paragraphs


@given(st.lists(PARAGRAPH, min_size=1, max_size=4))
def test_every_line_of_a_block_is_named(paragraphs: list[str]) -> None:
    lines = split_lines("\n\n".join(textwrap.fill(paragraph, 70) for paragraph in paragraphs))
    blocks = read_blocks(lines)
    assert [number for block in blocks for number in block.numbers] == [at for at, line in enumerate(lines) if line]


def test_lines_of_a_menu_are_not_joined() -> None:
    lines = ["Home", "World news", "Business", "Sport", "Culture", "The weather in your town today"]
    assert [block.text for block in read_blocks(lines)] == lines


def test_one_line_a_paragraph_is_not_joined() -> None:
    lines = ["The ferry was late again.", "Nobody could say why it was.", "It was a pump.", "Tea was served."]
    assert [block.text for block in read_blocks(lines)] == lines


def test_unseen_characters_are_taken_out_and_joiners_kept() -> None:
    assert clean_line("\ufeffAda\u200b  Lor\u00adne\xa0 ") == "Ada Lorne"
    assert clean_line("می\u200cخواهم") == "می\u200cخواهم"
