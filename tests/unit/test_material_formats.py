"""What materials are made of: pictures are drawn anew, recordings are looked into."""

import os
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from app.core.errors import InputInvalid
from app.core.pictures import draw_thumb, redraw
from app.materials.recordings import check_video, check_voice
from simulator.platform.media import FILM, SILENCE

AMR_SECOND = (b"\x3c" + bytes(31)) * 50
MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s, 44.1 kHz: 417 bytes, 26 ms
MP4 = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 1) + struct.pack(">I4s", 8, b"moov")


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, "teal").save(target, kind, **more)
    return target.getvalue()


def noise(side: int) -> bytes:
    target = BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(target, "PNG")
    return target.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_kept_as_png_or_jpeg(kind: str) -> None:
    drawn, ending = redraw(picture(kind))

    expected = ("PNG", "png") if kind in ("PNG", "GIF") else ("JPEG", "jpg")
    assert (opened(drawn).format, ending) == expected
    assert opened(drawn).size == (60, 40)


def test_nothing_but_the_pixels_survives() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    drawn, _ = redraw(picture("JPEG", exif=exif, comment=b"SecretPlace") + b"<script>SecretTail</script>")

    assert b"Secret" not in drawn
    assert not opened(drawn).getexif()


def test_a_picture_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    assert opened(redraw(picture("JPEG", exif=exif))[0]).size == (40, 60)


def test_a_large_photograph_is_made_smaller() -> None:
    assert opened(redraw(picture("JPEG", (5000, 1000)))[0]).size == (2560, 512)


def test_a_drawing_too_large_for_png_becomes_jpeg() -> None:
    drawn, ending = redraw(noise(950))

    assert ending == "jpg"
    assert len(drawn) < 2 * 1024 * 1024


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "RGBA"])
def test_every_kind_of_pixel_is_taken(mode: str) -> None:
    target = BytesIO()
    Image.new(mode, (20, 20)).save(target, "JPEG" if mode == "CMYK" else "PNG")

    assert opened(redraw(target.getvalue())[0]).size == (20, 20)
    assert opened(draw_thumb(target.getvalue())).mode == "RGB"


def test_what_is_transparent_stays_so_or_becomes_white() -> None:
    target = BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(target, "WEBP")

    assert opened(redraw(target.getvalue())[0]).getpixel((5, 5)) == (0, 0, 0, 0)
    thumb = opened(draw_thumb(target.getvalue())).getpixel((5, 5))
    assert min(thumb) > 250  # type: ignore[type-var]


def test_a_thumb_is_a_small_jpeg() -> None:
    thumb = draw_thumb(noise(900))

    assert opened(thumb).format == "JPEG"
    assert len(thumb) <= 64 * 1024


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 30,000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        picture()[:50],
        picture("JPEG")[:200],
        picture("TIFF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        bomb(),
    ],
    ids=["empty", "text", "cut PNG", "cut JPEG", "TIFF", "SVG", "bomb"],
)
def test_what_is_no_harmless_picture_is_refused(data: bytes) -> None:
    for draw in (redraw, draw_thumb):
        with pytest.raises(InputInvalid):
            draw(data)


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b"#!AMR\n" + AMR_SECOND * 60, "amr"),
        (MP3_FRAME * 2296, "mp3"),
        (
            b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256) + MP3_FRAME * 40 + b"TAG" + bytes(125),
            "mp3",
        ),
    ],
    ids=["a minute of AMR", "a minute of MP3", "MP3 with tags"],
)
def test_a_voice_of_a_minute_is_taken(data: bytes, ending: str) -> None:
    assert check_voice(data) == ending


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"#!AMR\n" + AMR_SECOND * 62, "语音太长"),
        (MP3_FRAME * 2400, "语音太长"),
        (MP3_FRAME * 5100, "语音太大"),
        (b"#!AMR\n", "无法识别"),
        (b"#!AMR-WB\n" + AMR_SECOND, "无法识别"),
        (b"\xff\xfb\x90\x00 not a second frame", "无法识别"),
        (b"ID3", "无法识别"),
        (b"", "无法识别"),
    ],
    ids=["62 s AMR", "63 s MP3", "2.1 MB", "no frame", "wide band", "one frame", "cut tag", "empty"],
)
def test_a_voice_wechat_would_refuse_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(InputInvalid, match=words):
        check_voice(data)


def test_a_video_is_an_mp4() -> None:
    assert check_video(MP4) == "mp4"


def test_what_wechat_in_a_box_sends_by_itself_is_taken() -> None:
    assert (check_voice(SILENCE), check_video(FILM)) == ("amr", "mp4")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (MP4.replace(b"isom", b"qt  "), "无法识别"),
        (MP4[:-8], "无法识别"),
        (struct.pack(">I4s", 8, b"moov"), "无法识别"),
        (struct.pack(">I4s", 2**31, b"ftyp") + b"isom", "无法识别"),
        (struct.pack(">I4sQ", 1, b"ftyp", 3), "无法识别"),
        (b"", "无法识别"),
        (MP4 + bytes(10 * 1024 * 1024), "视频太大"),
    ],
    ids=["QuickTime", "no moov", "no ftyp", "longer than the file", "size 3", "empty", "10 MB"],
)
def test_what_is_no_mp4_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(InputInvalid, match=words):
        check_video(data)
