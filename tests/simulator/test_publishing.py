"""Publishing drafts: pages without a message, the event, deletion."""

from __future__ import annotations

import requests

from tests.simulator.box import Box
from tests.simulator.drafting import article, call, draft, thumb
from tests.simulator.envelopes import told
from tests.simulator.fake_shop import FakeShop


def test_a_draft_is_published_listed_sent_and_deleted(box: Box, shop: FakeShop) -> None:
    picture = thumb(box)
    media_id = draft(box, *[article(box, thumb_media_id=picture, title=title) for title in ("秋茶", "冬茶")])

    publish_id = call(box, "freepublish/submit", media_id=media_id)["publish_id"]
    assert call(box, "freepublish/get", publish_id=publish_id)["publish_status"] in {0, 1}
    box.pass_time(2)
    info = told(box, shop.wait_for(1)[0])["PublishEventInfo"]
    done = call(box, "freepublish/get", publish_id=publish_id)

    urls = [item["article_url"] for item in done["article_detail"]["item"]]
    assert (info["publish_status"], info["article_id"]) == ("0", done["article_id"])
    assert [item["article_url"] for item in info["article_detail"]["item"]] == urls
    assert all(requests.get(url, timeout=5).ok for url in urls)
    assert call(box, "draft/get", media_id=media_id)["errcode"] == 40007
    listed = call(box, "freepublish/batchget", offset=0, count=20, no_content=1)
    assert (listed["total_count"], listed["item"][0]["article_id"]) == (1, done["article_id"])
    assert [row["openid"] for row in box.followers if box.chat(row["openid"])] == []

    box.say("茶")
    body = {"msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": done["article_id"]}}
    assert call(box, "message/custom/send", touser=box.somebody(), **body)["errcode"] == 0
    assert [card["title"] for card in box.chat()[-1]["articles"]] == ["秋茶", "冬茶"]

    assert call(box, "freepublish/delete", article_id=done["article_id"], index=2)["errcode"] == 0
    items = call(box, "freepublish/getarticle", article_id=done["article_id"])["news_item"]
    assert [item["is_deleted"] for item in items] == [False, True]
    assert call(box, "freepublish/delete", article_id=done["article_id"])["errcode"] == 0
    assert call(box, "freepublish/get", publish_id=publish_id)["publish_status"] == 5
    assert call(box, "freepublish/getarticle", article_id="nothing")["errcode"] == 53600
    assert call(box, "freepublish/batchget", offset=0, count=20)["total_count"] == 0


def test_what_the_platform_refuses_stays_a_draft(box: Box, shop: FakeShop) -> None:
    media_id = draft(box)
    box.fault("publish_result", "4")

    publish_id = call(box, "freepublish/submit", media_id=media_id)["publish_id"]
    box.pass_time(2)

    info = told(box, shop.wait_for(1)[0])["PublishEventInfo"]
    assert (info["publish_status"], info["fail_idx"]) == ("4", "1")
    assert call(box, "freepublish/get", publish_id=publish_id)["fail_idx"] == [1]
    assert call(box, "draft/get", media_id=media_id)["news_item"]
