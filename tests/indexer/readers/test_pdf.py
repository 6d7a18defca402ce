"""PDF: the text of its pages, and what the file says of itself."""

from __future__ import annotations

import io
import sys
from datetime import date

import pypdf
import pytest

from indexer.article import ReadArticle
from indexer.readers.read import ReadOptions
from tests.indexer.readers.forms import read

LINES = (
    "Harbour opens again after ten years",
    "The council said on Friday that the harbour would be open again before the winter.",
    "Members of the opposition said that they had not seen a single page of the plan.",
    "The new pier is 300 metres long and was paid for by the county and by the port.",
)


def make_pdf(lines=LINES, **said: str) -> bytes:
    """By hand: one page, one font, a line of text a line."""
    shown = "".join(f"({line}) Tj 0 -20 Td " for line in lines)
    stream = f"BT /F1 12 Tf 50 700 Td {shown}ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
            b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
    ]
    content = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    plain = content + table + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(plain))
    writer.add_metadata({f"/{name}": value for name, value in said.items()})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def article(content: bytes):
    (outcome,) = read(content, "paper.bin", ReadOptions(today=date(2024, 1, 1)))
    assert isinstance(outcome, ReadArticle), outcome
    return outcome


def test_text_and_what_the_file_says_make_an_article():
    outcome = article(make_pdf(Title="The harbour", Author="Ann Lee", CreationDate="D:20210312152900+04'00'"))
    assert (outcome.article.title, outcome.article.author) == ("The harbour", ("Ann Lee",))
    assert LINES[2] in outcome.article.body
    assert outcome.article.published.on == "2021-03-12"
    assert outcome.article.published.at is None  # when the file was made is not when it was published
    assert outcome.notes == ("date of the PDF file, for there is none in its text",)


@pytest.mark.parametrize("title", ["Microsoft Word - plan.docx", "untitled", "plan_v2.indd", "  "])
def test_title_that_a_program_has_given_is_none(title):
    assert article(make_pdf(Title=title)).article.title != " ".join(title.split())


def test_date_in_the_text_goes_before_that_of_the_file():
    lines = (LINES[0], "12 March 2020", *LINES[1:])
    assert article(make_pdf(lines, CreationDate="D:20210312152900")).article.published.on == "2020-03-12"


def test_date_of_the_file_that_is_to_come_is_refused():
    assert article(make_pdf(CreationDate="D:20990101000000")).article.published.on is None


@pytest.mark.parametrize("kept", [0.2, 0.6])
def test_pdf_that_was_cut_off_is_an_article_or_says_what_is_wrong(kept):
    content = make_pdf()
    (outcome,) = read(content[: int(len(content) * kept)])
    assert isinstance(outcome, ReadArticle) or outcome.reason in {"damaged PDF", "no text"}


def test_pdf_with_a_password_says_so_and_one_without_words_too():
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    assert [each.reason for each in read(target.getvalue())] == ["encrypted"]
    assert [each.reason for each in read(make_pdf(()))] == ["no text"]


def test_without_pypdf_the_skip_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (skipped,) = read(make_pdf())
    assert (skipped.reason, skipped.detail) == (
        "PDF files are read with pypdf",
        'install it with: pip install "broadsheet[pdf]"',
    )
