"""The shop's own source, for tests that read it; each file is read, parsed and walked once in a process."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

SHOP = ("app", "handlers", "webviews", "console", "api")

Node = TypeVar("Node", bound=ast.AST)


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file of these folders; of the whole shop when none is named."""
    for folder in folders or SHOP:
        yield from sorted(Path(folder).rglob("*.py"))


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every file, parsed."""
    for path in python_files(*folders):
        yield path, parse_file(path)


@cache
def parse_file(path: Path) -> ast.Module:
    """The file's tree; whoever asks again gets the same one, so nobody may change it."""
    source = path.read_text(encoding="utf-8")
    for _ in range(20):
        try:
            return ast.parse(source)
        except SystemError:
            # Python 3.11 counts how deep a tree is in one place for all threads. When another one parses at the
            # same moment ("recursion depth mismatch", python/cpython#106905), the file is not to blame.
            continue
    return ast.parse(source)


def nodes(tree: ast.Module, kind: type[Node]) -> list[Node]:
    """Every node of this very kind."""
    return _nodes_by_kind(tree).get(kind, [])  # type: ignore[return-value]


def calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    """Calls of a function or method of this name."""
    for node in nodes(tree, ast.Call):
        called = node.func
        called_name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if called_name == name:
            yield node


@cache
def _nodes_by_kind(tree: ast.Module) -> dict[type[ast.AST], list[ast.AST]]:
    found = defaultdict(list)
    for node in ast.walk(tree):
        found[type(node)].append(node)
    return dict(found)
