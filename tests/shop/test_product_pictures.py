"""Pictures of goods: what may come in, what is kept of it, and what becomes of those nobody saved."""

import os
import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from app.catalog import pictures
from app.catalog.models import ProductPicture
from app.core import clock
from app.core.db import transaction
from app.core.errors import InputInvalid
from app.core.media.store import get_media
from app.orders.listing import list_pictures
from tests.factories import make_order, make_sku


def draw(kind: str, size: tuple[int, int] = (1200, 800), mode: str = "RGB", **more: object) -> bytes:
    target = BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else 0).save(target, kind, **more)
    return target.getvalue()


def moving(kind: str) -> bytes:
    target, frames = BytesIO(), [Image.new("RGB", (80, 80), colour) for colour in ("teal", "red", "navy")]
    frames[0].save(target, kind, save_all=True, append_images=frames[1:])
    return target.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes that claim to be that large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    made = b"\x89PNG\r\n\x1a\n"
    for name, data in chunks:
        made += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return made


def kept(name: str) -> Image.Image:
    return Image.open(BytesIO(get_media().read(name)))


def files(shop: Flask) -> set[str]:
    folder = Path(shop.config["MEDIA_DIR"])
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


TAKEN: dict[str, Callable[[], bytes]] = {
    "photograph": lambda: draw("JPEG"),
    "cmyk": lambda: draw("JPEG", mode="CMYK"),
    "transparent": lambda: draw("PNG", mode="RGBA"),
    "moving gif": lambda: moving("GIF"),
    "moving webp": lambda: moving("WEBP"),
    "page behind a picture": lambda: draw("JPEG") + b"<script>alert(1)</script>",
    "archive behind a picture": lambda: draw("PNG") + b"PK\x03\x04" + bytes(40),
    "very wide": lambda: draw("PNG", (20_000, 100)),
}
REFUSED: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "page": lambda: b"<!doctype html><script>alert(1)</script>",
    "drawing that is a program": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "picture that begins as another": lambda: b"GIF89a/*" + bytes(60) + b"*/=1;alert(1)",
    "bomb": lambda: png_that_says(30_000, 30_000),
    "twenty thousand squared": lambda: png_that_says(20_000, 20_000),
    "cut off": lambda: draw("JPEG")[:300],
    "photograph of an iphone": lambda: b"\x00\x00\x00\x18ftypheic" + bytes(80),
    "tiff": lambda: draw("TIFF"),
    "bmp": lambda: draw("BMP"),
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
}


@pytest.mark.parametrize("make", TAKEN.values(), ids=list(TAKEN))
def test_a_picture_is_kept_in_three_sizes_as_plain_jpeg(shop: Flask, make: Callable[[], bytes]) -> None:
    name = pictures.add_picture(make())

    assert files(shop) == {name, pictures.small_of(name), pictures.wide_of(name)}
    assert max(kept(name).size) <= 1600
    assert kept(pictures.small_of(name)).size == (600, 600)
    assert kept(pictures.wide_of(name)).size == (900, 383)
    for each in files(shop):
        assert (kept(each).format, getattr(kept(each), "n_frames", 1)) == ("JPEG", 1)
        assert b"script" not in get_media().read(each)
        assert b"PK\x03\x04" not in get_media().read(each)


@pytest.mark.parametrize("make", REFUSED.values(), ids=list(REFUSED))
def test_what_is_no_picture_is_refused_with_a_sentence_and_leaves_no_file(
    shop: Flask, make: Callable[[], bytes]
) -> None:
    with pytest.raises(InputInvalid) as caught:
        pictures.add_picture(make())

    assert caught.value.message
    assert files(shop) == set()


def test_a_photograph_of_an_iphone_is_told_what_to_do(shop: Flask) -> None:
    with pytest.raises(InputInvalid, match="HEIC"):
        pictures.add_picture(REFUSED["photograph of an iphone"]())


def test_place_and_camera_do_not_survive(shop: Flask) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 2.0)}

    name = pictures.add_picture(draw("JPEG", exif=exif, comment=b"SecretPlace"))

    for each in files(shop):
        assert b"Secret" not in get_media().read(each)
        assert not kept(each).getexif()
    assert kept(name).info.get("icc_profile") is None


def test_too_many_bytes_are_refused_before_they_are_decoded(shop: Flask) -> None:
    with pytest.raises(InputInvalid, match="20 MB"):
        pictures.add_picture(bytes(pictures.MAX_BYTES + 1))


def test_a_picture_nobody_saved_is_swept_after_two_days_and_all_others_stay(shop: Flask) -> None:
    saved, told, bought, left = (pictures.add_picture(draw("PNG", (30, 30))) for _ in range(4))
    sku = make_sku(description=f'<p><img src="/shop/media/{told}" alt=""></p>')
    with transaction() as session:
        session.add(ProductPicture(product_id=sku.product_id, file=saved))
        make_order(sku=sku).lines[0].picture = bought
    old = (clock.now() - timedelta(days=3)).timestamp()

    assert pictures.sweep_pictures(list_pictures(pictures.PREFIX)) == 0
    for name in files(shop):
        os.utime(Path(shop.config["MEDIA_DIR"], name), (old, old))
    swept = pictures.sweep_pictures(list_pictures(pictures.PREFIX))

    assert swept == 3
    assert files(shop) == {
        copy
        for name in (saved, told, bought)
        for copy in (name, pictures.small_of(name), pictures.wide_of(name))
    }
    assert left not in files(shop)
