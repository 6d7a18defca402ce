"""Other people's query files, told apart by what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.speed.queries import Form, Query
from benchmarks.speed.query_files import read_query_file, read_signs


def read(tmp_path: Path, content: str):
    path = tmp_path / "queries.any"
    path.write_text(content, encoding="utf-8")
    return read_query_file(path)


def test_tagged_json_lines(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '{"query": "+griffith +observatory", "tags": ["intersection", "global"]}\n'
        '{"query": "\\"bowel obstruction\\"", "tags": ["phrase"]}\n'
        '{"query": "-a +b", "tags": ["negated"]}\n',
    )
    assert [(each.name, each.queries) for each in found.classes] == [
        ("intersection", (Query(Form.ALL, ("griffith", "observatory")),)),
        ("phrase", (Query(Form.PHRASE, ("bowel", "obstruction")),)),
    ]
    assert found.left_out == ("negated: 1",)


def test_tasks_with_comments(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "# a comment\n\nAndHighMed: +5 +power # freq=849829\nFuzzy2: bates~2\nIntNRQ: nrq//time 1 2\n",
    )
    assert [each.queries[0] for each in found.classes] == [
        Query(Form.ALL, ("5", "power")),
        Query(Form.FUZZY, ("bates",), distance=2),
    ]
    assert found.left_out == ("IntNRQ: 1",)


def test_numbered_and_plain_lines_are_words_that_people_typed(tmp_path: Path) -> None:
    for content in ("17\tU.S. oil industry\n18\tct congress\n", "U.S. oil industry\nct congress\n"):
        (typed,) = read(tmp_path, content).classes
        assert typed.queries == (
            Query(Form.ANY, ("u", "s", "oil", "industry"), pasted=True),
            Query(Form.ANY, ("ct", "congress"), pasted=True),
        )


def test_long_files_are_thinned_evenly(tmp_path: Path) -> None:
    (typed,) = read(tmp_path, "".join(f"{number}\tword{number}\n" for number in range(1000))).classes
    assert len(typed.queries) == 200
    assert typed.queries[-1].words == ("word995",)


def test_file_without_queries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no query"):
        read(tmp_path, "# nothing\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cul*", Query(Form.PREFIX, ("cul",))),
        ("maher~1", Query(Form.FUZZY, ("maher",))),
        ("the", Query(Form.ANY, ("the",))),
        ("who's there", None),
        ("+must maybe", None),
        ('"a b"~4', None),
        ("so*ern", None),
        ("price:[1 TO 2]", None),
    ],
)
def test_signs(text: str, expected: Query | None) -> None:
    assert read_signs(text) == expected
