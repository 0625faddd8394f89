"""Pictures that are handed in are decoded and drawn anew: what is kept is a picture and nothing else.

Neither the sender's place and camera nor anything hidden behind the pixels survives. Of what moves, the first
frame stays. This is the one place where pictures of strangers are decoded.
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from flask_babel import gettext as _
from PIL import Image, ImageCms, ImageOps

from app.core.errors import InputInvalid

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MAX_PIXELS = 50_000_000  # a telephone's largest; more is a bomb
LONGEST_SIDE = 2560  # pixels; WeChat shows no more
MAX_PNG_BYTES = 2 * 1024 * 1024  # what is larger is a photograph and goes as JPEG
MAX_THUMB_BYTES = 64 * 1024  # WeChat's limit
THUMB_SIDE = 360  # pixels
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, struct.error, zlib.error)
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")

Image.MAX_IMAGE_PIXELS = None  # `_open` looks at the size itself, before a pixel is decoded


@dataclass(frozen=True, slots=True)
class Size:
    """What a copy measures in pixels: cut to exactly that, or shrunk until it fits in."""

    width: int
    height: int
    is_cut: bool = False


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


def draw_copies(data: bytes, *sizes: Size) -> list[bytes]:
    """The picture as JPEG in each of these sizes; what is transparent becomes white.

    Raises: InputInvalid when this is no picture, or one too large to decode.
    """
    image = _flatten(_decode(data)[0])
    return [_write(_fit(image, size), "JPEG", quality=85, progressive=True) for size in sizes]


def _fit(image: Image.Image, size: Size) -> Image.Image:
    if size.is_cut:
        return ImageOps.fit(image, (size.width, size.height))
    copy = image.copy()
    copy.thumbnail((size.width, size.height))
    return copy


def _decode(data: bytes) -> tuple[Image.Image, bool]:
    """The first frame, upright, in RGB or RGBA; and whether it came in a format for drawings."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise InputInvalid(
            _("这是 HEIC 照片，微信里大多打不开：请转成 JPG 再上传（苹果手机：设置-相机-格式-兼容性最佳）")
        )
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise InputInvalid(_("图片太大：最多 %(limit)s 万像素", limit=MAX_PIXELS // 10_000))
            is_drawing = opened.format in ("PNG", "GIF")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: decode no more than is kept
            upright = ImageOps.exif_transpose(opened)
            return _to_srgb(upright), is_drawing
    except _BROKEN as error:
        raise InputInvalid(_("无法识别这张图片：请上传 JPG、PNG、GIF 或 WebP 文件")) from error


def _to_srgb(image: Image.Image) -> Image.Image:
    """In RGB or RGBA, with the colours that its profile means; a profile that is broken is left out."""
    wanted = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            changed = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode=wanted
            )
            return changed or image.convert(wanted)
        except (ImageCms.PyCMSError, *_BROKEN):
            pass
    return image.convert(wanted)


def _is_transparent(image: Image.Image) -> bool:
    if image.mode != "RGBA":
        return False
    lowest = image.getchannel("A").getextrema()[0]
    return isinstance(lowest, int | float) and lowest < 255


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
