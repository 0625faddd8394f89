"""The shop's own source, for tests that read it."""

import ast
from collections.abc import Iterator
from pathlib import Path

SHOP = ("app", "handlers", "webviews", "console", "api")


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file of these folders; of the whole shop when none is named."""
    for folder in folders or SHOP:
        yield from sorted(Path(folder).rglob("*.py"))


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every file, parsed."""
    for path in python_files(*folders):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Calls of a function or method of this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            called_name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if called_name == name:
                yield node
