"""Writing tables to take away: row by row however many, and no text of a stranger is ever calculated.

In XLSX a text is marked as text and stays as it is. CSV knows no types: there a text that a spreadsheet would
calculate gets an apostrophe before it, which `reading.py` takes off again.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import SEEK_END, StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.core import clock
from app.core.money import format_yuan

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Chinese as something else
STARTS_A_FORMULA = frozenset("=+-@＝＋－＠|%")
JOINER = "\u200d"  # makes one emoji of several
CHUNK = 64 * 1024  # characters handed on at once
LONGEST_TEXT = 32_767  # of a cell; theirs
MOST_ROWS = 1_048_576  # of a sheet; theirs
WIDTH = 16


@dataclass(frozen=True, slots=True)
class Yuan:
    """Fen that a spreadsheet can add up as yuan."""

    fen: int


Cell = str | int | Yuan | datetime | date | None  # moments aware; they are shown as Beijing time
Row = Sequence[Cell]


def write_xlsx(path: Path, rows: Iterable[Row], *, widths: Sequence[int] = ()) -> None:
    """Write a workbook; the first row is the heading and is repeated where one sheet is not enough."""
    book = Workbook(write_only=True)
    lines = iter(rows)
    heading = next(lines, ())
    sheet, written = _new_sheet(book, heading, widths), 1
    for row in lines:
        if written == MOST_ROWS:
            sheet, written = _new_sheet(book, heading, widths), 1
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
        written += 1
    book.save(path)


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write a CSV file; the first row is the heading."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_text(rows))


def csv_text(rows: Iterable[Row]) -> Iterator[str]:
    """The text of a CSV file, in pieces."""
    text = StringIO(BYTE_ORDER_MARK, newline="")
    text.seek(0, SEEK_END)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if text.tell() >= CHUNK:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _new_sheet(book: Workbook, heading: Row, widths: Sequence[int]) -> Any:
    sheet = book.create_sheet()
    for number in range(len(heading)):
        width = widths[number] if number < len(widths) else WIDTH
        sheet.column_dimensions[get_column_letter(number + 1)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_heading_cell(sheet, str(cell)) for cell in heading])
    return sheet


def _heading_cell(sheet: Any, text: str) -> Any:
    made = WriteOnlyCell(sheet, value=_printable(text))
    made.data_type, made.font = "s", Font(bold=True)
    return made


def _xlsx_cell(sheet: Any, cell: Cell) -> Any:
    if isinstance(cell, Yuan):
        made = WriteOnlyCell(sheet, value=Decimal(cell.fen).scaleb(-2))
        made.number_format = "#,##0.00"
        return made
    if isinstance(cell, datetime):
        made = WriteOnlyCell(sheet, value=_beijing(cell))
        made.number_format = "yyyy-mm-dd hh:mm:ss"
        return made
    if isinstance(cell, str):
        return _text_cell(sheet, _printable(cell)[:LONGEST_TEXT])
    return cell


def _text_cell(sheet: Any, text: str) -> Any:
    """A plain string, unless the library or a person editing it would take it for a formula or an error."""
    if not text[:1] or (text[0] not in STARTS_A_FORMULA and text[0] != "#"):
        return text
    made = WriteOnlyCell(sheet, value=text)
    made.data_type = "s"
    made.quotePrefix = True
    return made


def _csv_cell(cell: Cell) -> str | int | None:
    if isinstance(cell, Yuan):
        return format_yuan(cell.fen).replace(",", "")
    if isinstance(cell, datetime):
        return f"{_beijing(cell):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str):
        return cell
    text = _printable(cell)
    return f"'{text}" if text.lstrip()[:1] in STARTS_A_FORMULA and text.strip() else text


_UNUSUAL = re.compile(r"[^\w\s!-~\u3000-\u303f\uff00-\uffef]|[\t\r\n\v\f\x1c-\x1f\x85\u2028\u2029]")


def _printable(text: str) -> str:
    """Without what no line of a sheet can show: control characters, halves of characters, turned directions."""
    if not _UNUSUAL.search(text):
        return text
    return "".join(letter if letter.isprintable() or letter == JOINER else " " for letter in text)


def _beijing(moment: datetime) -> datetime:
    """As a spreadsheet keeps it: it knows no time zones and no parts of seconds."""
    return moment.astimezone(clock.BEIJING).replace(tzinfo=None, microsecond=0)
