"""Archives, packed files, and both inside each other: what is in them, and what somebody put there to harm."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Skipped
from indexer.readers import contents, streams
from tests.indexer.readers.forms import cut, json_lines, make_tar, make_zip, page, read, told

FILES = (
    ("news/a.jsonl", json_lines("One", "Two")),
    ("news/b.jsonl.gz", gzip.compress(json_lines("Three"))),
    ("news/page.html", page("A harbour opens again")),
    ("c.csv", b"title,body\nFour,Words.\n"),
    ("n" * 120 + "/é.jsonl", json_lines("Five")),
)
EXPECTED = [
    "file!news/a.jsonl:1 One",
    "file!news/a.jsonl:2 Two",
    "file!news/b.jsonl.gz:1 Three",
    "file!news/page.html A harbour opens again",
    "file!c.csv:2 Four",
    f"file!{'n' * 120}/é.jsonl:1 Five",
]
CONTAINERS = {
    "zip": make_zip(FILES),
    "stored zip": make_zip(FILES, method=zipfile.ZIP_STORED),
    "zip written to a pipe": make_zip(FILES, piped=True),
    "tar": make_tar(FILES),
    "old tar": make_tar(FILES, tarfile.GNU_FORMAT),
    "tar.gz": gzip.compress(make_tar(FILES)),
    "tar.zst": zstandard.compress(make_tar(FILES)),
}


@pytest.mark.parametrize("piped", [False, True], ids=["a file", "a pipe"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_the_same_articles_come_out_of_every_container(container, piped):
    assert told(read(CONTAINERS[container], piped=piped)) == EXPECTED


def test_an_archive_in_an_archive_in_an_archive_is_read_and_a_fourth_is_not():
    inner = make_zip([("x.jsonl", json_lines("Deep"))], piped=True)
    third = make_zip([("b.tar.gz", gzip.compress(make_tar([("c.zip", inner)])))])
    assert told(read(third)) == ["file!b.tar.gz!c.zip!x.jsonl:1 Deep"]
    assert told(read(make_zip([("a.zip", third)]))) == ["file!a.zip!b.tar.gz!c.zip skipped: nested too deeply"]


def test_a_file_packed_again_and_again_is_given_up():
    content = json_lines("One")
    for _ in range(contents.MAX_LAYERS):
        content = gzip.compress(content)
    assert told(read(content)) == ["file:1 One"]
    assert told(read(gzip.compress(content))) == ["file skipped: nested too deeply"]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("piped", [False, True], ids=["a file", "a pipe"])
def test_archive_cut_off_anywhere_keeps_what_could_be_read_and_says_so_once(container, piped):
    """At every byte near the edges, at every seventh in between."""
    whole = CONTAINERS[container]
    pieces = cut(whole)
    first = 512 if container.endswith("tar") else 8  # what is shorter than a tar's first header is none
    for length in {*range(first, first + 80), *range(first + 80, len(whole), 7), *range(len(whole) - 40, len(whole))}:
        found = cut(whole[:length], piped=piped)
        skips = [piece for piece in found if isinstance(piece, Skipped)]
        kept = [piece for piece in found if not isinstance(piece, Skipped)]
        assert len(skips) <= 1
        assert all(skip.reason.startswith("truncated ") for skip in skips)
        assert [piece.place for piece in kept] == [piece.place for piece in pieces[: len(kept)]]
        assert skips or len(kept) == len(pieces), length


@pytest.mark.parametrize("container", ["zip", "zip written to a pipe", "tar"])
@given(at=st.integers(0, 5000), mask=st.integers(1, 255))
def test_damage_anywhere_costs_no_more_than_the_rest(container, at, mask):
    content = bytearray(CONTAINERS[container])
    content[at % len(content)] ^= mask
    for piped in (False, True):
        for piece in cut(bytes(content), piped=piped):
            assert not isinstance(piece, Skipped) or piece.reason


def test_member_whose_checksum_does_not_fit_costs_itself():
    content = bytearray(make_zip([("a.txt", b"first words"), ("b.jsonl", json_lines("Two"))], method=0))
    content[content.index(b"first")] ^= 1
    for piped in (False, True):
        assert told(read(bytes(content), piped=piped)) == [
            "file!a.txt skipped: damaged zip member",
            "file!b.jsonl:1 Two",
        ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../up.jsonl", "name leaves the archive"),
        ("a/../../up.jsonl", "name leaves the archive"),
        ("/etc/abs.jsonl", "name leaves the archive"),
        ("C:\\windows\\x.jsonl", "name leaves the archive"),
        (".hidden.jsonl", "hidden"),
        ("__MACOSX/a.jsonl", "leftover of a program"),
    ],
)
def test_names_that_lead_elsewhere_or_nowhere_are_skipped(name, reason):
    for content in (make_zip([(name, json_lines("No")), ("ok.jsonl", json_lines("Yes"))]), make_tar([(name, b"x")])):
        assert told(read(content))[0] == f"file!{name} skipped: {reason}" or name.startswith("C:")
        assert read(content)[0].reason == reason


def test_names_of_windows_and_names_that_begin_here_are_names():
    assert told(read(make_zip([("news\\a.jsonl", json_lines("One"))]))) == ["file!news/a.jsonl:1 One"]
    assert told(read(make_tar([("./news/a.jsonl", json_lines("One"))]))) == ["file!news/a.jsonl:1 One"]


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link to another member"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.FIFOTYPE, "a pipe"),
    ],
)
def test_links_and_devices_in_a_tar_are_never_followed(kind, detail):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        member = tarfile.TarInfo("odd")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
        good = tarfile.TarInfo("ok.jsonl")
        good.size = len(json_lines("One"))
        archive.addfile(good, io.BytesIO(json_lines("One")))
    odd, one = read(target.getvalue())
    assert (odd.place.member, odd.reason, odd.detail) == ("odd", "not a regular file", detail)
    assert told([one]) == ["file!ok.jsonl:1 One"]


def test_link_in_a_zip_is_never_followed():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert told(read(target.getvalue())) == ["file!link skipped: not a regular file"]


@pytest.mark.parametrize("piped", [False, True], ids=["a file", "a pipe"])
def test_encrypted_member_says_so_and_the_others_are_read(piped):
    content = bytearray(make_zip([("a.jsonl", json_lines("Secret")), ("b.jsonl", json_lines("Two"))]))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert told(read(bytes(content), piped=piped)) == ["file!a.jsonl skipped: encrypted", "file!b.jsonl:1 Two"]


def test_zip_with_something_before_it_is_read_by_its_directory():
    shifted = b"PK\x03\x04" + bytes(60) + make_zip([("a.jsonl", json_lines("One"))])
    assert told(read(shifted)) == ["file!a.jsonl:1 One"]


def test_zip_of_64_bits_is_read():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, archive.open("a.jsonl", "w", force_zip64=True) as member:
        member.write(json_lines("One"))
    for piped in (False, True):
        assert told(read(target.getvalue(), piped=piped)) == ["file!a.jsonl:1 One"]


# Bombs


def test_text_that_unpacks_beyond_a_page_is_given_up_and_its_neighbours_are_read():
    bomb = make_zip([("bomb.txt", bytes(40_000_000)), ("a.jsonl", json_lines("One"))])
    assert len(bomb) < 50_000
    for content, piped in ((bomb, False), (bomb, True), (make_tar([("bomb.txt", bytes(40_000_000))]), False)):
        assert told(read(content, piped=piped))[0] == "file!bomb.txt skipped: text too large"
    assert told(read(bomb))[1:] == told(read(bomb, piped=True))[1:] == ["file!a.jsonl:1 One"]


@pytest.fixture
def little_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gigabyte may come of any file; here a megabyte, so that the test is not the bomb."""
    monkeypatch.setattr(streams, "_FREE_BYTES", 1024**2)
    monkeypatch.setattr(streams, "PIECE_BYTES", 1024)


@pytest.mark.usefixtures("little_is_free")
def test_more_than_any_archive_holds_ends_the_file():
    packed_twice = gzip.compress(gzip.compress(bytes(30_000_000)))
    for content in (packed_twice, make_zip([("a.tar.gz", packed_twice)]), zstandard.compress(bytes(30_000_000))):
        assert [each.reason for each in read(content)][-1] == "decompression bomb"


@pytest.mark.usefixtures("little_is_free")
def test_archives_that_hold_many_archives_are_a_bomb_together():
    inner = make_zip([(f"{number}.txt", bytes(100_000)) for number in range(50)])
    outer = make_zip([(f"{number}.zip", inner) for number in range(50)])
    assert [each.reason for each in read(make_zip([("a.zip", outer)]))][-1] == "decompression bomb"


def test_members_that_share_their_bytes_are_a_bomb():
    """As in the zip of D. Fifield, 2019: many members, one content."""
    content = make_zip([("a.jsonl", json_lines("One", *(f"filler {number}" for number in range(200))))])
    directory_at = content.index(b"PK\x01\x02")
    end_at = content.rindex(b"PK\x05\x06")
    entry = content[directory_at:end_at]
    end = bytearray(content[end_at:])
    struct.pack_into("<HHL", end, 8, 9, 9, len(entry) * 9)
    outcomes = read(content[:directory_at] + entry * 9 + bytes(end))
    assert outcomes[-1].reason == "decompression bomb"


def test_archive_that_holds_itself_ends():
    """No quine, but as deep as one could be: each level is the level below, twice."""
    level = make_zip([("a.jsonl", json_lines("One"))])
    for _ in range(8):
        level = make_zip([("l.zip", level), ("r.zip", level)])
    outcomes = read(level)
    assert len(outcomes) == 4 * 2
    assert {each.reason for each in outcomes} == {"nested too deeply"}


def test_name_without_end_in_a_tar_is_not_read():
    header = tarfile.TarInfo("long")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 2**33
    content = header.tobuf(tarfile.GNU_FORMAT) + bytes(4096)
    assert [each.reason for each in read(content)] == ["damaged tar"]
