"""There is one XML parser in the project, and it is the hardened one."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ROOT / "app" / "wechat" / "callback" / "flat_xml.py"
SHOP = ("app", "handlers", "webviews", "console", "api")
PARSERS = (
    "xml",
    "pyexpat",
    "lxml",
    "xmltodict",
    "defusedxml",
    "bs4",
    "html5lib",
    "wechatpy.parser",
    "wechatpy.pay",
)


def find_imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_parser(name: str) -> bool:
    return any(name == parser or name.startswith(f"{parser}.") for parser in PARSERS)


def test_no_other_file_of_the_shop_imports_an_xml_parser() -> None:
    files = [file for folder in SHOP for file in (ROOT / folder).rglob("*.py") if file != OURS]

    guilty = {str(file.relative_to(ROOT)) for file in files if any(map(is_parser, find_imports(file)))}

    assert files
    assert guilty == set()


def test_the_hardened_parser_is_where_it_is_said_to_be() -> None:
    assert "pyexpat" in find_imports(OURS)
