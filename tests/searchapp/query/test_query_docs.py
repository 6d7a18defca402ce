"""docs/query-language.md and the table of examples say what the parser does."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from golden_queries import ROWS, TODAY

from searchapp.query.examples import SECTIONS, Section
from searchapp.query.keywords import FIELDS, OPERATORS, QUOTES
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


def test_every_name_of_a_field_is_among_the_examples_and_in_the_docs() -> None:
    said = "\n".join(f"{typed} {means}" for section in SECTIONS for typed, means in section.examples)
    for name, others in FIELDS.items():
        assert f"`{name}:`" in DOCS, name
        for typed in (name, *others):
            assert re.search(rf"\b{typed}\b", said), typed


def test_every_operator_is_among_the_examples_or_a_form_of_one_that_is() -> None:
    said = " ".join(typed for section in SECTIONS for typed, _ in section.examples)
    shown = {plain for plain in OPERATORS if f" {plain}" in said or f"`{plain}`" in DOCS}
    assert {unicodedata.normalize("NFKC", typed) for typed in OPERATORS} <= shown


def test_every_quotation_mark_quotes() -> None:
    for mark in QUOTES:
        assert parse_query(f"{mark}human rights{mark}", TODAY).tree == parse_query('"human rights"', TODAY).tree, mark
