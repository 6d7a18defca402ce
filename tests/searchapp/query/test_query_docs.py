"""docs/query-language.md and the table of examples say what the parser does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from golden_queries import ROWS, TODAY

from searchapp.query.examples import SECTIONS, Section
from searchapp.query.lexer import Limits
from searchapp.query.notes import MESSAGES
from searchapp.query.parser import parse_query
from searchapp.query.printing import understood

DOCS = (Path(__file__).resolve().parents[3] / "docs" / "query-language.md").read_text(encoding="utf-8")


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def table(section: Section) -> str:
    """The section as it must stand in the docs."""
    lines = [f"## {section.title}", "", "| typed | means | understood as |", "|---|---|---|"]
    for typed, means in section.examples:
        told = understood(parse_query(typed, TODAY).tree)
        lines.append(
            f"| `{cell(typed)}` | {cell(means)} | {cell(told) if told == 'all articles' else f'`{cell(told)}`'} |"
        )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_docs_hold_the_table_of_examples(section: Section) -> None:
    assert table(section) in DOCS


def test_every_example_is_in_the_golden_table_with_the_notes_its_section_says() -> None:
    golden = {row.typed: row for row in ROWS}
    for section in SECTIONS:
        for typed, _ in section.examples:
            assert bool(golden[typed].codes) is (section.title == "What is put right, with a note"), typed


def test_docs_name_every_note_code() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", DOCS, re.MULTILINE)) == MESSAGES.keys()


def test_docs_name_the_limits() -> None:
    limits = Limits()
    said = f"{limits.max_chars} characters, {limits.max_clauses} words and phrases, brackets {limits.max_depth} deep"
    assert f"{said}, {limits.max_phrase_words} words in a phrase" in DOCS
