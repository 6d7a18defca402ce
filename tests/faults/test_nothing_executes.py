"""Whatever an index's files hold, reading them runs nothing: pickles that would leave a file behind are planted
wherever something is loaded, and everything that reads an index is done to it."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import orjson
import pytest
import scripted_writing as script
from stock_index import write_stock_index
from whoosh.codec.whoosh3 import STORED_COLUMN
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import HashReader
from whoosh.index import TOC

from indexer.analysis.analyzer import Analyzer
from indexer.backends.copying import CopyOptions, copy_index
from indexer.backends.meta import META_FILE
from indexer.backends.tombstones import TOMBSTONES_FILE
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.durable import DurableStorage
from indexer.codec.private_folder import make_private_folder
from indexer.codec.segment_file import SegmentFile, SegmentFileWriter
from indexer.codec.stored import ArticleCompressor
from indexer.codec.toc import contents_name, latest_generation
from indexer.codec.whoosh_codec import BroadsheetSegment
from indexer.document import make_document
from indexer.errors import BroadsheetError, SettingError
from indexer.rebuilding import clean_again, rebuild_index
from indexer.schema import build_schema
from searchapp.backends.whoosh_searcher import WhooshEngine

PROJECT = Path(__file__).resolve().parents[2]


class Evil:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "was-here"


@pytest.fixture
def payload(mark: Path) -> bytes:
    content = pickle.dumps(Evil(mark), 2)
    pickle.loads(content)
    assert mark.exists(), "the payload works where it is let"
    mark.unlink()
    return content


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "index"
    script.write_batches(folder, 6)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "index"))


def do_everything(folder: Path) -> list[str]:
    """Whatever reads an index; gives the errors, which are all ours."""

    def search() -> None:
        engine = WhooshEngine(folder)
        engine.fetch((script.article_id(script.MARK),))
        engine.facts()

    def write() -> None:
        with WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
            list(writer.known_articles())
            script.write_batch(writer, 7)
            writer.purge()

    def rebuild() -> None:
        rebuild_index(WhooshIndex.open(folder, for_rebuild=True), script.MEMORY_MB, clean_again, lambda _: None)

    steps: list[Callable[[], object]] = [
        search,
        lambda: verify_index(folder, deep=True),
        lambda: WhooshIndex.open(folder).stats(),
        lambda: list(WhooshIndex.open(folder).articles()),
        lambda: WhooshIndex.open(folder).tombstones(),
        lambda: copy_index(folder, folder.with_name("saved"), CopyOptions()),
        write,
        rebuild,
    ]
    errors = []
    for step in steps:
        try:
            step()
        except BroadsheetError as error:
            errors.append(str(error))
    return errors


def seal(content: bytes) -> bytes:
    return content + zlib.crc32(content).to_bytes(4, "little") + b"BSHTOC1\n"


def contents_file(folder: Path) -> Path:
    return folder / contents_name(latest_generation(DurableStorage(folder)))


def test_everything_can_be_done_to_an_index_that_holds_no_payload(folder: Path) -> None:
    assert do_everything(folder) == []


def test_a_payload_in_place_of_any_file_does_nothing(whole: Path, tmp_path: Path, payload: bytes, mark: Path) -> None:
    for number, path in enumerate(sorted(whole.iterdir())):
        folder = Path(shutil.copytree(whole, tmp_path / str(number) / "index"))
        (folder / path.name).write_bytes(payload)
        do_everything(folder)
        (folder / path.name).write_bytes(seal(payload))
        do_everything(folder)
        (folder / path.name).write_bytes(path.read_bytes() + payload)
        do_everything(folder)
    assert not mark.exists()


def test_a_payload_beside_the_files_does_nothing(folder: Path, payload: bytes, mark: Path) -> None:
    for name in (
        "MAIN_0123456789abcdef.seg",
        "_MAIN_3.toc.17",
        "other.json",
        "MAIN_1.pickle",
        "broadsheet.json.partial",
    ):
        (folder / name).write_bytes(payload)
    (folder / "_MAIN_999.toc").write_bytes(seal(payload))
    assert do_everything(folder)
    assert not mark.exists()


class _Holder(BroadsheetSegment):
    """A segment that brings something along."""


_Holder.__name__ = _Holder.__qualname__ = "BroadsheetSegment"
_Holder.__module__ = "indexer.codec.whoosh_codec"


def with_segments(folder: Path, segments: list[object]) -> None:
    """The table of contents names these instead, by Whoosh's own writing, and its seal is right."""
    storage = DurableStorage(folder)
    generation = latest_generation(storage)
    TOC(build_schema(), segments, generation + 1).write(storage, "MAIN")


@pytest.mark.parametrize("place", ["list", "attribute", "deleted", "codec"])
def test_a_payload_among_the_segments_of_a_sealed_table_of_contents_does_nothing(
    folder: Path, place: str, payload: bytes, mark: Path, monkeypatch
) -> None:
    segment = WhooshIndex.open(folder).contents().segments[0]
    if place == "list":
        with_segments(folder, [segment, Evil(mark)])
    elif place == "attribute":
        segment.more = Evil(mark)
        with_segments(folder, [segment])
    elif place == "deleted":
        segment._deleted = Evil(mark)
        with_segments(folder, [segment])
    else:
        segment.codec_name = {"codec": [Evil(mark)]}
        with_segments(folder, [segment])
    errors = do_everything(folder)
    assert any("which no index needs" in error for error in errors), errors
    assert not mark.exists()


def test_a_payload_as_the_schema_of_a_sealed_table_of_contents_does_nothing(folder: Path, payload, mark: Path) -> None:
    path = contents_file(folder)
    content = path.read_bytes()[:-12]
    schema = content.find(b"whoosh.fields")
    assert schema > 0
    # In place of the first bytes of the pickled schema, which is of another length: Whoosh skips as many.
    start = content.rfind(b"\x80\x02", 0, schema)
    planted = payload + content[start + len(payload) :]
    path.write_bytes(seal(content[:start] + planted))
    do_everything(folder)
    assert not mark.exists()


def test_a_payload_in_a_table_of_contents_of_an_old_whoosh_does_nothing(folder: Path, payload, mark: Path) -> None:
    path = contents_file(folder)
    content = path.read_bytes()[:-12]
    # Behind three sizes of one byte and a number of four stands the version, big-endian.
    assert int.from_bytes(content[7:11], "big", signed=True) == -111
    old = content[:7] + (-110).to_bytes(4, "big", signed=True) + content[11:14]
    path.write_bytes(seal(old + b"\0" + payload + payload))
    do_everything(folder)
    path.write_bytes(seal(old + len(payload).to_bytes(1, "big") + payload + bytes(8) + payload))
    do_everything(folder)
    assert not mark.exists()


@pytest.mark.parametrize("name", ["../../outside", "MAIN_../../outside", "/tmp/outside", "MAIN_a/../../outside"])
def test_a_segment_whose_name_leads_out_of_the_index_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside.seg"
    outside.write_bytes(b"somebody's file")
    segment = BroadsheetSegment.of_name("MAIN_0123456789abcdef", 3)
    segment.indexname, _, segment.segid = name.rpartition("_")
    with_segments(folder, [segment])
    errors = do_everything(folder)
    assert any("names a segment" in error for error in errors)
    assert outside.read_bytes() == b"somebody's file"


def test_payloads_as_stored_articles_columns_and_facts_of_a_segment_do_nothing(folder, payload, mark: Path) -> None:
    """Behind checksums that hold."""
    for path in folder.glob("*.seg"):
        old = SegmentFile(path)
        count = old.facts["documents"]
        frame = np.frombuffer(ArticleCompressor(b"").compress(payload), np.uint8)
        changed = {"stored": np.tile(frame, count), "original": np.tile(frame, count)}
        with SegmentFileWriter(path.with_suffix(".new")) as writer:
            for name in old.names:
                array = changed.get(name, old.array(name))
                if array.dtype == np.uint8 and name not in changed and array.ndim == 1 and len(array) > len(payload):
                    array = array.copy()
                    array[: len(payload)] = np.frombuffer(payload, np.uint8)
                writer.add(name, array)
            writer.finish({**old.facts, "payload": payload.decode("latin-1")})
        path.with_suffix(".new").replace(path)
    assert do_everything(folder)
    assert not mark.exists()


@pytest.mark.parametrize("name", [META_FILE, TOMBSTONES_FILE])
def test_a_payload_inside_the_small_files_does_nothing(folder: Path, name: str, payload: bytes, mark: Path) -> None:
    said = orjson.loads((folder / name).read_bytes())
    for planted in (payload.decode("latin-1"), {"py/reduce": [payload.decode("latin-1")]}, {"__class__": "os.system"}):
        said.pop("checksum", None)
        key = next(iter(said))
        plain = orjson.dumps({**said, key: planted}, option=orjson.OPT_INDENT_2)
        sealed = {**said, key: planted, "checksum": zlib.crc32(plain)}
        (folder / name).write_bytes(orjson.dumps(sealed, option=orjson.OPT_INDENT_2))
        do_everything(folder)
    assert not mark.exists()


# Segments that Whoosh's own codec wrote, which `rebuild` reads


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    folder = tmp_path / "stock"
    folder.mkdir()
    documents = [make_document(script.article(key, 1), script.ORIGIN, Analyzer()) for key in range(4)]
    write_stock_index([documents], storage=FileStorage(str(folder)))
    (folder / META_FILE).write_text('{"schema_version": 1, "analysis_version": 1, "product_version": "0.1.0"}')
    return folder


def rebuild_stock(folder: Path) -> int:
    index = WhooshIndex.open(folder, for_rebuild=True)
    return rebuild_index(index, script.MEMORY_MB, clean_again, lambda _: None).articles


def test_segments_of_stock_whoosh_are_rebuilt_without_its_pickles(stock: Path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("Whoosh unpickles")

    monkeypatch.setattr(type(STORED_COLUMN).Reader, "__getitem__", refuse)
    monkeypatch.setattr(HashReader, "__init__", refuse)
    assert rebuild_stock(stock) == 4


def test_a_payload_as_a_stored_field_of_stock_whoosh_does_nothing(tmp_path: Path, monkeypatch, mark: Path) -> None:
    folder = tmp_path / "stock"
    folder.mkdir()
    documents = [make_document(script.article(key, 1), script.ORIGIN, Analyzer()) for key in range(4)]
    written = type(STORED_COLUMN).Writer.add
    monkeypatch.setattr(
        type(STORED_COLUMN).Writer, "add", lambda self, doc, fields: written(self, doc, {**fields, "more": Evil(mark)})
    )
    write_stock_index([documents], storage=FileStorage(str(folder)))
    (folder / META_FILE).write_text('{"schema_version": 1, "analysis_version": 1, "product_version": "0.1.0"}')
    assert not mark.exists()
    with pytest.raises(BroadsheetError, match="which no index needs"):
        rebuild_stock(folder)
    assert not mark.exists()


# Compiled kernels


def test_a_folder_for_compiled_code_is_the_users_own(tmp_path: Path) -> None:
    folder = tmp_path / "one" / "kernels"
    make_private_folder(folder, "THE_SETTING")
    assert folder.stat().st_mode & 0o077 == 0
    make_private_folder(folder, "THE_SETTING")


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777, 0o722])
def test_a_folder_that_others_write_to_is_refused_for_compiled_code(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "kernels"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(SettingError, match=r"others may write to .* or set THE_SETTING"):
        make_private_folder(folder, "THE_SETTING")


def test_a_folder_that_others_can_exchange_is_refused_for_compiled_code(tmp_path: Path) -> None:
    above = tmp_path / "open"
    above.mkdir()
    above.chmod(0o777)
    with pytest.raises(SettingError, match=r"others may write to .*open and exchange"):
        make_private_folder(above / "kernels", "THE_SETTING")
    above.chmod(0o1777)  # as /tmp is
    make_private_folder(above / "kernels", "THE_SETTING")


def test_a_link_into_somebody_elses_folder_is_seen_through(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    target.chmod(0o777)
    (tmp_path / "kernels").symlink_to(target)
    with pytest.raises(SettingError, match="others may write"):
        make_private_folder(tmp_path / "kernels", "THE_SETTING")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_folder_of_another_user_is_refused_for_compiled_code(tmp_path: Path) -> None:
    folder = tmp_path / "kernels"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(SettingError, match="belongs to user 12345"):
        make_private_folder(folder, "THE_SETTING")


def test_compiled_code_in_an_index_is_refused(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "index"))
    with pytest.raises(SettingError, match="must not lie in an index"):
        make_private_folder(folder / "kernels", "THE_SETTING")


@pytest.mark.skipif(not HAS_NUMBA, reason="without numba nothing is compiled")
def test_the_command_says_which_setting_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    run = [sys.executable, "-c", "from searchapp.cli import main; main()", "search", "x"]
    environment = os.environ | {"BROADSHEET_KERNEL_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(PROJECT)}
    with suppress(KeyError):
        del environment["BROADSHEET_NO_NUMBA"]
    done = subprocess.run(run, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: others may write to")
    assert "BROADSHEET_KERNEL_CACHE" in done.stderr
    assert "Traceback" not in done.stderr
