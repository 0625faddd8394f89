"""What stands in each message and event besides the common head."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulator.platform.push_fields import CHOICES, FIELDS, catalogue
from tests.simulator.box import Box
from tests.simulator.envelopes import told
from tests.simulator.fake_shop import FakeShop


def pushed(box: Box, kind: str, **fields: Any) -> dict[str, Any]:
    """What the shop was told."""
    box.post("push", openid=box.somebody(), kind=kind, **fields)
    return told(box, box.shop.received[-1])


@pytest.mark.parametrize("kind", FIELDS)
def test_every_field_the_lab_offers_reaches_the_shop(box: Box, shop: FakeShop, kind: str) -> None:
    plain = pushed(box, kind)

    for name in FIELDS[kind]:
        value = {"fail_idx": "7", "article_url": "https://x.cn/7", "article_id": "seven"}.get(name, "7")
        others = {"msg_data_id": "22"} if name == "idx" else {}
        if kind.endswith("PUBLISHJOBFINISH") and name == "fail_idx":
            others = {"publish_status": "2"}
        changed = pushed(box, kind, **{**others, name: value})
        assert value in str(changed), (name, changed)
        assert changed != plain


def test_the_lab_is_told_the_fields_and_their_choices() -> None:
    offered = catalogue()

    assert set(offered) == set(FIELDS)
    status = next(row for row in offered["TEMPLATESENDJOBFINISH"] if row["name"] == "status")
    assert status["choices"] == ["success", "failed:user block", "failed: system failed"]
    named = {name.rpartition(".")[2] for name in CHOICES}
    assert named <= {name for fields in FIELDS.values() for name in fields}


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo"])
def test_what_a_follower_sends_can_be_fetched(box: Box, shop: FakeShop, kind: str) -> None:
    message = pushed(box, kind)

    url, query = f"{box.base}/cgi-bin/media/get", {"access_token": box.token()}
    for name in ("MediaId", "ThumbMediaId", "MediaId16K"):
        if name in message:
            answer = requests.get(url, params={**query, "media_id": message[name]}, timeout=5)
            assert "errcode" not in answer.text[:200]
    if kind == "image":
        assert requests.get(message["PicUrl"], timeout=5).content.startswith(b"\x89PNG")


def test_a_recording_from_the_disk_is_sent(box: Box, shop: FakeShop) -> None:
    url = f"{box.base}/sim/api/followers/{box.somebody()}/say?wait=1"
    amr, film = b"#!AMR\nxyz", b"\x00\x00\x00\x18ftypisom"

    spoken = requests.post(url, data={"type": "voice"}, files={"picture": amr}, timeout=5)
    wrong = requests.post(url, data={"type": "voice"}, files={"picture": film}, timeout=5)

    assert (spoken.status_code, wrong.status_code) == (200, 400)
    media = {"access_token": box.token(), "media_id": told(box, shop.received[-1])["MediaId"]}
    assert requests.get(f"{box.base}/cgi-bin/media/get", params=media, timeout=5).content == amr


def test_a_message_from_the_page_of_an_article_says_so(box: Box, shop: FakeShop) -> None:
    message = pushed(box, "text", msg_data_id="2247503051", idx="2")

    assert (message["MsgDataId"], message["Idx"]) == ("2247503051", "2")


def test_several_templates_repeat_the_list(box: Box, shop: FakeShop) -> None:
    event = pushed(box, "subscribe_msg_popup_event", template_id="A,B", status="accept,reject")

    rows = event["SubscribeMsgPopupEvent"]["List"]
    assert [(row["TemplateId"], row["SubscribeStatusString"]) for row in rows] == [
        ("A", "accept"),
        ("B", "reject"),
    ]
    assert rows[0]["PopupScene"] == "1"


def test_a_failed_publishing_names_its_articles(box: Box, shop: FakeShop) -> None:
    info = pushed(box, "PUBLISHJOBFINISH", publish_status="2", fail_idx="1,3")["PublishEventInfo"]

    assert (info["fail_idx"], "article_id" in info) == (["1", "3"], False)
    good = pushed(box, "PUBLISHJOBFINISH", article_id="a-1")["PublishEventInfo"]
    assert (good["article_id"], good["article_detail"]["item"]["idx"]) == ("a-1", "1")


def test_a_broadcast_tells_its_checks(box: Box, shop: FakeShop) -> None:
    event = pushed(box, "MASSSENDJOBFINISH", msg_id="7", status="err(30003)", article_url="https://x.cn")

    assert (event["MsgID"], event["Status"], event["SentCount"]) == ("7", "err(30003)", "75")
    assert event["CopyrightCheckResult"]["CheckState"] == "1"
    assert event["ArticleUrlResult"]["ResultList"]["item"]["ArticleUrl"] == "https://x.cn"


def test_a_closed_account_revokes_nothing_but_itself(box: Box, shop: FakeShop) -> None:
    closed = pushed(box, "user_authorization_cancellation", unionid="oU7")
    revoked = pushed(box, "user_authorization_revoke")

    assert (closed["OpenID"], closed["UnionID"], "RevokeInfo" in closed) == (box.somebody(), "oU7", False)
    assert (revoked["RevokeInfo"], revoked["AppID"]) == ("205", box.settings.account.appid)


def test_a_field_that_must_be_a_number_is_named(box: Box) -> None:
    body = {"openid": box.somebody(), "kind": "MASSSENDJOBFINISH", "total": "many"}

    answer = requests.post(f"{box.base}/sim/api/push", json=body, timeout=5)

    assert (answer.status_code, "字段" in answer.json()["error"]) == (400, True)
