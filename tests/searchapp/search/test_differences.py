"""What a copy added and left out: nothing is lost, nothing is made up, and no text takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.search import differences as module
from searchapp.search.differences import Differences, Piece, compare_texts
from tests.indexer.codec.golden_copies import COPIES, LEAD, MORE, PIECE

WORDS = ("Ferry", "sank", "storm", "divers", "the", "a", "harbour", "120", "people.", "Wreck.", "Then!", "\n\n", "\n")
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def test_the_same_text_in_other_lines_has_no_changes() -> None:
    assert compare_texts(PIECE, PIECE) == compare_texts(PIECE, COPIES["in other lines"]) == Differences(())
    assert compare_texts("", "") == Differences(())


def test_an_added_paragraph_is_told_whole() -> None:
    assert compare_texts(PIECE, COPIES["a paragraph added"]) == Differences(((Piece("added", MORE),),))
    assert compare_texts(PIECE, COPIES["a paragraph added in the middle"]) == Differences(((Piece("added", MORE),),))


def test_what_was_cut_is_told() -> None:
    ((piece,),) = compare_texts(PIECE, COPIES["its last sentence cut"]).changes
    assert piece.kind == "left_out"
    assert piece.text.startswith("A spokesman for the ministry")
    assert compare_texts(LEAD, "").changes == ((Piece("left_out", LEAD),),)


def test_an_edited_sentence_is_compared_word_by_word() -> None:
    (change,) = compare_texts(
        "The ferry sank on Monday off Quellport.", "The ferry sank on Tuesday off Quellport."
    ).changes
    assert change == (
        Piece("same", "The ferry sank on"),
        Piece("left_out", "Monday"),
        Piece("added", "Tuesday"),
        Piece("same", "off Quellport."),
    )


def test_sentences_with_little_in_common_are_one_left_out_and_one_added() -> None:
    assert compare_texts("The ferry sank in a storm.", "Bus fares will rise in May.").changes == (
        (Piece("left_out", "The ferry sank in a storm."), Piece("added", "Bus fares will rise in May.")),
    )


@given(texts, texts)
def test_changes_are_words_of_the_texts_in_their_order(first: str, copy: str) -> None:
    found = compare_texts(first, copy)
    for kind, text in (("left_out", first), ("added", copy)):
        told = [
            word
            for change in found.changes
            for piece in change
            if piece.kind in {kind, "same"}
            for word in piece.text.split()
        ]
        words = iter(text.split())
        assert all(word in words for word in told)
    assert (found.changes == ()) == (first.split() == copy.split())


def test_long_texts_are_compared_so_far_and_changes_told_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SENTENCES", 10)
    monkeypatch.setattr(module, "MOST_CHANGES", 3)
    first = " ".join(f"Sentence {number} stands here." for number in range(40))
    copy = " ".join(f"{'Sentence' if number % 2 else 'Line'} {number} stands here." for number in range(40))
    found = compare_texts(first, copy)
    assert (len(found.changes), found.more, found.is_whole) == (3, 2, False)


def test_a_long_stretch_is_cut_short() -> None:
    ((piece,),) = compare_texts("", "word " * 1000).changes
    assert len(piece.text) < 610
    assert piece.text.endswith("…")
