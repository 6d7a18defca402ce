"""Where sentences end: a table of what news prints."""

from __future__ import annotations

import pytest

from searchapp.search.sentences import can_cut, split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["One.", "Two."],
        ["The U.S. President met Mr. Smith at 3 p.m. on Friday.", "They talked."],
        ["J. R. R. Tolkien wrote it.", "So what?", "Well!"],
        ['"Stop!" he said.', "He went on."],
        ["It cost $3.5 million.", "No. 5 was sold."],
        ["He said no.", "Then he left."],
        ["On Jan. 5 it rained."],
        ["It weighs a gram of mass.", "It grew."],
        ["Wait... what came then was worse.", "It rained."],
        ["今天天气很好。", "地雷图已经移交。"],
        ["「行く。」", "彼は言った。"],
        ["هل هذا صحيح؟", "نعم."],
        ["यह सच है।", "वह गया।"],
        ["1. The first point stands.", "2. The second as well."],
    ],
)
def test_sentences_are_found(sentences: list[str]) -> None:
    gap = "" if sentences[0][0] in "今「" else " "
    text = gap.join(sentences)
    assert [text[start:end] for start, end in split_sentences(text, 0, len(text))] == sentences


@pytest.mark.parametrize(
    ("text", "at", "may"),
    [
        ("ab cd", 2, True),
        ("ab cd", 1, False),
        ("well-being", 5, False),
        ("地雷", 1, True),
        ("cafe\u0301 x", 4, False),
        ("か\u3099き", 1, False),
        ("👩\u200d🚒 x", 2, False),
        ("ab", 0, True),
        ("ab", 2, True),
    ],
)
def test_lines_are_cut_between_words(text: str, at: int, may: bool) -> None:
    assert can_cut(text, at) == may
