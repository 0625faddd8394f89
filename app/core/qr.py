"""QR codes for print: as one path for drawings, and as a PNG."""

from dataclasses import dataclass
from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_Q

QUIET = 4  # modules of white around a code, as its standard asks
PRINT_PIXELS = 1200  # ten centimetres at 300 dots an inch
DOTS_PER_INCH = 300


@dataclass(frozen=True, slots=True)
class QrDrawing:
    """`path` draws the dark modules in a square of `size` × `size` units; the quiet zone is part of it."""

    size: int
    path: str


def draw_qr(text: str) -> QrDrawing:
    """A quarter of the code may be scratched or covered and it is still read."""
    matrix = _code(text).get_matrix()
    runs = [
        f"M{start} {y}h{length}v1h-{length}z"
        for y, row in enumerate(matrix)
        for start, length in _dark_runs(row)
    ]
    return QrDrawing(len(matrix), "".join(runs))


def qr_png(text: str) -> bytes:
    """Black on white, large enough for print; the resolution stands in the file."""
    code = _code(text)
    modules = code.modules_count + 2 * QUIET
    code.box_size = -(-PRINT_PIXELS // modules)
    picture = BytesIO()
    code.make_image().save(picture, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return picture.getvalue()


def _code(text: str) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    return code


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark modules begin, and how many follow each other."""
    runs: list[tuple[int, int]] = []
    for x, is_dark in enumerate(row):
        if is_dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif is_dark:
            runs.append((x, 1))
    return runs
