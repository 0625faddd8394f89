"""Pictures that are handed in are decoded and drawn anew: what is kept is a picture and nothing else.

Neither the sender's place and camera nor anything hidden behind the pixels survives.
"""

import struct
import zlib
from io import BytesIO

from flask_babel import gettext as _
from PIL import Image, ImageOps

from app.core.errors import InputInvalid

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MAX_PIXELS = 50_000_000  # a telephone's largest; more is a bomb
LONGEST_SIDE = 2560  # pixels; WeChat shows no more
MAX_PNG_BYTES = 2 * 1024 * 1024  # what is larger is a photograph and goes as JPEG
MAX_THUMB_BYTES = 64 * 1024  # WeChat's limit
THUMB_SIDE = 360  # pixels
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, struct.error, zlib.error)

Image.MAX_IMAGE_PIXELS = None  # `_open` looks at the size itself, before a pixel is decoded


def redraw(data: bytes) -> tuple[bytes, str]:
    """The picture as WeChat takes it, upright, and its ending: `jpg` or `png`.

    Raises: InputInvalid when this is no picture, or one too large to decode.
    """
    image, is_drawing = _decode(data)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if is_drawing or _is_transparent(image):
        drawn = _write(image, "PNG")
        if len(drawn) <= MAX_PNG_BYTES:
            return drawn, "png"
    return _write(_flatten(image), "JPEG", quality=88), "jpg"


def draw_thumb(data: bytes) -> bytes:
    """The same picture as a small JPEG of at most 64 KB: for music, and for videos that are sent.

    Raises: InputInvalid when this is no picture, or one too large to decode.
    """
    image = _flatten(_decode(data)[0])
    image.thumbnail((THUMB_SIDE, THUMB_SIDE))
    drawn = _write(image, "JPEG", quality=85)
    for quality in (65, 45, 25):
        if len(drawn) <= MAX_THUMB_BYTES:
            break
        drawn = _write(image, "JPEG", quality=quality)
    return drawn


def _decode(data: bytes) -> tuple[Image.Image, bool]:
    """The first frame, upright, in RGB or RGBA; and whether it came in a format for drawings."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise InputInvalid(_("图片太大：最多 %(limit)s 万像素", limit=MAX_PIXELS // 10_000))
            is_drawing = opened.format in ("PNG", "GIF")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: decode no more than is kept
            upright = ImageOps.exif_transpose(opened)
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB"), is_drawing
    except _BROKEN as error:
        raise InputInvalid(_("无法识别这张图片：请上传 JPG、PNG、GIF 或 WebP 文件")) from error


def _is_transparent(image: Image.Image) -> bool:
    return image.mode == "RGBA" and image.getchannel("A").getextrema()[0] < 255


def _flatten(image: Image.Image) -> Image.Image:
    """In RGB; what is transparent becomes white."""
    if image.mode == "RGB":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _write(image: Image.Image, kind: str, **options: int) -> bytes:
    """The pixels alone: a copy carries no profile, no text, no EXIF."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    target = BytesIO()
    bare.save(target, kind, optimize=True, **options)
    return target.getvalue()
