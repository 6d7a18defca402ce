"""The house keeps its walls: who may import whom, how long a module may be, and what an `__init__.py` may hold.

The rules are functions from source text to complaints, so that each is also tried on a source that breaks it.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("indexer", "searchapp")
MAX_LINES = 400
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "misc"}

#: Library -> where it may be imported: a file, or a folder ending in "/".
ROOMS: Mapping[str, tuple[str, ...]] = {
    "flask": ("searchapp/web/", "searchapp/app.py"),
    "werkzeug": ("searchapp/web/", "searchapp/app.py"),
    "jinja2": ("searchapp/web/", "searchapp/app.py"),
    "markupsafe": ("searchapp/web/", "searchapp/app.py"),
    "whoosh": (
        "indexer/schema.py",
        "indexer/codec/",
        "indexer/backends/whoosh_index.py",
        "searchapp/backends/whoosh_searcher.py",
    ),
    "nltk": ("indexer/analysis/",),
    "opensearchpy": ("indexer/backends/opensearch_connection.py",),
}
#: Libraries for kernels: only in files that say that they are kernels, and where the compiler itself is set up.
KERNEL_LIBRARIES = {"numba", "llvmlite"}


def module_files() -> dict[str, Path]:
    """Path inside the project -> file, for every module of both packages."""
    return {
        path.relative_to(PROJECT).as_posix(): path
        for package in PACKAGES
        for path in sorted((PROJECT / package).rglob("*.py"))
    }


FILES = module_files()


def read_source(name: str) -> str:
    return FILES[name].read_text(encoding="utf-8")


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported_names(path: str, tree: ast.AST) -> Iterator[str]:
    """Dotted names that the source imports: anywhere in it, relative or by `import_module("name")`."""
    package = path.removesuffix(".py").removesuffix("/__init__").split("/")
    if not path.endswith("__init__.py"):
        package = package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                yield node.args[0].value


def is_inside(path: str, rooms: tuple[str, ...]) -> bool:
    return any(path.startswith(room) if room.endswith("/") else path == room for room in rooms)


def is_kernel_file(path: str) -> bool:
    return "kernel" in path.rpartition("/")[2] or "/kernels/" in path or path == "indexer/codec/compiled.py"


def complain_of_imports(path: str, source: str) -> list[str]:
    complaints = []
    for name in sorted(set(imported_names(path, ast.parse(source)))):
        library = name.split(".")[0]
        if path.startswith("indexer/") and library == "searchapp":
            complaints.append(f"{path} imports {name}: the indexer knows nothing of the search application")
        if library in ROOMS and not is_inside(path, ROOMS[library]):
            complaints.append(f"{path} imports {name}: {library} stays in {', '.join(ROOMS[library])}")
        if library in KERNEL_LIBRARIES and not is_kernel_file(path):
            complaints.append(f"{path} imports {name}: {library} stays in files of kernels")
        if library in {"tests", "benchmarks", "conftest"}:
            complaints.append(f"{path} imports {name}: the product does not lean on its tests")
    return complaints


def complain_of_name(path: str) -> list[str]:
    parts = [part.removesuffix(".py") for part in path.split("/")]
    return [f"{path} is named {part}: name it by what it holds" for part in parts if part in BANNED_NAMES]


def complain_of_length(path: str, source: str) -> list[str]:
    lines = len(source.splitlines())
    return [f"{path} has {lines} lines, more than {MAX_LINES}: it holds two concepts"] if lines > MAX_LINES else []


def complain_of_logic(path: str, source: str) -> list[str]:
    """An `__init__.py` may hold a docstring, imports, and `__all__`."""
    complaints = []
    for node in ast.parse(source).body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_all = isinstance(node, ast.Assign) and all(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        )
        if not (is_docstring or is_all or isinstance(node, ast.Import | ast.ImportFrom)):
            complaints.append(f"{path}:{node.lineno} holds logic: give it a module of its own")
    return complaints


def is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def without_late_code(node: ast.AST) -> ast.AST:
    """The tree without what does not run on import: bodies of functions, and imports for types only."""

    class Pruner(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
            return None

        def visit_Lambda(self, node: ast.Lambda) -> ast.Constant:
            return ast.Constant(value=None)

        def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
            return node.orelse if is_type_checking(node.test) else self.generic_visit(node)

    return Pruner().visit(node)


def import_graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Module -> modules of ours that importing it imports by name."""
    modules = {module_name(path): path for path in sources}
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        imported = set(imported_names(path, without_late_code(ast.parse(sources[path]))))
        # `from a.b import C` names a.b.C, which is no module, and a.b, which is one; `from a import b` names two
        # modules, and only the deeper one is meant.
        found = {each for each in imported if each in modules}
        shallow = {each for each in found if any(other.startswith(f"{each}.") for other in found)}
        graph[name] = (found - shallow) - {name}
    return graph


def find_cycle(graph: Mapping[str, set[str]]) -> list[str]:
    """Some cycle of imports as a path that ends where it began; empty when there is none."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for following in sorted(graph.get(name, ())):
            cycle = walk(following, [*path, name])
            if cycle:
                return cycle
        done.add(name)
        return []

    for name in sorted(graph):
        cycle = walk(name, [])
        if cycle:
            return cycle
    return []


def complain_of_all(path: str, source: str) -> list[str]:
    """`__all__` names what the module defines in public, and only what is there."""
    tree = ast.parse(source)
    if not any(
        isinstance(target, ast.Name) and target.id == "__all__"
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
    ):
        return []
    module = importlib.import_module(module_name(path))
    listed = list(module.__all__)
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    return [
        *(f"{path}: __all__ names {name}, which is not there" for name in listed if not hasattr(module, name)),
        *(f"{path}: {name} is public and not in __all__" for name in sorted(defined - set(listed))),
        *([f"{path}: __all__ repeats a name"] if len(set(listed)) != len(listed) else []),
    ]


def test_both_packages_are_looked_at() -> None:
    assert {"indexer/article.py", "searchapp/query/nodes.py"} <= FILES.keys()


@pytest.mark.parametrize("path", FILES)
def test_imports_stay_in_their_rooms(path: str) -> None:
    assert complain_of_imports(path, read_source(path)) == []


@pytest.mark.parametrize("path", FILES)
def test_module_is_short_and_named_by_what_it_holds(path: str) -> None:
    assert complain_of_length(path, read_source(path)) + complain_of_name(path) == []


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith("__init__.py")])
def test_init_holds_no_logic(path: str) -> None:
    assert complain_of_logic(path, read_source(path)) == []


@pytest.mark.parametrize("path", FILES)
def test_all_is_true_where_it_stands(path: str) -> None:
    assert complain_of_all(path, read_source(path)) == []


def test_modules_import_each_other_in_one_direction() -> None:
    assert find_cycle(import_graph({path: read_source(path) for path in FILES})) == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.rpartition("/")[0] for path in FILES}
    assert [folder for folder in sorted(folders) if f"{folder}/__init__.py" not in FILES] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("indexer/pipeline.py", "import searchapp.query.nodes"),
        ("indexer/pipeline.py", "from searchapp.query import nodes"),
        ("indexer/pipeline.py", "def late():\n    from searchapp import cli"),
        ("indexer/pipeline.py", "import importlib\nimportlib.import_module('searchapp.cli')"),
        ("searchapp/search/service.py", "from flask import g"),
        ("searchapp/application.py", "import flask"),
        ("searchapp/search/snippets.py", "from markupsafe import Markup"),
        ("searchapp/search/ranking.py", "from whoosh.scoring import BM25F"),
        ("indexer/backends/whoosh_index_old.py", "import whoosh.index"),
        ("searchapp/query/parser.py", "from nltk.stem import SnowballStemmer"),
        ("indexer/pipeline.py", "if True:\n    import opensearchpy"),
        ("searchapp/backends/whoosh_searcher.py", "from numba import njit"),
        ("searchapp/cli.py", "from tests.conftest import PROJECT"),
    ],
)
def test_import_in_the_wrong_room_is_caught(path: str, source: str) -> None:
    assert len(complain_of_imports(path, source)) > 0


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("searchapp/web/pages.py", "from flask import Blueprint"),
        ("searchapp/app.py", "import flask"),
        ("indexer/codec/segment.py", "from whoosh.codec.base import Codec"),
        ("indexer/analysis/stemming.py", "from nltk.stem.snowball import SnowballStemmer"),
        ("searchapp/backends/kernels.py", "from numba import njit"),
        ("searchapp/cli.py", "from indexer.settings import load_settings"),
        ("indexer/analysis/__init__.py", "from .token import Token"),
    ],
)
def test_import_in_its_own_room_is_fine(path: str, source: str) -> None:
    assert complain_of_imports(path, source) == []


def test_relative_import_is_seen_for_what_it_is() -> None:
    seen = set(imported_names("searchapp/web/pages.py", ast.parse("from ..search import port\nfrom . import api")))
    assert {"searchapp.search.port", "searchapp.web.api"} <= seen


@pytest.mark.parametrize("source", ["x = 1", "def f():\n    pass", "if True:\n    import x", "print('hi')"])
def test_logic_in_init_is_caught(source: str) -> None:
    assert complain_of_logic("indexer/__init__.py", f'"""Doc."""\n{source}') != []


def test_long_or_vaguely_named_module_is_caught() -> None:
    assert complain_of_length("indexer/long.py", "x = 1\n" * (MAX_LINES + 1)) != []
    assert complain_of_name("indexer/utils.py") != []
    assert complain_of_name("searchapp/common/words.py") != []


def test_cycle_is_caught_and_late_imports_make_none() -> None:
    sources = {
        "indexer/a.py": "from indexer.b import B",
        "indexer/b.py": "from indexer import c",
        "indexer/c.py": "from .a import A",
    }
    assert find_cycle(import_graph(sources)) == ["indexer.a", "indexer.b", "indexer.c", "indexer.a"]
    late = {**sources, "indexer/c.py": "def f():\n    from .a import A"}
    assert find_cycle(import_graph(late)) == []
    for_types = {**sources, "indexer/c.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import A"}
    assert find_cycle(import_graph(for_types)) == []


@pytest.mark.parametrize("listed", ["['BroadsheetError']", "['NoSuchName']"])
def test_untrue_all_is_caught(listed: str) -> None:
    source = read_source("indexer/errors.py").split("__all__")[0] + f"__all__ = {listed}\nclass Unlisted: ...\n"
    assert complain_of_all("indexer/errors.py", source) != []
