"""Followers through the API, scene codes, and reading the pictures of codes."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

import pytest
import qrcode
import requests
from PIL import Image, ImageDraw

from simulator.qr import bitmap
from simulator.qr.decoder import decode_matrix
from simulator.qr.drawing import draw_qr
from simulator.qr.errors import QrError
from simulator.qr.reader import read_picture
from tests.simulator.box import Box


def test_the_cast_has_people_of_all_kinds(box: Box) -> None:
    people = box.followers

    assert len(people) == 5
    assert {len(row["openid"]) for row in people} == {28}
    assert {row["platform"] for row in people} == {"ios", "android"}
    assert [row["subscribed"] for row in people].count(False) == 1
    assert any(ord(character) > 0xFFFF for row in people for character in row["nickname"])
    assert any("<" in row["nickname"] for row in people)
    for row in people:
        assert 2 <= len(row["addresses"]) <= 3
        assert "proviceFirstStageName" in row["addresses"][0]


def test_a_person_keeps_his_openid_over_a_reset(box: Box) -> None:
    before = [row["openid"] for row in box.followers]

    box.post("reset", everything=True)

    assert [row["openid"] for row in box.followers] == before


def test_the_list_ends_with_a_page_without_data(box: Box) -> None:
    first = box.api("GET", "/cgi-bin/user/get")
    openids = first["data"]["openid"]

    last = box.api("GET", "/cgi-bin/user/get", next_openid=first["next_openid"])

    assert (first["total"], first["count"], first["next_openid"]) == (4, 4, openids[-1])
    assert last == {"total": 4, "count": 0, "next_openid": ""}
    second = box.api("GET", "/cgi-bin/user/get", next_openid=openids[1])
    assert second["data"]["openid"] == openids[2:]
    assert box.api("GET", "/cgi-bin/user/get", next_openid="oNobody")["errcode"] == 40003


def test_a_profile_has_no_name_and_no_picture(box: Box) -> None:
    profile = box.api("GET", "/cgi-bin/user/info", openid=box.somebody())

    assert profile["subscribe"] == 1
    assert not {"nickname", "headimgurl", "sex", "city"} & set(profile)
    gone = box.api("GET", "/cgi-bin/user/info", openid=box.stranger())
    assert gone == {"subscribe": 0, "openid": box.stranger()}
    assert box.api("GET", "/cgi-bin/user/info", openid="oNobody")["errcode"] == 40003
    assert box.api("GET", "/cgi-bin/user/info")["errcode"] == 41009


def test_profiles_come_in_batches_and_remarks_are_kept(box: Box) -> None:
    remark = {"openid": box.somebody(), "remark": "老客户"}
    assert box.api("POST", "/cgi-bin/user/info/updateremark", body=remark)["errcode"] == 0
    rows = [{"openid": row["openid"]} for row in box.followers]

    batch = box.api("POST", "/cgi-bin/user/info/batchget", body={"user_list": rows})["user_info_list"]

    assert [row["subscribe"] for row in batch] == [1, 1, 1, 1, 0]
    assert batch[0]["remark"] == "老客户"
    many = {"user_list": rows * 21}
    assert box.api("POST", "/cgi-bin/user/info/batchget", body=many)["errcode"] == 40032
    long = {**remark, "remark": "长" * 10}
    assert box.api("POST", "/cgi-bin/user/info/updateremark", body=long)["errcode"] == 40092
    stranger = {**remark, "openid": box.stranger()}
    assert box.api("POST", "/cgi-bin/user/info/updateremark", body=stranger)["errcode"] == 43004


def _code(box: Box, action: str, scene: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"action_name": action, "action_info": {"scene": scene}, **more}
    return box.api("POST", "/cgi-bin/qrcode/create", body=body)


@pytest.mark.parametrize(
    ("action", "scene", "errcode"),
    [
        ("QR_POEM", {"scene_id": 1}, 40052),
        ("QR_SCENE", {"scene_id": 0}, 40053),
        ("QR_SCENE", {"scene_id": "1"}, 40053),
        ("QR_SCENE", {"scene_id": 2**32}, 40053),
        ("QR_LIMIT_SCENE", {"scene_id": 100_001}, 40053),
        ("QR_STR_SCENE", {"scene_str": ""}, 40053),
        ("QR_STR_SCENE", {"scene_str": "s" * 65}, 40053),
    ],
)
def test_a_wrong_scene_is_named(box: Box, action: str, scene: dict[str, Any], errcode: int) -> None:
    assert _code(box, action, scene)["errcode"] == errcode


def test_a_temporary_code_ends_and_a_permanent_one_does_not(box: Box) -> None:
    short = _code(box, "QR_SCENE", {"scene_id": 7})
    long = _code(box, "QR_STR_SCENE", {"scene_str": "a"}, expire_seconds=10**8)
    forever = _code(box, "QR_LIMIT_SCENE", {"scene_id": 7})

    assert (short["expire_seconds"], long["expire_seconds"]) == (60, 2_592_000)
    assert "expire_seconds" not in forever
    scan = f"followers/{box.somebody()}/scan?wait=1"
    assert box.post(scan, text=short["url"])["action"] == "scanned"
    box.pass_time(61)
    assert box.post(scan, text=short["url"])["action"] == "expired"
    assert box.post(scan, text=forever["ticket"])["action"] == "scanned"


def test_scanning_opens_links_and_shows_texts(box: Box) -> None:
    scan = f"followers/{box.somebody()}/scan?wait=1"

    assert box.post(scan, text="https://shop.example.cn/m/t/1")["action"] == "open"
    assert box.post(scan, text="6901234567892") == {"action": "text", "text": "6901234567892"}


def test_the_text_of_a_barcode_is_no_scene(box: Box) -> None:
    _code(box, "QR_LIMIT_SCENE", {"scene_id": 7})

    assert box.post(f"followers/{box.somebody()}/scan?wait=1", text="7") == {"action": "text", "text": "7"}


def test_permanent_codes_are_counted(box: Box) -> None:
    box.post("limits", name="permanent_codes", value=1)

    assert "ticket" in _code(box, "QR_LIMIT_SCENE", {"scene_id": 7})
    assert _code(box, "QR_LIMIT_STR_SCENE", {"scene_str": "a"})["errcode"] == 45029
    assert "ticket" in _code(box, "QR_SCENE", {"scene_id": 7})


def test_a_source_of_following_is_told(box: Box) -> None:
    openid = box.stranger()

    box.post(f"followers/{openid}/subscribe?wait=1", source="ADD_SCENE_PAID")

    assert box.api("GET", "/cgi-bin/user/info", openid=openid)["subscribe_scene"] == "ADD_SCENE_PAID"


def test_an_unknown_ticket_has_no_picture(box: Box) -> None:
    answer = requests.get(f"{box.base}/cgi-bin/showqrcode?ticket=x", timeout=5)

    assert answer.status_code == 404


@pytest.mark.parametrize("level", [0, 1, 2, 3], ids="MLHQ")
@pytest.mark.parametrize(
    "text", ["http://weixin.qq.com/q/02abc", "茶叶 🍵", "1234567890", "HELLO-1", "x" * 700], ids=len
)
def test_codes_are_read_even_when_a_little_damaged(text: str, level: int) -> None:
    code = qrcode.QRCode(border=0, error_correction=level)
    code.add_data(text)
    code.make(fit=True)
    modules = [list(row) for row in code.get_matrix()]
    dice = random.Random(text)
    for _ in range(3):
        row, column = (dice.randrange(9, len(modules) - 9) for _ in "xy")
        modules[row][column] ^= True

    assert decode_matrix(modules) == text


@pytest.mark.parametrize("scale", [2, 3, 8])
def test_pictures_of_codes_are_read_at_every_size(scale: int) -> None:
    assert read_picture(draw_qr("https://shop.example.cn/m/t/1", scale)) == "https://shop.example.cn/m/t/1"


@pytest.mark.parametrize("colour", [2, 6], ids=["rgb", "rgba"])
@pytest.mark.parametrize("kind", range(5), ids=["none", "sub", "up", "average", "paeth"])
def test_a_coloured_screenshot_is_read_whatever_its_filter(
    monkeypatch: pytest.MonkeyPatch, colour: int, kind: int
) -> None:
    monkeypatch.setattr(bitmap, "Image", None)
    code = qrcode.QRCode(border=6)
    code.add_data("https://shop.example.cn/")
    code.make(fit=True)
    rows = [[dark for dark in row for _ in range(4)] for row in code.get_matrix() for _ in range(4)]
    dark, light = ((20, 60, 30), (250, 240, 230)) if colour == 2 else ((20, 60, 30, 255), (0, 0, 0, 0))
    pixels = [b"".join(bytes(dark if cell else light) for cell in row) for row in rows]

    assert read_picture(_png(pixels, len(rows), colour, kind)) == "https://shop.example.cn/"


@pytest.fixture(params=["PNG", "JPEG"])
def poster(request: pytest.FixtureRequest) -> bytes:
    """Words, dots and, somewhere, a code."""
    paper = Image.new("RGB", (900, 1200), (250, 240, 220))
    pen, dice = ImageDraw.Draw(paper), random.Random(3)
    pen.rectangle((0, 0, 900, 500), fill=(30, 110, 70))
    for _ in range(300):
        x, y = dice.randrange(880), dice.randrange(480)
        pen.ellipse((x, y, x + 30, y + 30), fill=(dice.randrange(256), dice.randrange(256), 90))
    pen.text((60, 560), "OOH 1:1:3:1:1 [o] [o] [o]", fill=(20, 20, 20), font_size=60)
    paper.paste(Image.open(io.BytesIO(draw_qr("https://shop.example.cn/p/12?e=qr.1", 5))), (520, 820))
    file = io.BytesIO()
    paper.save(file, request.param)
    return file.getvalue()


def test_a_code_inside_a_poster_is_found(poster: bytes) -> None:
    assert read_picture(poster) == "https://shop.example.cn/p/12?e=qr.1"


def test_without_an_imaging_library_png_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitmap, "Image", None)

    assert read_picture(draw_qr("茶", 4)) == "茶"
    with pytest.raises(QrError, match="PNG"):
        read_picture(b"\xff\xd8\xff")


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\nIHDR" + b"x" * 90])
def test_what_is_no_code_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(QrError, match=r"\w"):
        read_picture(data)


def _png(rows: list[bytes], width: int, colour: int, kind: int) -> bytes:
    """A PNG whose every row is filtered in one way."""
    step = 3 if colour == 2 else 4
    above, raw = bytes(len(rows[0])), b""
    for row in rows:
        line = bytearray()
        for place, value in enumerate(row):
            left, corner = (row[place - step], above[place - step]) if place >= step else (0, 0)
            up = above[place]
            nearest = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
            guess = (0, left, up, (left + up) // 2, nearest)[kind]
            line.append((value - guess) & 255)
        raw += bytes([kind]) + bytes(line)
        above = row
    head = struct.pack(">IIBBBBB", width, len(rows), 8, colour, 0, 0, 0)
    chunks = (b"IHDR" + head, b"IDAT" + zlib.compress(raw), b"IEND")
    framed = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)
