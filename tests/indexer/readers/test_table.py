"""Comma-separated values in the dialects that people and programs write."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Place, ReadArticle, Skipped
from indexer.readers.contents import Layer, cut_content
from indexer.readers.fields import NO_MAP, FieldMap
from indexer.readers.pieces import RowsPiece
from indexer.readers.read import ReadOptions
from indexer.readers.streams import DamagedError, Meter
from indexer.readers.table import cut_table
from indexer.readers.table_form import TableForm, tell_table
from tests.indexer.readers.forms import read, told

HEAD = b"id,title,body,date,author,section\n"


def articles(content: bytes, name: str = "news.csv", **options: object) -> list[tuple[str, str]]:
    outcomes = read(content, name, ReadOptions(**options))
    assert all(isinstance(each, ReadArticle) for each in outcomes), told(outcomes)
    return [(each.article.title, each.article.body) for each in outcomes]


def test_row_is_an_article_at_the_line_that_it_begins_in():
    content = HEAD + b'7,Budget,"Two lines,\nand ""quotes""",2021-03-12,"Ann Lee; Bo Ray",Money\n\n8,Maps,Words.,,,\n'
    first, second = read(content, "news.csv")
    article = first.article
    assert (first.place, second.place) == (Place("news.csv", 2), Place("news.csv", 5))
    assert (article.external_id, article.title, article.body) == ("7", "Budget", 'Two lines,\nand "quotes"')
    assert (article.published.on, article.author, article.tag) == ("2021-03-12", ("Ann Lee", "Bo Ray"), ("Money",))
    assert second.article.published.on is None


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_separators_encodings_and_line_ends_are_told_by_content(separator, encoding, ends):
    rows = [
        ("title", "body", "mood"),
        ("Президент подписал указ", f"a{separator}b", "x"),
        ("Второй", "Слова и слова.", ""),
    ]
    text = ends.join(separator.join(f'"{cell}"' for cell in row) for row in rows) + ends
    assert articles(text.encode(encoding), "a.txt" if ends != "\r" else "a.csv") == [row[:2] for row in rows[1:]]


cells = st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"]), max_size=12)
rows_of_cells = st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=12)


@given(rows_of_cells, st.sampled_from(",;\t|"), st.integers(1, 40))
def test_what_a_writer_writes_is_read_again_whatever_the_pieces(rows, separator, size):
    """Round trip of Python's writer, which quotes as RFC 4180 does."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=separator, lineterminator="\n")
    writer.writerow(["title", "body", "note"])
    writer.writerows(rows)
    content = target.getvalue().encode()
    pieces = (content[start : start + size] for start in range(0, len(content), size))
    found = list(cut_table(pieces, Place("t.csv"), TableForm(separator), NO_MAP))
    assert all(isinstance(piece, RowsPiece) for piece in found)
    read_again = [list(cells) for piece in found for _, cells in piece.rows]
    assert read_again == [row for row in rows if any(map(str.strip, row))]


def test_columns_are_named_by_the_user_where_their_names_mean_nothing():
    content = b"nr;kopf;inhalt\n1;Erste;Worte.\n2;Zweite;Mehr.\n"
    skipped = read(content, "a.csv")
    assert [(each.reason, each.place) for each in skipped] == [("columns not known", Place("a.csv", 1))]
    assert "nr, kopf, inhalt" in skipped[0].detail
    assert "--map body=COLUMN" in skipped[0].detail
    mapped = FieldMap.parse(["title=kopf", "body=inhalt"])
    layer = Layer(Place("a.csv"), "a.csv", Meter(), mapped)
    (piece,) = cut_content(iter([content]), layer)
    assert piece.columns == ("nr", "kopf", "inhalt")
    layer = Layer(Place("a.txt"), "a.txt", Meter(), mapped)
    assert next(iter(cut_content(iter([content]), layer))).columns == piece.columns


def test_quote_that_nobody_closes_costs_its_line_alone():
    content = b'title,body\nOne,"never closed\nTwo,fine\nThree,"also fine"\n'
    assert told(read(content, "a.csv")) == ["a.csv:2 skipped: quote not closed", "a.csv:3 Two", "a.csv:4 Three"]
    last = b'title,body\nOne,fine\nTwo,"open\nThree,fine\n'
    assert told(read(last, "a.csv")) == ["a.csv:2 One", "a.csv:3 skipped: quote not closed", "a.csv:4 Three"]


def test_quotes_that_nobody_closes_everywhere_end_after_one_look_at_each_line():
    content = b"title,body\n" + b'x"y,"z\n' * 3000 + b"Last,fine\n"
    outcomes = told(read(content, "a.csv"))
    assert len(outcomes) == 3001
    assert outcomes[-1] == "a.csv:3002 Last"


def test_quotes_in_the_middle_of_a_cell_are_what_they_are():
    assert articles(b'title,body\nThe 5" pipe,"so ""they"" say"\n') == [('The 5" pipe', 'so "they" say')]
    assert articles(b'title\tbody\n"Hello" he said\tit is "so"\nTwo\t"x" y\n', "a.tsv") == [
        ('"Hello" he said', 'it is "so"'),
        ("Two", '"x" y'),
    ]
    assert articles(b'title,body\nOne,"a \\"b\\", c"\nTwo,d\n') == [("One", 'a "b", c'), ("Two", "d")]


def test_cells_without_a_column_and_columns_of_one_name_are_kept():
    (only,) = read(b"title,body,x,x\nOne,Words.,a,b,c\n", "a.csv")
    assert only.article.extra_json == '{"column 5":"c","x":"a","x (column 4)":"b"}'


def test_separator_that_excel_names_is_used():
    assert articles(b"sep=;\r\ntitle;body\r\nOne;a, b\r\n") == [("One", "a, b")]


def test_one_column_of_texts_is_a_table_by_its_name():
    assert articles(b"text\nFirst words.\nSecond words.\n") == [("", "First words."), ("", "Second words.")]


@pytest.mark.parametrize(
    "text",
    [
        "Minister promises a budget by summer\n\nThe minister said, on Friday, that it would be ready; nobody lost.\n",
        "News, sport, weather | Home\nTitle of the day, by Ann\nMore, of it\n",
        "| Home | News | Sport |\n\nThe text of the page, title and all\n",
    ],
)
def test_prose_with_commas_is_no_table(text):
    assert tell_table(text.encode(), "page.txt", NO_MAP) is None
    assert tell_table(text.encode(), "page.csv", NO_MAP) is None or "|" in text


def test_bare_carriage_return_in_a_cell_is_a_blank():
    assert articles(b"title,body\nOne,a\rb\nTwo,c\n") == [("One", "a b"), ("Two", "c")]


def test_rows_before_damage_are_read():
    def pieces():
        yield HEAD + b"1,One,Words.,,,\n2,Two,Wor"
        raise DamagedError("truncated gzip")

    found = []
    with pytest.raises(DamagedError):  # noqa: PT012 what comes before the error counts
        for piece in cut_table(pieces(), Place("t.csv"), TableForm(","), NO_MAP):
            found.append(piece)  # noqa: PERF402 extend would lose them
    assert [row[1][1] for piece in found for row in piece.rows] == ["One"]


def test_row_without_words_is_skipped_at_its_line():
    outcomes = read(b"title,body,mood\nOne,x,y\n,,grim\n", "a.csv")
    assert [(each.place.line, isinstance(each, Skipped)) for each in outcomes] == [(2, False), (3, True)]
