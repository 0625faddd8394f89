"""Writing pushes and reading replies as XML; DTDs are refused while reading."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

DEPTH_LIMIT = 8
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # not allowed in XML at all


class XmlError(ValueError):
    """A reply that is not the flat XML the platform accepts."""


class Plain(str):
    """Text written without CDATA, as the platform does for some fields."""


def write(fields: dict[str, Any]) -> str:
    """One `<xml>` line. Strings go into CDATA, numbers stand bare, lists repeat their tag."""
    return f"<xml>{_children(fields)}</xml>"


def _children(fields: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items() if value is not None)


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        return f"<{name}>{_children(value)}</{name}>"
    if isinstance(value, str) and not isinstance(value, Plain):
        return f"<{name}>{cdata(value)}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def cdata(text: str) -> str:
    text = FORBIDDEN.sub("", text)
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def read(text: str) -> dict[str, Any]:
    """The children of `<xml>`: text, or a dictionary, or a list where a tag repeats. Raises: XmlError."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise XmlError(f"不是合法的 XML：{error}") from error
    if reader.root_name != "xml" or not isinstance(reader.root, dict):
        raise XmlError("根元素应当是 <xml>，里面应当有字段")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Any = None
        self.root_name = ""
        self._stack: list[tuple[str, dict[str, Any], list[str]]] = []

    def refuse(self, *_: Any) -> None:
        raise XmlError("不允许 DTD")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= DEPTH_LIMIT:
            raise XmlError("嵌套太深")
        self._stack.append((name, {}, []))

    def data(self, text: str) -> None:
        self._stack[-1][2].append(text)

    def end(self, name: str) -> None:
        _, children, texts = self._stack.pop()
        value: Any = children or "".join(texts)
        if not self._stack:
            self.root, self.root_name = value, name
            return
        parent = self._stack[-1][1]
        if name in parent:
            known = parent[name]
            parent[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            parent[name] = value
