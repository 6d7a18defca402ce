"""The indexes that are searched: made once for a corpus and kept beside it, again when what makes them has changed."""

from __future__ import annotations

import hashlib
import shutil
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.speed.articles import Corpus
from benchmarks.speed.peers.port import Peer
from benchmarks.speed.results import PROJECT

_DISTRIBUTIONS: Final = {"tantivy": "tantivy", "stock Whoosh": "whoosh3", "bm25s": "bm25s"}
#: Commits that hard links may share: files that no engine writes to twice.
_WRITTEN_ONCE: Final = (".seg", ".idx", ".pos", ".store", ".term", ".fast", ".fieldnorm")


def prepare_index(peer: Peer, corpus: Corpus, work: Path) -> Path:
    """The folder of a whole index of this engine over this corpus; built if need be."""
    folder = index_folder(peer.name, corpus, work)
    done, mark = _note(folder), _mark(peer.name, corpus)
    if done.exists() and done.read_text(encoding="utf-8") == mark:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    started = perf_counter()
    peer.build(corpus, folder)
    print(f"{corpus.name}: {peer.name} indexed in {perf_counter() - started:.1f} s", flush=True)
    done.write_text(mark, encoding="utf-8")
    return folder


def keep_index(engine: str, corpus: Corpus, work: Path, made: Path) -> None:
    """Let an index that was just made be the one that is searched."""
    folder = index_folder(engine, corpus, work)
    _note(folder).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    _note(folder).write_text(_mark(engine, corpus), encoding="utf-8")


def index_folder(engine: str, corpus: Corpus, work: Path) -> Path:
    return work / f"{corpus.name}-{engine.replace(' ', '-').lower()}"


def copy_index(folder: Path, copy: Path) -> None:
    """A copy to write to. Files that are written once are linked, so that a large index is copied at once."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for path in folder.iterdir():
        if path.suffix in _WRITTEN_ONCE:
            (copy / path.name).hardlink_to(path)
        else:
            shutil.copy2(path, copy / path.name)


def _note(folder: Path) -> Path:
    """The file that says what a whole index was made of."""
    return folder.with_name(f"{folder.name}.done")


def _mark(engine: str, corpus: Corpus) -> str:
    return f"{corpus.mark} {_fingerprint(engine)}"


def _fingerprint(engine: str) -> str:
    """Of what writes the index: our own sources, or the version of a package."""
    if engine in _DISTRIBUTIONS:
        return metadata.version(_DISTRIBUTIONS[engine])
    if engine != "Broadsheet":
        return "1"
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted((PROJECT / "indexer").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
