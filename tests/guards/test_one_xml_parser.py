"""There is one XML parser in the project, and it is the hardened one.

`wechatpy.pay` brings one of its own. One file may import it, to give its client our reader; that nothing is read by
wechatpy's is held by `tests/unit/test_apiv2_client.py`.
"""

import ast
from pathlib import Path

from tests.guards.source import nodes, parse_file, python_files

OURS = Path("app/wechat/callback/flat_xml.py")
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


MENDED = {Path("app/payments/gateways/apiv2_client.py"): {"wechatpy.pay", "wechatpy.pay.WeChatPay"}}


def find_imports(file: Path) -> set[str]:
    tree = parse_file(file)
    names = {alias.name for node in nodes(tree, ast.Import) for alias in node.names}
    for node in nodes(tree, ast.ImportFrom):
        if node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_parser(name: str) -> bool:
    return any(name == parser or name.startswith(f"{parser}.") for parser in PARSERS)


def test_no_other_file_of_the_shop_imports_an_xml_parser() -> None:
    files = [file for file in python_files() if file != OURS]

    guilty = {
        str(file) for file in files if any(map(is_parser, find_imports(file) - MENDED.get(file, set())))
    }

    assert files
    assert guilty == set()


def test_the_hardened_parser_is_where_it_is_said_to_be() -> None:
    assert "pyexpat" in find_imports(OURS)
