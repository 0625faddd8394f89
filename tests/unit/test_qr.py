"""QR codes for print: they say what they should, with their quiet zone, in every form."""

import re
from io import BytesIO

import pytest
from PIL import Image

from app.core.qr import PRINT_PIXELS, QUIET, draw_qr, qr_png
from simulator.qr.reader import read_picture
from tests.drawings import paint

LINK = "https://shop.example.cn/shop/p/longjing?e=ABCDEF23456789"


@pytest.mark.parametrize("text", [LINK, "http://weixin.qq.com/q/02TeaShelf07", LINK * 4])
def test_the_png_is_read_as_what_was_written(text: str) -> None:
    assert read_picture(qr_png(text)) == text


def test_the_png_is_large_enough_for_print_and_says_its_resolution() -> None:
    with Image.open(BytesIO(qr_png(LINK))) as picture:
        assert picture.width == picture.height >= PRINT_PIXELS
        assert round(picture.info["dpi"][0]) == 300


def test_the_drawing_is_read_as_well() -> None:
    drawing = draw_qr(LINK)

    assert read_picture(paint(drawing)) == LINK


def test_the_quiet_zone_stays_white() -> None:
    drawing = draw_qr(LINK)

    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawing.path):
        assert QUIET <= int(y) < drawing.size - QUIET
        assert QUIET <= int(x) <= int(x) + int(length) <= drawing.size - QUIET


def test_a_tenth_of_the_code_may_be_covered() -> None:
    with Image.open(BytesIO(qr_png(LINK))) as picture:
        covered = picture.convert("L")
    side = covered.width
    covered.paste(0, (side * 45 // 100, side * 45 // 100, side * 60 // 100, side * 60 // 100))
    file = BytesIO()
    covered.save(file, "PNG")

    assert read_picture(file.getvalue()) == LINK
