"""The only XML reader of the project: flat, small, and deaf to everything XML can do besides holding text.

No DOCTYPE and therefore no entities, no attributes, UTF-8 alone, bounded size, depth and number of elements. The
usual form is read by `usual_form`, everything else by expat.
"""

from collections.abc import Mapping
from pyexpat import ExpatError, ParserCreate, XMLParserType

from app.wechat.callback.usual_form import read_usual_form

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 8
MAX_ELEMENTS = 1000
ROOT = "xml"

Fields = Mapping[str, tuple[str, ...]]


class XmlRefused(ValueError):
    """This is not a document we read; the text says why and holds nothing of the document."""


def parse(body: bytes, *, root: str = ROOT) -> Fields:
    """Texts by path below the root: `{"Content": ("茶",), "PicList/item/PicMd5Sum": ("a", "b")}`.

    Raises: XmlRefused.
    """
    if len(body) > MAX_BYTES:
        raise XmlRefused("too large")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise XmlRefused("not UTF-8") from error
    usual = read_usual_form(text) if root == ROOT else None
    return usual if usual is not None else parse_any_form(body, root=root)


def parse_any_form(body: bytes, *, root: str = ROOT) -> Fields:
    """The same by the parser alone. Raises: XmlRefused."""
    collector = _Collector(root)
    try:
        collector.parser.Parse(body, True)
    except ExpatError as error:
        raise XmlRefused("not well-formed") from error
    return {path: tuple(texts) for path, texts in collector.fields.items()}


class _Collector:
    """Gathers the texts of the leaves and refuses everything that has no business in a push."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.fields: dict[str, list[str]] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._elements = 0
        self._is_leaf = False
        self.parser: XMLParserType = ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declare
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.ProcessingInstructionHandler = self._refuse_instruction
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append

    def _declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8"):
            raise XmlRefused("another encoding than UTF-8")

    def _refuse_doctype(self, *_: object) -> None:
        raise XmlRefused("has a DOCTYPE")

    def _refuse_instruction(self, *_: object) -> None:
        raise XmlRefused("has a processing instruction")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._path) >= MAX_DEPTH:
            raise XmlRefused("too many or too deep elements")
        if attributes or (not self._path and name != self._root):
            raise XmlRefused("has attributes or another root")
        self._path.append(name)
        self._text.clear()
        self._is_leaf = True

    def _end(self, _name: str) -> None:
        if self._is_leaf and len(self._path) > 1:
            self.fields.setdefault("/".join(self._path[1:]), []).append("".join(self._text))
        self._path.pop()
        self._text.clear()
        self._is_leaf = False
