"""Pieces and lines of plain, gzipped and zstandard files, whole and broken."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.line_runs import cut_lines
from indexer.readers.streams import PIECE_BYTES, DamagedError, Meter, PieceReader, read_raw
from indexer.readers.unpacking import unpack_gzip, unpack_zstd

Numbered = tuple[int, bytes | None]
UNPACK = {"gzip": unpack_gzip, "zstandard": unpack_zstd}
PACK = {"gzip": lambda content: gzip.compress(content, mtime=0), "zstandard": zstandard.compress}


def unpack(content: bytes, form: str = "gzip") -> Iterator[bytes]:
    return UNPACK[form](read_raw(io.BytesIO(content), Meter()), Meter())


def split_lines(pieces: Iterable[bytes], limit: int, run_bytes: int = 100) -> Iterator[Numbered]:
    for run in cut_lines(pieces, limit, run_bytes):
        if run.content is None:
            yield run.number, None
        else:
            lines = run.content.split(b"\n")
            yield from enumerate(lines if lines[-1] else lines[:-1], start=run.number)


@pytest.mark.parametrize("form", UNPACK)
@given(content=st.binary(max_size=2000))
def test_what_was_packed_comes_out(form, content):
    assert b"".join(unpack(PACK[form](content), form)) == content


def test_members_one_after_another_and_padding_are_one_file():
    packed = gzip.compress(b"one\n") + gzip.compress(b"two\n") + b"\0" * 512
    assert list(split_lines(unpack(packed), 1000)) == [(1, b"one"), (2, b"two")]
    frames = zstandard.compress(b"one\n") + zstandard.compress(b"two\n")
    assert list(split_lines(unpack(frames, "zstandard"), 1000)) == [(1, b"one"), (2, b"two")]


@pytest.mark.parametrize("form", UNPACK)
def test_large_file_comes_in_bounded_pieces(form):
    content = b"x" * 50_000_000
    sizes = [len(piece) for piece in unpack(PACK[form](content), form)]
    assert sum(sizes) == len(content)
    assert max(sizes) <= 33 * 1024 * 1024 if form == "zstandard" else 4 * PIECE_BYTES


@pytest.mark.parametrize("form", UNPACK)
def test_file_cut_off_at_any_byte_gives_what_it_held_and_says_so(form):
    content = b"".join(b"line %d of a file\n" % number for number in range(30))
    packed = PACK[form](content)
    for length in range(1, len(packed)):
        got = []
        with pytest.raises(DamagedError, match=f"^truncated {form}$"):  # noqa: PT012 what comes before it counts
            for piece in unpack(packed[:length], form):
                got.append(piece)  # noqa: PERF402 extend would lose them
        assert content.startswith(b"".join(got))


@given(st.lists(st.binary(max_size=30).filter(lambda part: b"\n" not in part), min_size=1), st.integers(1, 50))
def test_lines_do_not_depend_on_the_pieces(parts, size):
    content = b"\n".join(parts)
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    assert list(split_lines(pieces, 1000)) == list(split_lines([content], 1000))
    expected = parts if parts[-1] else parts[:-1]
    assert [line for _, line in split_lines(pieces, 1000)] == expected


@given(st.lists(st.integers(0, 40)), st.integers(1, 30), st.integers(1, 200))
def test_runs_are_whole_lines_one_after_the_other_and_long_enough(lengths, size, run_bytes):
    content = b"".join(b"x" * length + b"\n" for length in lengths)
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    runs = list(cut_lines(pieces, 1000, run_bytes))
    assert b"".join(run.content for run in runs) == content
    assert [run.number for run in runs] == [
        1 + sum(before.content.count(b"\n") for before in runs[:n]) for n in range(len(runs))
    ]
    assert all(run.content.endswith(b"\n") for run in runs)
    assert all(run_bytes <= len(run.content) < run_bytes + size + 41 for run in runs[:-1])


@given(st.lists(st.integers(0, 30), min_size=1), st.integers(1, 8))
def test_line_over_the_limit_is_none_and_the_others_stand(lengths, size):
    content = b"".join(b"x" * length + b"\n" for length in lengths)
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    expected = [b"x" * length if length <= 10 else None for length in lengths]
    assert list(split_lines(pieces, 10)) == list(enumerate(expected, start=1))


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_truncated_gzip_gives_its_lines_and_then_says_so(kept):
    numbers = b"".join(b"line %d of a file\n" % number for number in range(20_000))
    packed = gzip.compress(numbers)
    lines = split_lines(unpack(packed[: int(len(packed) * kept)]), 1000)
    got = []
    with pytest.raises(DamagedError, match="truncated gzip"):  # noqa: PT012 what comes before the error counts
        for line in lines:
            got.append(line)  # noqa: PERF402 extend would lose them
    assert len(got) > 20_000 * kept / 2
    assert all(line == b"line %d of a file" % (number - 1) for number, line in got)


def test_damaged_gzip_is_told():
    packed = bytearray(gzip.compress(b"line\n" * 10_000 + bytes(range(256)) * 100))
    packed[-20] ^= 0xFF
    with pytest.raises(DamagedError, match="gzip"):
        list(unpack(bytes(packed)))


@pytest.mark.parametrize(("form", "start"), [("gzip", b"\x1f\x8b"), ("zstandard", b"\x28\xb5\x2f\xfd")])
@given(content=st.binary(max_size=300))
def test_any_bytes_after_the_magic_number_give_pieces_or_damage(form, start, content):
    with suppress(DamagedError):
        list(unpack(start + content, form))


@given(st.lists(st.binary(max_size=20)), st.lists(st.integers(0, 30)))
def test_reader_of_pieces_reads_as_a_file_does(pieces, sizes):
    content = b"".join(pieces)
    file, reader = io.BytesIO(content), PieceReader(iter(pieces))
    for size in sizes:
        assert reader.read(size) == file.read(size)
        assert reader.tell() == file.tell()
    assert reader.readline() == file.readline()
    rest = reader.next_piece()
    reader.give_back(rest)
    assert reader.tell() == file.tell()
    assert b"".join(reader.pieces(10)) == file.read(10)
    assert reader.read() == file.read()
