"""Files in every form, made for tests, and what the readers say of them."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Iterable

from indexer.article import Place, ReadArticle, Skipped
from indexer.readers.contents import Layer, cut_file
from indexer.readers.pieces import Piece
from indexer.readers.read import ReadOptions, read_piece
from indexer.readers.streams import DamagedError, Meter

Files = Iterable[tuple[str, bytes]]


def json_lines(*titles: str) -> bytes:
    return b"".join(json.dumps({"title": title, "body": "Words.", "lang": "en"}).encode() + b"\n" for title in titles)


def page(title: str) -> bytes:
    """A web page that every reader of pages finds an article in."""
    text = "The council said on Friday that the harbour would be open again before the end of the winter. "
    paragraphs = "".join(f"<p>{number}. {text * 3}</p>" for number in range(4))
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{paragraphs}".encode()


class _Pipe(io.RawIOBase):
    """Takes what is written; nobody can go back in it."""

    def __init__(self) -> None:
        self.content = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content) -> int:
        self.content += content
        return len(content)


def make_zip(files: Files, *, method: int = zipfile.ZIP_DEFLATED, piped: bool = False) -> bytes:
    """`piped`: written to where sizes cannot be put in later, so that they follow each member."""
    target = _Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return bytes(target.content) if isinstance(target, _Pipe) else target.getvalue()


def make_tar(files: Files, form: int = tarfile.PAX_FORMAT, **of_each: object) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            for key, value in of_each.items():
                setattr(member, key, value)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


class _Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def seek(self, *_) -> int:
        raise OSError("not seekable")


def cut(content: bytes, name: str = "file", *, piped: bool = False) -> list[Piece | Skipped]:
    """The pieces of a file; damage of the whole of it comes last, as a skip."""
    found: list[Piece | Skipped] = []
    file = _Unseekable(content) if piped else io.BytesIO(content)
    try:
        for piece in cut_file(file, Layer(Place(name), name, Meter())):
            found.append(piece)  # noqa: PERF402 extend would lose them
    except DamagedError as error:
        found.append(Skipped(Place(name), str(error), error.detail))
    return found


def read(content: bytes, name: str = "file", options: ReadOptions | None = None, **how: bool):
    """Every outcome of a file in its order."""
    outcomes: list[ReadArticle | Skipped] = []
    for piece in cut(content, name, **how):
        if isinstance(piece, Skipped):
            outcomes.append(piece)
        else:
            outcomes += read_piece(piece, options or ReadOptions())
    return outcomes


def told(outcomes: Iterable[ReadArticle | Skipped]) -> list[str]:
    """Each in a line: where, and its title or the reason why it was skipped."""
    return [
        f"{each.place} {each.article.title}"
        if isinstance(each, ReadArticle)
        else f"{each.place} skipped: {each.reason}"
        for each in outcomes
    ]
