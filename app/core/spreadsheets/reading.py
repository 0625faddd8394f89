"""Reading a table somebody gives us: XLSX or CSV, with limits, and errors that name the cell.

Every cell is read as the text a person sees in it. A file is untrusted: what it says of its own size is not
believed, entities are refused (openpyxl reads by defusedxml), formulas are read as their last result.
"""

import csv
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
from flask_babel import gettext as _
from openpyxl.utils import get_column_letter

from app.core.errors import InputInvalid
from app.core.spreadsheets.writing import STARTS_A_FORMULA

ZIP_MARK = b"PK\x03\x04"
OLD_EXCEL_MARK = b"\xd0\xcf\x11\xe0"
ENCODINGS = ("utf-8-sig", "gb18030")  # Excel in China saves CSV in the second
SEPARATORS = (",", "\t", ";")
EXACT_DIGITS = 15  # a spreadsheet's number is exact so far
LONGEST_CELL = 32_767

if not openpyxl.DEFUSEDXML:
    raise ImportError("defusedxml is missing: spreadsheets of strangers are not read without it")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a table may be."""

    rows: int = 5_000  # the heading not counted
    columns: int = 60
    file_bytes: int = 10 * 1024 * 1024
    unpacked_bytes: int = 50 * 1024 * 1024


class SheetInvalid(InputInvalid):
    """The file cannot be read as a table; the message names the cell where one is meant."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row under a heading; `number` is the sheet's own, as a person sees it at the margin."""

    number: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]

    def __getitem__(self, key: str) -> str:
        """The trimmed text of a column; empty when the sheet has no such column."""
        return self.cells.get(key, "")

    def place(self, key: str) -> str:
        """What the cell is called: `C7`; the row when the sheet has no such column."""
        column = self.columns.get(key)
        return cell_name(self.number, column) if column is not None else _("第 %(n)s 行", n=self.number)


Numbered = tuple[int, list[str]]
LIMITS = Limits()


def read_table(
    path: Path, headings: Mapping[str, Sequence[str]], *, needed: Iterable[str] = (), limits: Limits = LIMITS
) -> list[TableRow]:
    """Rows by the names of their columns, in whatever order these stand; empty rows are left out.

    `headings`: what each column may be called, by our name for it; unknown columns are left out.
    Raises: SheetInvalid.
    """
    rows = read_rows(path, limits=limits)
    _number, heading = next(rows, (0, []))
    columns = _find_columns(heading, headings)
    if missing := [headings[key][0] for key in needed if key not in columns]:
        raise SheetInvalid(_("表格第一行没有这些列：%(names)s。请用模板填写。", names="、".join(missing)))
    return [
        TableRow(number, {key: cells[column] for key, column in columns.items()}, columns)
        for number, cells in rows
        if any(cells)
    ]


def read_rows(path: Path, *, limits: Limits = LIMITS) -> Iterator[Numbered]:
    """Every row of the first sheet with its number, all equally long, the heading among them.

    Raises: SheetInvalid.
    """
    if path.stat().st_size > limits.file_bytes:
        raise SheetInvalid(_("文件超过 %(n)s MB，请分成几个文件。", n=limits.file_bytes // 1024**2))
    with path.open("rb") as file:
        mark = file.read(4)
    if mark == OLD_EXCEL_MARK:
        raise SheetInvalid(_("这是旧版 Excel（.xls）或加了密码的文件，请另存为不加密的 .xlsx 或 CSV。"))
    rows = _xlsx_rows(path, limits) if mark == ZIP_MARK else _csv_rows(path)
    for number, cells in enumerate(rows, start=1):
        if number > limits.rows + 1:
            raise SheetInvalid(_("表格超过 %(n)s 行，请分成几个文件。", n=limits.rows))
        if any(cells[limits.columns :]):
            place = cell_name(number, limits.columns)
            raise SheetInvalid(_("%(cell)s 起还有内容，表格最多 %(n)s 列。", cell=place, n=limits.columns))
        padded = [*cells[: limits.columns], *[""] * (limits.columns - len(cells))]
        yield number, [_tidy(cell, number, column) for column, cell in enumerate(padded)]


def cell_name(row: int, column: int) -> str:
    """`C7` for row 7, column 2: rows count from 1, columns from 0."""
    return f"{get_column_letter(column + 1)}{row}"


def _find_columns(heading: Sequence[str], headings: Mapping[str, Sequence[str]]) -> dict[str, int]:
    known = {_fold(name): key for key, names in headings.items() for name in names}
    columns: dict[str, int] = {}
    for column, text in enumerate(heading):
        key = known.get(_fold(text))
        if key in columns:
            raise SheetInvalid(
                _("%(cell)s：「%(name)s」这一列重复了。", cell=cell_name(1, column), name=text)
            )
        if key is not None:
            columns[key] = column
    return columns


def _fold(text: str) -> str:
    return "".join(text.split()).casefold().replace("(", "（").replace(")", "）").rstrip("*")


def _tidy(cell: str, row: int, column: int) -> str:
    if len(cell) > LONGEST_CELL:
        raise SheetInvalid(_("%(cell)s 里的文字太长。", cell=cell_name(row, column)))
    text = cell.replace("\0", "").strip()
    was_escaped = text[:1] == "'" and text[1:].lstrip()[:1] in STARTS_A_FORMULA and len(text) > 1
    return text[1:].strip() if was_escaped else text


def _xlsx_rows(path: Path, limits: Limits) -> Iterator[list[str]]:
    _refuse_bomb(path, limits)
    try:
        with path.open("rb") as file:  # by a path, the library would judge the name
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its size is not believed
            wanted = {"max_row": limits.rows + 2, "max_col": limits.columns + 1, "values_only": True}
            for number, row in enumerate(sheet.iter_rows(**wanted), start=1):
                yield [_say(value, number, column) for column, value in enumerate(row)]
    except SheetInvalid:
        raise
    except Exception as error:  # a hostile file may break the library anywhere
        raise SheetInvalid(_("文件打不开：它不是完整的 .xlsx。请重新另存一次再上传。")) from error


def _refuse_bomb(path: Path, limits: Limits) -> None:
    """A ZIP's entries give out no more than they declare, so what they declare is what has to be bounded."""
    try:
        with zipfile.ZipFile(path) as archive:
            declared = [entry.file_size for entry in archive.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SheetInvalid(_("文件打不开：它不是完整的 .xlsx。请重新另存一次再上传。")) from error
    if sum(declared) > limits.unpacked_bytes or len(declared) > 1000:
        raise SheetInvalid(_("文件解开后太大，没有读取。请只保留要导入的表格。"))


def _say(value: Any, row: int, column: int) -> str:
    """What a person sees in the cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == value.time().min else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _say_number(value, row, column)
    return str(value)


def _say_number(value: int | float, row: int, column: int) -> str:
    if abs(value) >= 10**EXACT_DIGITS:
        words = _(
            "%(cell)s 的号码被表格软件当成了数字，末尾几位已经丢失。请把这一列设为文本格式，再重新填写。",
            cell=cell_name(row, column),
        )
        raise SheetInvalid(words)
    if value == int(value):
        return str(int(value))
    return format(value, ".15g")


def _csv_rows(path: Path) -> Iterator[list[str]]:
    text = _decode(path.read_bytes())
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error as error:
        raise SheetInvalid(_("CSV 读到一半读不下去：引号没有成对。请另存为 .xlsx 再上传。")) from error


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetInvalid(_("认不出文件的编码。请另存为 .xlsx，或 UTF-8 编码的 CSV。"))
