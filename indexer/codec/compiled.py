"""Compiled kernels: one decorator, and a cache folder that can never hold a stale one.

numba keeps compiled code by source file, so a kernel imported from another file leaves its caller's cached code stale
when only the other file changed. The cache folder is therefore named after everything that the code depends on: the
text of every kernel file, numba, Python and the processor. numba itself tells files by their paths and times, so these
are in the name too: a folder marked as warm is warm for this very copy of the program. The cached files are pickles:
a folder that others may write to, or that lies in an index, is refused.

Where numba is missing `HAS_NUMBA` is false, and callers take the numpy path that stands beside each kernel.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from indexer.codec.private_folder import make_private_folder

P = ParamSpec("P")
R = TypeVar("R")

CACHE_VARIABLE = "BROADSHEET_KERNEL_CACHE"
_PACKAGES = ("indexer", "searchapp")

HAS_NUMBA = not os.environ.get("BROADSHEET_NO_NUMBA") and importlib.util.find_spec("numba") is not None

if HAS_NUMBA:
    import llvmlite.binding as llvm
    import numba
    from numba.core import config, types
    from numba.extending import intrinsic


def kernel_sources() -> tuple[Path, ...]:
    """Every module in a folder named `kernels` of the two packages, in a stable order."""
    root = Path(__file__).resolve().parents[2]
    return tuple(sorted(path for package in _PACKAGES for path in (root / package).rglob("kernels/*.py")))


@cache
def cache_folder() -> Path:
    """Where compiled kernels are kept: `BROADSHEET_KERNEL_CACHE`, else the user's cache folder."""
    base = os.environ.get(CACHE_VARIABLE)
    parent = Path(base) if base else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "broadsheet"
    digest = hashlib.blake2b(digest_size=8)
    for part in (numba.__version__, sys.version, platform.machine(), platform.processor(), llvm.get_host_cpu_name()):
        digest.update(f"{part}\n".encode())
    for source in (*kernel_sources(), Path(__file__)):
        digest.update(f"{source} {source.stat().st_mtime_ns}\n".encode())
        digest.update(source.read_bytes())
    return parent / f"kernels-{digest.hexdigest()}"


if HAS_NUMBA:
    _folder = cache_folder()
    make_private_folder(_folder, CACHE_VARIABLE)
    config.CACHE_DIR = str(_folder)  # type: ignore[attr-defined]

    @intrinsic  # type: ignore[untyped-decorator, unused-ignore]
    def count_bits(_context: object, _x: object) -> object:
        """Number of set bits of a uint64, as int64."""
        signature = types.int64(types.uint64)

        def generate(_context: object, builder: object, _signature: object, arguments: object) -> object:
            return builder.ctpop(arguments[0])  # type: ignore[attr-defined, index]

        return signature, generate

else:

    def count_bits(x: object) -> int:  # type: ignore[misc]
        """Number of set bits."""
        return int(x).bit_count()  # type: ignore[call-overload, no-any-return]


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on first call, cached on disk, without the interpreter's lock and without fast-math.

    The function stays plain Python where numba is missing: right, but far too slow to be called on real arrays.
    """
    if not HAS_NUMBA:
        return function
    compiled: Callable[P, R] = numba.njit(nogil=True, cache=True, boundscheck=False, error_model="numpy")(function)
    return compiled


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A few lines that become part of whatever kernel calls them."""
    if not HAS_NUMBA:
        return function
    compiled: Callable[P, R] = numba.njit(
        nogil=True, cache=True, boundscheck=False, error_model="numpy", forceinline=True
    )(function)
    return compiled
