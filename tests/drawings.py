"""Drawn QR codes as pictures that the decoder of WeChat in a box can read."""

import re
from io import BytesIO

from PIL import Image, ImageDraw

from app.core.qr import QrDrawing

_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\d+z")
_IN_SVG = re.compile(r'viewBox="0 0 (\d+) \d+"[^>]*>\s*<rect[^>]*/>\s*<path d="([^"]+)"')


def paint(drawing: QrDrawing, scale: int = 6) -> bytes:
    """The drawing as a PNG."""
    picture = Image.new("L", (drawing.size * scale, drawing.size * scale), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, length in (map(int, run) for run in _RUN.findall(drawing.path)):
        pen.rectangle((x * scale, y * scale, (x + length) * scale - 1, (y + 1) * scale - 1), fill=0)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def find_code(svg: str) -> QrDrawing:
    """The QR code that a drawing holds."""
    size, path = _IN_SVG.findall(svg)[-1]
    return QrDrawing(int(size), path)
