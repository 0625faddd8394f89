"""Files: temporary and permanent ones, the pictures of article bodies, articles made by the lab."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulator.box import Box
from tests.simulator.files import AMR, JPG, MP4, PNG, upload

ADD = "/cgi-bin/material/add_material"
WORDS = {"title": "泡茶教程", "introduction": "三分钟"}


def material(box: Box, call: str, **body: Any) -> dict[str, Any]:
    return box.api("POST", f"/cgi-bin/material/{call}", body=body)


def counts(box: Box) -> dict[str, int]:
    return box.api("GET", "/cgi-bin/material/get_materialcount")


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [("image", "a.png", PNG), ("voice", "a.amr", AMR), ("thumb", "a.jpg", JPG)],
)
def test_a_material_is_kept_and_given_back(box: Box, kind: str, name: str, data: bytes) -> None:
    added = upload(box, ADD, name, data, type=kind)

    box.pass_time(30 * 86_400)

    url, body = f"{box.base}/cgi-bin/material/get_material", {"media_id": added["media_id"]}
    answer = requests.post(url, params={"access_token": box.token()}, json=body, timeout=5)
    assert answer.content == data
    assert name.rsplit(".", 1)[1] in answer.headers["Content-disposition"]
    assert ("url" in added) == (kind != "voice")


def test_a_film_has_words_and_an_address(box: Box) -> None:
    added = upload(box, ADD, "a.mp4", MP4, type="video", description=WORDS)

    film = material(box, "get_material", media_id=added["media_id"])

    assert (film["title"], film["description"]) == ("泡茶教程", "三分钟")
    assert requests.get(film["down_url"], timeout=5).content == MP4
    assert upload(box, ADD, "a.mp4", MP4, type="video")["errcode"] == 47001
    assert upload(box, ADD, "a.mp4", MP4, type="video", description={"title": "x"})["errcode"] == 47001


def test_materials_are_counted_listed_and_taken_away(box: Box) -> None:
    added = [upload(box, ADD, f"{number}.png", PNG, type="image")["media_id"] for number in range(3)]
    upload(box, ADD, "a.amr", AMR, type="voice")
    upload(box, "/cgi-bin/media/uploadimg", "body.png", PNG)

    page = material(box, "batchget_material", type="image", offset=1, count=1)

    assert counts(box) == {"voice_count": 1, "video_count": 0, "image_count": 3, "news_count": 0}
    assert (page["total_count"], page["item_count"]) == (3, 1)
    assert (page["item"][0]["media_id"], page["item"][0]["name"]) == (added[1], "1.png")  # the newest first
    assert material(box, "del_material", media_id=added[1])["errcode"] == 0
    assert material(box, "get_material", media_id=added[1])["errcode"] == 40007
    assert counts(box)["image_count"] == 2
    assert material(box, "batchget_material", type="news", offset=0, count=20)["item"] == []


@pytest.mark.parametrize(
    ("call", "body", "errcode"),
    [
        ("get_material", {}, 41006),
        ("get_material", {"media_id": "x"}, 40007),
        ("del_material", {"media_id": "x"}, 40007),
        ("batchget_material", {"type": "poem", "offset": 0, "count": 1}, 40004),
        ("batchget_material", {"type": "image", "offset": 0, "count": 21}, 40097),
        ("batchget_material", {"type": "image", "offset": -1, "count": 1}, 40097),
    ],
)
def test_a_wrong_call_is_named(box: Box, call: str, body: dict[str, Any], errcode: int) -> None:
    assert material(box, call, **body)["errcode"] == errcode


@pytest.mark.parametrize(
    ("path", "kind", "name", "data", "errcode"),
    [
        (ADD, "poem", "a.png", PNG, 40004),
        (ADD, "image", "a.exe", PNG, 40005),
        (ADD, "image", "a.png", b"not a picture", 40005),
        (ADD, "image", "a.png", b"", 44001),
        (ADD, "thumb", "a.jpg", JPG + b"x" * 65_536, 45001),
        (ADD, "voice", "a.amr", AMR + b"x" * 2**21, 45001),
        ("/cgi-bin/media/uploadimg", "", "a.gif", b"GIF89a", 40005),
        ("/cgi-bin/media/uploadimg", "", "a.png", PNG + b"x" * 2**20, 40009),
        ("/cgi-bin/media/upload", "image", "a.bmp", b"BM", 40005),
        ("/cgi-bin/media/upload", "voice", "a.mp3", b"RIFF", 40005),
    ],
)
def test_a_wrong_file_is_named(box: Box, path: str, kind: str, name: str, data: bytes, errcode: int) -> None:
    assert upload(box, path, name, data, type=kind)["errcode"] == errcode


def test_an_upload_without_a_file_is_named(box: Box) -> None:
    assert box.api("POST", ADD, body={}, type="image")["errcode"] == 41005


def test_a_temporary_film_comes_as_an_address(box: Box) -> None:
    media_id = upload(box, "/cgi-bin/media/upload", "a.mp4", MP4, type="video")["media_id"]

    answer = box.api("GET", "/cgi-bin/media/get", media_id=media_id)

    assert requests.get(answer["video_url"], timeout=5).content == MP4
    box.pass_time(3 * 86_400)
    assert box.api("GET", "/cgi-bin/media/get", media_id=media_id)["errcode"] == 40007


def test_a_reset_keeps_materials_and_drops_what_was_temporary(box: Box) -> None:
    kept = upload(box, ADD, "a.png", PNG, type="image")
    gone = upload(box, "/cgi-bin/media/upload", "a.png", PNG, type="image")
    folder = box.settings.folder / "media"

    box.post("reset")

    assert requests.get(kept["url"], timeout=5).content == PNG
    assert box.api("GET", "/cgi-bin/media/get", media_id=gone["media_id"])["errcode"] == 40007
    assert len(list(folder.iterdir())) == 1


def test_an_article_of_the_lab_can_be_sent_and_opened(box: Box) -> None:
    article = box.post("articles", title="秋茶<b>上新", digest="第一行\n第二行")
    box.say("茶")
    message = {"touser": box.somebody(), "msgtype": "mpnewsarticle"}

    sent = box.api(
        "POST",
        "/cgi-bin/message/custom/send",
        body={**message, "mpnewsarticle": {"article_id": article["article_id"]}},
    )

    card = box.chat()[-1]["articles"][0]
    assert (sent["errcode"], card["title"], card["url"]) == (0, "秋茶<b>上新", article["url"])
    page = requests.get(article["url"], timeout=5)
    assert "秋茶&lt;b&gt;上新" in page.text
    assert requests.get(f"{box.base}/s/nothing", timeout=5).status_code == 404
