"""`broadsheet.json`: which schema, analysis and product wrote an index, so that none is read by the wrong rules.

Since version 3 of the schema every file of an index carries a checksum; what an older index has is read to be rebuilt.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from indexer.analysis.token import ANALYSIS_VERSION
from indexer.backends.storage import read_sealed, write_sealed
from indexer.errors import IndexDamagedError, IndexVersionError
from indexer.schema import SCHEMA_VERSION

META_FILE = "broadsheet.json"
FIRST_WITH_CHECKSUMS: Final = 3


@dataclass(frozen=True, slots=True)
class IndexMeta:
    schema_version: int
    analysis_version: int
    product_version: str


def current_meta() -> IndexMeta:
    try:
        product = version("broadsheet")
    except PackageNotFoundError:  # run from a source tree that was never installed
        product = "0"
    return IndexMeta(SCHEMA_VERSION, ANALYSIS_VERSION, product)


def write_meta(folder: Path) -> None:
    """Say that the index in this folder was written by this product. Raises OSError."""
    write_sealed(folder / META_FILE, asdict(current_meta()))


def read_meta(folder: Path) -> IndexMeta:
    """Raises FileNotFoundError where there is none, IndexDamagedError where it says something else."""
    path = folder / META_FILE
    said, is_sealed = read_sealed(path, frozenset(field.name for field in fields(IndexMeta)))
    meta = IndexMeta(said["schema_version"], said["analysis_version"], said["product_version"])
    if not isinstance(meta.schema_version, int) or not isinstance(meta.analysis_version, int):
        raise IndexDamagedError(f"{path} gives versions that are no numbers: {said}")
    if not is_sealed and has_checksums(meta):
        raise IndexDamagedError(f"{path} has lost its checksum; restore it from a backup")
    return meta


def has_checksums(meta: IndexMeta) -> bool:
    """Whether every file of the index carries one."""
    return meta.schema_version >= FIRST_WITH_CHECKSUMS


def check_versions(folder: Path, meta: IndexMeta, *, for_rebuild: bool) -> None:
    """Raises IndexVersionError, which says how to go on. A rebuild may read what is older, nobody what is newer."""
    newer = meta.schema_version > SCHEMA_VERSION or meta.analysis_version > ANALYSIS_VERSION
    if newer:
        raise IndexVersionError(
            f"{folder} was written by schema {meta.schema_version}, analysis {meta.analysis_version} "
            f"(broadsheet {meta.product_version}); this is schema {SCHEMA_VERSION}, analysis {ANALYSIS_VERSION}: "
            "install the newer broadsheet"
        )
    if for_rebuild:
        return
    if meta.schema_version != SCHEMA_VERSION:
        raise IndexVersionError(
            f"index was written by schema {meta.schema_version}, this is {SCHEMA_VERSION}; run: broadsheet rebuild"
        )
    if meta.analysis_version != ANALYSIS_VERSION:
        raise IndexVersionError(
            f"index was written by analysis {meta.analysis_version}, this is {ANALYSIS_VERSION}; "
            "run: broadsheet rebuild"
        )
