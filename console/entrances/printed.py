"""What leaves the console on paper: QR pictures, posters, and the pages they are printed from."""

from collections.abc import Sequence
from enum import StrEnum

from flask import Response, render_template, request

from app.core.qr import draw_qr, qr_png

SVG = "image/svg+xml"
POSTERS_ON_A4 = 4


class Sheet(StrEnum):
    """The paper."""

    A6 = "a6"
    A4 = "a4"  # four posters on a sheet, to be cut

    @classmethod
    def read(cls) -> "Sheet":
        """As the address says; one poster on a small sheet otherwise."""
        return cls.A4 if request.args.get("sheet") == cls.A4 else cls.A6


def qr_file(text: str, form: str) -> Response:
    """A QR code as `png` or `svg`."""
    if form == "png":
        return Response(qr_png(text), mimetype="image/png")
    return Response(render_template("console/entrances/qr.svg", qr=draw_qr(text)), mimetype=SVG)


def poster_file(drawing: str) -> Response:
    """A poster as SVG."""
    return Response(drawing, mimetype=SVG)


def print_page(sheet: Sheet, posters: Sequence[str], *, title: str, back: str) -> str:
    """The page to print: `posters` are addresses of drawings. A sheet of A4 is filled up by repeating them."""
    size = 1 if sheet is Sheet.A6 else POSTERS_ON_A4
    missing = -len(posters) % size
    filled = [*posters, *(posters[number % len(posters)] for number in range(missing))]
    sheets = [filled[start : start + size] for start in range(0, len(filled), size)]
    return render_template("console/entrances/print.html", sheet=sheet, sheets=sheets, title=title, back=back)
