"""The draft box: what it takes, what it takes out, and its pages."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulator.box import Box
from tests.simulator.drafting import add, article, call, draft, thumb
from tests.simulator.files import PNG, upload


def test_a_draft_is_added_read_changed_listed_and_deleted(box: Box) -> None:
    picture = thumb(box)
    both = [article(box, thumb_media_id=picture, title=title) for title in ("秋茶", "冬茶")]
    media_id, other = draft(box, *both), draft(box, both[0])

    changed = {**both[1], "title": "春茶"}
    assert call(box, "draft/update", media_id=media_id, index=1, articles=changed)["errcode"] == 0
    assert call(box, "draft/update", media_id=media_id, index=2, articles=changed)["errcode"] == 40060

    items = call(box, "draft/get", media_id=media_id)["news_item"]
    assert [item["title"] for item in items] == ["秋茶", "春茶"]
    assert requests.get(items[1]["url"], timeout=5).status_code == 200
    assert box.api("GET", "/cgi-bin/draft/count") == {"total_count": 2}
    page = call(box, "draft/batchget", offset=0, count=1, no_content=1)
    assert (page["total_count"], page["item_count"], page["item"][0]["media_id"]) == (2, 1, other)
    assert "content" not in page["item"][0]["content"]["news_item"][0]
    assert call(box, "draft/batchget", offset=0, count=21)["errcode"] == 40097
    assert call(box, "draft/delete", media_id=media_id)["errcode"] == 0
    assert call(box, "draft/get", media_id=media_id)["errcode"] == 40007
    assert requests.get(items[1]["url"], timeout=5).status_code == 404


def test_the_digest_is_the_beginning_of_the_words_where_none_was_given(box: Box) -> None:
    media_id = draft(box, article(box, digest="", content=f"<p>{'茶' * 60}</p>"))

    assert call(box, "draft/get", media_id=media_id)["news_item"][0]["digest"] == "茶" * 54


def test_scripts_and_foreign_pictures_are_taken_out(box: Box) -> None:
    own = upload(box, "/cgi-bin/media/uploadimg", "a.png", PNG)["url"]
    content = (
        f'<p onclick="x()">茶<img src="{own}"><img src="https://shop.example.cn/a.png"></p>'
        '<script>alert(1)</script><a href="javascript:x()">b</a>'
    )

    kept = call(box, "draft/get", media_id=draft(box, article(box, content=content)))["news_item"][0][
        "content"
    ]

    assert kept == f'<p>茶<img src="{own}"></p><a >b</a>'


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"title": ""}, 45003),
        ({"title": "茶" * 33}, 45003),
        ({"title": "茶" * 32}, None),
        ({"author": "茶" * 17}, 45110),
        ({"digest": "茶" * 121}, 45004),
        ({"content": ""}, 44004),
        ({"content": "茶" * 20_000}, 45002),
        ({"content_source_url": "https://shop.example.cn/" + "a" * 1024}, 45005),
        ({"content_source_url": "javascript:alert(1)"}, 40039),
        ({"thumb_media_id": "nothing"}, 40007),
        ({"thumb_media_id": None}, 40007),
        ({"need_open_comment": 2}, 40097),
        ({"pic_crop_235_1": "0_0_1"}, 40097),
        ({"pic_crop_235_1": "0.5_0_0.5_1"}, 40097),
        ({"pic_crop_235_1": "0_0.1_1_0.9"}, None),
        ({"article_type": "poem"}, 40035),
        ({"article_type": "newspic", "image_info": {"image_list": []}}, 40035),
        ({"title": 7}, 47001),
    ],
)
def test_an_article_that_is_too_much_or_too_little_is_refused(
    box: Box, changes: dict[str, Any], errcode: int | None
) -> None:
    assert add(box, article(box, **changes)).get("errcode") == errcode


def test_no_article_and_too_many_are_refused(box: Box) -> None:
    one = article(box)

    assert call(box, "draft/add", articles=[])["errcode"] == 44003
    assert add(box, *[one] * 9)["errcode"] == 45008


def test_a_temporary_picture_is_no_cover(box: Box) -> None:
    media_id = upload(box, "/cgi-bin/media/upload", "a.png", PNG, type="image")["media_id"]

    assert add(box, article(box, thumb_media_id=media_id))["errcode"] == 40007
