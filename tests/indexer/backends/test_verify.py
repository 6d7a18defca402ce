"""`verify` names every byte range that is not what was written, in every file, and what cannot be although it was."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Article, OriginalLine, Published
from indexer.backends.meta import META_FILE, current_meta
from indexer.backends.port import Tombstone
from indexer.backends.storage import write_sealed
from indexer.backends.tombstones import TOMBSTONES_FILE
from indexer.backends.verify import Verification, verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.segment import MappedSegment
from indexer.codec.segment_file import CHUNK, SegmentFile, SegmentFileWriter
from indexer.document import make_draft
from indexer.errors import IndexNotFoundError, IndexVersionError
from indexer.verifying import verify

FLIPS = 500


def article(number: int) -> Article:
    return Article(
        title=f"Maps of minefield {number}, and maps",
        body=" ".join(f"run runs running well-being w{number * place % 9}" for place in range(1, 8)),
        author=("Ada Lorne", f"Name {number % 3}"),
        source=f"Paper {number % 2}",
        url=f"https://paper.example/{number}",
        published=Published(f"2021-03-{number % 28 + 1:02d}"),
        lang=("en", "de")[number % 2],
        tag=("war", "art")[: number % 3],
        external_id=f"n{number}" if number % 5 else None,
        original=(OriginalLine("Subscribe", "furniture"), OriginalLine("Maps"))[: number % 3],
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two segments with deletions and a tombstone, that nobody may write to."""
    folder = tmp_path_factory.mktemp("verify") / "index"
    with WhooshIndex.create(folder).writer(32) as writer:
        for first, count in ((0, 300), (300, 40)):
            for number in range(first, first + count):
                writer.write(make_draft(article(number), f"/news/{number % 4}.jsonl"))
            writer.commit()
        writer.bury((Tombstone("a" * 16, "court order", "2024-01-02"),))
        writer.remove(article(7).id)
        writer.commit()
    return folder


@pytest.fixture
def copied(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "index"))


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.stat().st_size)


def segments_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.seg"))


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(verify, ["--index-dir", str(folder), *options])


def is_named(found: Verification, path: Path, first: int, end: int) -> bool:
    """Whether some damage of this file reaches into these bytes."""
    return any(each.path == path and each.first < end and each.end > first for each in found.damages)


def test_a_whole_index_is_said_to_be_whole(whole: Path) -> None:
    found = verify_index(whole, deep=True)
    assert found.damages == ()
    assert (found.segments, found.articles, found.tombstones, found.files) == (2, 339, 1, 5)
    assert found.size_bytes == sum(path.stat().st_size for path in files_of(whole))


def test_flipped_bits_are_named_wherever_they_are(whole: Path, copied: Path) -> None:
    chosen = random.Random(4)
    files = files_of(copied)
    assert {path.suffix for path in files} == {".seg", ".toc", ".json"}
    for number in range(FLIPS):
        path = files[number % len(files)]
        content = bytearray((whole / path.name).read_bytes())
        place = chosen.randrange(len(content))
        content[place] ^= 1 << chosen.randrange(8)
        path.write_bytes(content)
        found = verify_index(copied)
        assert is_named(found, path, place, place + 1), (path.name, place, found.damages)
        assert {each.path for each in found.damages} == {path}
        shutil.copyfile(whole / path.name, path)
    assert verify_index(copied).damages == ()


@settings(max_examples=120)
@given(data=st.data())
def test_overwritten_ranges_are_named(whole: Path, tmp_path_factory: pytest.TempPathFactory, data) -> None:
    copied = Path(shutil.copytree(whole, tmp_path_factory.mktemp("zero") / "index"))
    path = data.draw(st.sampled_from(files_of(copied)))
    content = bytearray(path.read_bytes())
    first = data.draw(st.integers(0, len(content) - 1))
    length = data.draw(st.integers(1, len(content) - first))
    byte = data.draw(st.sampled_from([b"\0", b"\xff"]))
    before = bytes(content)
    content[first : first + length] = byte * length
    path.write_bytes(content)
    changed = [place for place in range(first, first + length) if before[place] != content[place]]
    found = verify_index(copied)
    if changed:
        assert is_named(found, path, changed[0], changed[-1] + 1), found.damages
    else:
        assert found.damages == ()
    shutil.rmtree(copied.parent)


@settings(max_examples=120)
@given(data=st.data())
def test_files_that_were_cut_off_are_named(whole: Path, tmp_path_factory: pytest.TempPathFactory, data) -> None:
    copied = Path(shutil.copytree(whole, tmp_path_factory.mktemp("cut") / "index"))
    path = data.draw(st.sampled_from(files_of(copied)))
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    assert {each.path for each in verify_index(copied).damages} == {path}
    shutil.rmtree(copied.parent)


@pytest.mark.parametrize("more", [b"\0", b"x" * 24, b"\n"])
def test_files_that_have_grown_are_named(copied: Path, more: bytes) -> None:
    for path in files_of(copied):
        content = path.read_bytes()
        path.write_bytes(content + more)
        assert {each.path for each in verify_index(copied).damages} == {path}
        path.write_bytes(content)


def test_a_flipped_bit_in_any_section_is_named_with_the_bytes_of_that_section(copied: Path) -> None:
    path = segments_of(copied)[0]
    content = path.read_bytes()
    opened = SegmentFile(path)
    ranges = {name: opened.range_of(name) for name in opened.names}
    assert len(ranges) == 19 * 4 + 10 + 6 * 4 + 7 + 3 + 3
    for name, (first, end) in ranges.items():
        if first == end:
            continue
        for place in {first, (first + end) // 2, end - 1}:
            damaged = bytearray(content)
            damaged[place] ^= 16
            path.write_bytes(damaged)
            found = verify_index(copied)
            assert [(each.path, each.first, each.end) for each in found.damages] == [(path, first, end)], name


def test_of_a_long_section_only_the_damaged_stretch_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    noise = random.Random(1).randbytes(3 * CHUNK).hex()
    with WhooshIndex.create(folder).writer(512) as writer:
        writer.write(make_draft(Article(body=noise, external_id="1"), "/a"))
        writer.commit()
    (path,) = segments_of(folder)
    first, end = SegmentFile(path).range_of("stored")
    assert end - first > 2 * CHUNK
    content = bytearray(path.read_bytes())
    content[first + CHUNK + 5] ^= 1
    path.write_bytes(content)
    (damage,) = verify_index(folder).damages
    assert (damage.first, damage.end) == (first + CHUNK, first + 2 * CHUNK)


def test_missing_files_are_named(copied: Path) -> None:
    for path in files_of(copied):
        content = path.read_bytes()
        path.unlink()
        found = {each.path.suffix for each in verify_index(copied).damages}
        # Deleted articles are listed in a file that an index need not have.
        assert found == (set() if path.name == TOMBSTONES_FILE else {path.suffix}), path.name
        path.write_bytes(content)


def test_damage_in_one_file_does_not_hide_damage_in_another(copied: Path) -> None:
    files = files_of(copied)
    for path in files:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 64
        path.write_bytes(content)
    assert {each.path for each in verify_index(copied).damages} == set(files)


def test_an_index_of_another_version_is_not_called_damaged(copied: Path) -> None:
    meta = replace(current_meta(), analysis_version=0)
    said = {name: getattr(meta, name) for name in ("schema_version", "analysis_version", "product_version")}
    write_sealed(copied / META_FILE, said)
    with pytest.raises(IndexVersionError, match="run: broadsheet rebuild"):
        verify_index(copied)


def test_where_there_is_no_index_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError):
        verify_index(tmp_path / "nothing")


# What checksums cannot see


def rewritten(path: Path, changed: dict[str, np.ndarray]) -> None:
    """The same segment with other arrays, and checksums that hold."""
    old = SegmentFile(path)
    with SegmentFileWriter(path.with_suffix(".new")) as writer:
        for name in old.names:
            writer.add(name, changed.get(name, old.array(name)))
        writer.finish(old.facts)
    path.with_suffix(".new").replace(path)


def sections() -> Iterator[str]:
    groups = ("text", "author", "source", "tag")
    parts = (
        *("terms", "term_offsets", "doc_freq", "block_start", "widths", "bounds", "last_doc", "word_at"),
        *("position_word_at", "words", "position_words", "surfaces", "surface_offsets", "form_start", "form_surface"),
        *("form_freq", "surface_start", "surface_term", "surface_form"),
    )
    yield from (f"{group}.{part}" for group in groups for part in parts)
    yield from ("id", "id_order", "content_hash", "title_length", "body_length", "first_day", "last_day", "instant")
    yield from ("external_order", "external_hash")
    # Where each article has one value, and all the same one, there is nothing to be damaged.
    columns = ("collection", "lang", "source", "author", "tag", "origin")
    yield from (f"{column}.{part}" for column in columns for part in ("values", "value_offsets"))
    yield from (f"{column}.codes" for column in ("lang", "source", "author", "tag", "origin"))
    yield from (f"{column}.offsets" for column in ("author", "tag"))
    yield from ("stored", "stored_sizes", "stored_starts", "original", "original_sizes", "original_starts")


#: A word misspelt in its dictionary, a document or a position moved between two others, the last bits of a bound, bits
#: that nobody reads: these make sense and are wrong all the same. Only reading the articles again would tell.
SENSIBLE = {"terms", "surfaces", "values", "words", "position_words", "bounds", "widths"}


@pytest.mark.parametrize("section", list(sections()))
def test_arrays_that_do_not_fit_the_others_are_found_behind_checksums_that_hold(copied: Path, section: str) -> None:
    path = segments_of(copied)[0]
    original = SegmentFile(path).array(section).copy()
    assert original.size
    chosen = random.Random(section)
    found = 0
    tries = 8
    for _ in range(tries):
        array = original.copy()
        flat = array.reshape(-1).view(np.uint8)
        flat[chosen.randrange(len(flat))] ^= 1 << chosen.randrange(8)
        rewritten(path, {section: array})
        damages = verify_index(copied, deep=True).damages
        assert {each.path for each in damages} <= {path}
        found += bool(damages)
    if section.partition(".")[2] not in SENSIBLE:
        assert found == tries
    elif section.startswith("text"):
        assert found


@pytest.mark.parametrize("section", list(sections()))
def test_a_section_of_another_length_is_found(copied: Path, section: str) -> None:
    path = segments_of(copied)[0]
    array = SegmentFile(path).array(section)
    rewritten(path, {section: np.concatenate([array, array[-1:]])})
    assert {each.path for each in verify_index(copied, deep=section.endswith("position_words")).damages} == {path}


@pytest.mark.parametrize("section", ["collection.codes", "collection.offsets", "source.offsets"])
def test_something_in_a_section_that_is_left_out_is_found(copied: Path, section: str) -> None:
    path = segments_of(copied)[0]
    array = SegmentFile(path).array(section)
    assert not array.size
    rewritten(path, {section: np.zeros(2, array.dtype)})
    assert {each.path for each in verify_index(copied).damages} == {path}


def test_a_missing_section_is_found(copied: Path) -> None:
    path = segments_of(copied)[0]
    old = SegmentFile(path)
    with SegmentFileWriter(path.with_suffix(".new")) as writer:
        for name in old.names:
            if name != "instant":
                writer.add(name, old.array(name))
        writer.finish(old.facts)
    path.with_suffix(".new").replace(path)
    assert [each.what for each in verify_index(copied).damages] == [
        "sections do not fit together (KeyError: 'instant')"
    ]


def test_a_segment_of_other_documents_than_the_table_of_contents_names_is_found(copied: Path) -> None:
    larger, smaller = sorted(segments_of(copied), key=lambda path: -MappedSegment(path).document_count)
    shutil.copyfile(smaller, larger)
    assert [(each.path, each.first) for each in verify_index(copied).damages] == [(larger, 0)]


# The command


def test_the_command_says_what_was_checked_and_ends_well(whole: Path) -> None:
    done = run(whole)
    assert done.exit_code == 0, done.output
    assert "is whole: 5 files" in done.stdout
    assert "339 articles in 2 segments, 1 tombstones" in done.stdout
    assert "not unpacked" in done.stdout
    assert "every posting" in run(whole, "--deep").stdout


def test_the_command_names_file_and_bytes_and_fails(copied: Path) -> None:
    path = segments_of(copied)[1]
    first, end = SegmentFile(path).range_of("text.words")
    content = bytearray(path.read_bytes())
    content[first] ^= 1
    path.write_bytes(content)
    done = run(copied)
    assert done.exit_code == 1
    assert f"error: {path}: bytes {first} to {end}: the checksum does not hold" in done.stderr
    assert done.stdout == ""
    said = json.loads(run(copied, "--json").stdout)
    assert said["is_whole"] is False
    assert said["damaged"] == [{"file": str(path), "bytes": [first, end], "what": "the checksum does not hold"}]


def test_the_command_says_as_json_what_was_checked(whole: Path) -> None:
    done = run(whole, "--json", "--deep")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert said == {
        "is_whole": True, "index_generation": 3, "files": 5, "size_bytes": said["size_bytes"], "segments": 2,
        "articles": 339, "tombstones": 1, "deep": True, "damaged": [],
    }  # fmt: skip
    assert said["size_bytes"] > 10_000


def test_the_command_says_where_no_index_is(tmp_path: Path) -> None:
    done = run(tmp_path / "nothing")
    assert done.exit_code == 1
    assert "there is no index" in done.stderr
