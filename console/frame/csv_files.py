"""Tables to take away: CSV that spreadsheets open as text and numbers, never as formulas."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import SEEK_END, StringIO

from flask import Response, stream_with_context

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Chinese as something else
STARTS_A_FORMULA = frozenset("=+-@＝＋－＠|%")
JOINER = "\u200d"  # makes one emoji of several
CHUNK = 64 * 1024  # characters sent at once

Cell = str | int


def csv_file(name: str, rows: Iterable[Sequence[Cell]]) -> Response:
    """A download called `name`.csv, sent as the rows come, however many; the first one is the heading."""
    response = Response(stream_with_context(_write(rows)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response


def _write(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    text = StringIO(BYTE_ORDER_MARK, newline="")
    text.seek(0, SEEK_END)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        if text.tell() >= CHUNK:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would calculate gets an apostrophe before it, which it shows as text."""
    if not isinstance(cell, str):
        return cell
    text = "".join(letter if letter.isprintable() or letter == JOINER else " " for letter in cell)
    return f"'{text}" if text.lstrip()[:1] in STARTS_A_FORMULA and text.strip() else text
