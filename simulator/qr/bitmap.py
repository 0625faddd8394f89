"""A picture of any kind as rows of dark and light: with Pillow where it is installed, PNG without it."""

from __future__ import annotations

import io
import warnings

from simulator.qr.errors import QrError
from simulator.qr.png import LARGEST_PIXELS, Bitmap, read_png

try:
    from PIL import Image
except ImportError:
    Image = None  # type: ignore[assignment]

LONGEST_SIDE = 2400  # a larger picture is made smaller: its code is large, too


def read_bitmap(data: bytes) -> Bitmap:
    """Raises: QrError."""
    return read_png(data) if Image is None else _read_any(data)


def _read_any(data: bytes) -> Bitmap:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of pictures that unpack to gigabytes
            picture = Image.open(io.BytesIO(data))
            if picture.width * picture.height > LARGEST_PIXELS * 2:
                raise QrError("图片太大")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            paper = Image.new("RGBA", picture.size, "white")
            paper.alpha_composite(picture.convert("RGBA"))
            grey = paper.convert("L")
    except QrError:
        raise
    except (OSError, ValueError, SyntaxError, Warning) as error:
        raise QrError("图片打不开，请用 PNG 或 JPEG") from error
    darkest, brightest = grey.getextrema()
    if brightest - darkest < 40:
        raise QrError("图片里没有二维码")
    middle, width, pixels = (darkest + brightest) // 2, grey.width, grey.tobytes()
    rows = (pixels[start : start + width] for start in range(0, len(pixels), width))
    return [[value < middle for value in row] for row in rows]
