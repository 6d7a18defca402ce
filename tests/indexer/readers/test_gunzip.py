"""Pieces and lines of plain and gzipped files, whole and broken."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.gunzip import GzipDamagedError, cut_lines, read_pieces

Numbered = tuple[int, bytes | None]


def split_lines(pieces: Iterable[bytes], limit: int, run_bytes: int = 100) -> Iterator[Numbered]:
    for run in cut_lines(pieces, limit, run_bytes):
        if run.content is None:
            yield run.number, None
        else:
            lines = run.content.split(b"\n")
            yield from enumerate(lines if lines[-1] else lines[:-1], start=run.number)


def lines_of(content: bytes, limit: int = 1000) -> list[Numbered]:
    return list(split_lines(read_pieces(io.BytesIO(content)), limit))


@given(st.binary(max_size=2000))
def test_gzipped_and_plain_give_the_same(content):
    plain = b" " + content
    assert b"".join(read_pieces(io.BytesIO(plain))) == plain
    assert b"".join(read_pieces(io.BytesIO(gzip.compress(plain)))) == plain


def test_members_one_after_another_and_padding_are_one_file():
    packed = gzip.compress(b"one\n") + gzip.compress(b"two\n") + b"\0" * 512
    assert lines_of(packed) == [(1, b"one"), (2, b"two")]


def test_large_file_comes_in_bounded_pieces():
    content = b"x" * 50_000_000
    sizes = [len(piece) for piece in read_pieces(io.BytesIO(gzip.compress(content)))]
    assert sum(sizes) == len(content)
    assert max(sizes) <= 1_048_576


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
    lines = split_lines(read_pieces(io.BytesIO(packed[: int(len(packed) * kept)])), 1000)
    got = []
    with pytest.raises(GzipDamagedError, match="truncated gzip"):  # noqa: PT012 what comes before the error counts
        for line in lines:
            got.append(line)  # noqa: PERF402 extend would lose them
    assert len(got) > 20_000 * kept / 2
    assert all(line == b"line %d of a file" % (number - 1) for number, line in got)


def test_damaged_gzip_is_told():
    packed = bytearray(gzip.compress(b"line\n" * 10_000 + bytes(range(256)) * 100))
    packed[-20] ^= 0xFF
    with pytest.raises(GzipDamagedError, match="gzip"):
        list(read_pieces(io.BytesIO(bytes(packed))))


@given(st.binary(max_size=300))
def test_any_bytes_after_the_magic_number_give_pieces_or_damage(content):
    with suppress(GzipDamagedError):
        list(read_pieces(io.BytesIO(b"\x1f\x8b" + content)))
