"""Bylines as outlets print them -> names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.authors import read_authors


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Vafa Ismayilova", ("Vafa Ismayilova",)),
        ("by Janie Gabbett, Reuters", ("Janie Gabbett", "Reuters")),
        ("BY TED D'AFFLISIO, Reuters", ("Ted D'Afflisio", "Reuters")),
        ("By A and B, Reuters", ("A", "B", "Reuters")),
        (
            "By John Smith, Staff Writer, and Jane Doe | Associated Press",
            ("John Smith", "Jane Doe", "Associated Press"),
        ),
        ("Jane Doe, Political Correspondent, Baku News; John Smith", ("Jane Doe", "Baku News", "John Smith")),
        ("John Smith (Reuters)", ("John Smith", "Reuters")),
        ("AP, Reuters", ("AP", "Reuters")),
        ("AFP", ("AFP",)),
        ("REUTERS", ("Reuters",)),
        ("ITAR-TASS", ("ITAR-TASS",)),
        ("Smith, John", ("Smith, John",)),
        ("John Smith, Jr.", ("John Smith, Jr.",)),
        ("Von Anna Schmidt und Karl Meyer", ("Anna Schmidt", "Karl Meyer")),
        ("Von Trapp", ("Von Trapp",)),
        ("Par Jean Dupont avec AFP", ("Jean Dupont", "AFP")),
        ("Juan Pérez y Ana Ruiz", ("Juan Pérez", "Ana Ruiz")),
        ("José Ortega y Gasset", ("José Ortega y Gasset",)),
        ("Автор: Иван Петров", ("Иван Петров",)),
        ("LUDWIG VAN BEETHOVEN", ("Ludwig van Beethoven",)),
        ("PATRICK MCDONALD III", ("Patrick McDonald III",)),
        ("张三、李四", ("张三", "李四")),
        ("Jane Doe jane@example.org @janedoe", ("Jane Doe",)),
        ("Jane Doe and jane doe", ("Jane Doe",)),
        ("Byron Smith", ("Byron Smith",)),
        ("Staff Writer", ("Staff Writer",)),
        ("By", ()),
        ("  ", ()),
        ("", ()),
    ],
)
def test_byline_is_read(byline, names):
    assert read_authors(byline) == names


def test_comma_belongs_to_the_name_in_a_list_of_names():
    assert read_authors("Smith, John Paul, Baron", commas_separate=False) == ("Smith, John Paul, Baron",)


@given(
    st.text()
    | st.lists(st.sampled_from(["By ", "and ", ",", "JOHN", "Smith", " ", "(", ")", "y ", "@", "Writer", "\n"])).map(
        "".join
    )
)
def test_no_text_raises_and_names_are_whole_and_told_once(text):
    names = read_authors(text)
    assert all(name.strip() == name and name for name in names)
    assert len({name.casefold() for name in names}) == len(names)


def test_very_long_byline_is_read_in_bounded_time():
    assert len(read_authors("staff writer for " * 100_000)) <= 40


GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "bylines.tsv"
ROWS = [line.split("\t") for line in GOLDEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_byline_of_several_names_and_agencies_is_parted(row: list[str]) -> None:
    byline, *names = row
    assert read_authors(byline) == tuple(names)
