"""Template messages, subscription notifications, one-time subscriptions: values, acceptances, events."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulator.platform.template_rules import LIBRARY
from simulator.platform.templates import LONG
from tests.simulator.box import Box
from tests.simulator.drafting import call
from tests.simulator.envelopes import told
from tests.simulator.fake_shop import FakeShop

SHIPPED = {"character_string1": "20261121001", "thing2": "铁观音 250g", "time3": "2026年11月21日 08:00"}
ARRIVED = {"thing1": "铁观音 250g", "amount2": "¥88.00"}


def data(values: dict[str, str], **changes: str) -> dict[str, Any]:
    return {name: {"value": value} for name, value in {**values, **changes}.items()}


def message_template(box: Box) -> str:
    names = ["订单号", "商品名称", "发货时间"]
    answer = call(box, "template/api_add_template", template_id_short="43216", keyword_name_list=names)
    return str(answer["template_id"])


def notification(box: Box) -> str:
    answer = call(box, "../wxaapi/newtmpl/addtemplate", tid="402", kidList=[1, 2], sceneDesc="到货提醒")
    return str(answer["priTmplId"])


def send(box: Box, template: str, **more: Any) -> dict[str, Any]:
    usual = {"touser": box.somebody(), "template_id": template, "data": data(SHIPPED)}
    return call(box, "message/template/send", **{**usual, **more})


def inform(box: Box, template: str, **more: Any) -> dict[str, Any]:
    usual = {"touser": box.somebody(), "template_id": template, "data": data(ARRIVED)}
    return call(box, "message/subscribe/bizsend", **{**usual, **more})


def test_a_template_message_arrives_and_its_event_tells_so(box: Box, shop: FakeShop) -> None:
    template = message_template(box)

    sent = send(box, template, url="https://shop.example.cn/m/1", client_msg_id="ship-1")
    again = send(box, template, client_msg_id="ship-1")
    box.pass_time(2)
    event = told(box, shop.wait_for(1)[0])

    assert (len(template), sent["errcode"], again["msgid"]) == (43, 0, sent["msgid"])
    assert (event["Event"], event["MsgID"], event["Status"]) == (
        "TEMPLATESENDJOBFINISH",
        str(sent["msgid"]),
        "success",
    )
    (bubble,) = box.chat()
    assert (bubble["title"], bubble["url"]) == ("订单发货通知", "https://shop.example.cn/m/1")
    assert bubble["rows"][0] == {"label": "订单号", "value": "20261121001"}
    assert box.get("sent?text=铁观音")["messages"][0]["times"] == {"1": 1}
    box.pass_time(600)
    assert send(box, template, client_msg_id="ship-1")["msgid"] != sent["msgid"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("thing2", "茶" * 21),
        ("thing2", ""),
        ("character_string1", "订单"),
        ("time3", "明天"),
        ("time3", "25:00"),
    ],
)
def test_a_value_against_its_rule_is_named(box: Box, name: str, value: str) -> None:
    answer = send(box, message_template(box), data=data(SHIPPED, **{name: value}))

    assert answer["errcode"] == 47003
    assert answer["errmsg"].startswith(f"argument invalid! data.{name}.value invalid")


def test_who_cannot_have_one_and_what_is_no_template(box: Box) -> None:
    template = message_template(box)

    assert send(box, template, touser=box.stranger())["errcode"] == 43004
    assert send(box, template, touser="nobody")["errcode"] == 40003
    assert send(box, notification(box))["errcode"] == 40037
    assert send(box, template, url="https://shop.example.cn/" + "a" * 1024)["errcode"] == 40039
    box.fault("template_answer", "43116")
    assert send(box, template)["errcode"] == 43116
    assert call(box, "template/del_private_template", template_id=template)["errcode"] == 0
    assert send(box, template)["errcode"] == 40037


def test_a_message_that_is_not_delivered_says_so_afterwards(box: Box, shop: FakeShop) -> None:
    template = message_template(box)
    box.fault("template_result", "failed:user block")

    assert send(box, template)["errcode"] == 0
    box.pass_time(2)

    assert told(box, shop.wait_for(1)[0])["Status"] == "failed:user block"
    assert box.chat() == []


def test_a_notification_uses_up_one_acceptance(box: Box, shop: FakeShop) -> None:
    template, openid = notification(box), box.somebody()
    assert inform(box, template)["errcode"] == 43101

    answer = box.post(f"followers/{openid}/agree?wait=1", template_id=template, status="accept")
    assert (answer["left"], inform(box, template, page="https://shop.example.cn/m/2")["errcode"]) == (1, 0)
    assert inform(box, template)["errcode"] == 43101
    box.pass_time(2)

    popup, sent = (told(box, received) for received in shop.wait_for(2))
    assert popup["SubscribeMsgPopupEvent"]["List"]["SubscribeStatusString"] == "accept"
    assert sent["SubscribeMsgSentEvent"]["List"]["ErrorStatus"] == "success"
    assert box.chat()[-1]["rows"][1] == {"label": "商品价格", "value": "¥88.00"}
    box.post(f"followers/{openid}/agree?wait=1", template_id=template, status="accept")
    box.post(f"followers/{openid}/agree?wait=1", template_id=template, status="reject", changed=True)
    assert inform(box, template)["errcode"] == 43101
    assert told(box, shop.wait_for(4)[-1])["Event"] == "subscribe_msg_change_event"


def test_templates_are_listed_with_their_keywords(box: Box) -> None:
    template, other = message_template(box), notification(box)

    rows = box.api("GET", "/cgi-bin/template/get_all_private_template")["template_list"]
    assert [row["title"] for row in rows[:-1]] == [
        "订单延迟发货通知",
        "商品问题处理通知",
        "订单支付成功通知",
        "订单发货通知",
        "退款到账通知",
    ]  # the account has some at first
    assert rows[-1]["template_id"] == template
    assert rows[-1]["content"].startswith("订单号:{{character_string1.DATA}}\n商品名称:{{thing2.DATA}}")
    mine = box.api("GET", "/wxaapi/newtmpl/gettemplate")["data"]
    assert [row["title"] for row in mine[:-1]] == ["商品到货通知", "预约提醒"]
    assert (mine[-1]["priTmplId"], mine[-1]["type"]) == (other, 2)
    titles = box.api("GET", "/wxaapi/newtmpl/getpubtemplatetitles", ids="616", start="0", limit="30")
    words = box.api("GET", "/wxaapi/newtmpl/getpubtemplatekeywords", tid="402")["data"]
    assert (titles["count"], [row["rule"] for row in words]) == (
        len(LIBRARY),
        ["thing", "amount", "time", "thing"],
    )
    bad = call(box, "template/api_add_template", template_id_short="43216", keyword_name_list=["诗"])
    assert bad["errcode"] == 40247
    assert call(box, "../wxaapi/newtmpl/addtemplate", tid="402", kidList=[1])["errcode"] == 200020


def test_a_one_time_subscription_is_asked_for_and_used_once(box: Box) -> None:
    openid, template = box.somebody(), "TeaOnce000000000000000000000000000000000001"
    query = {
        "action": "get_confirm",
        "appid": box.settings.account.appid,
        "scene": "1000",
        "template_id": template,
        "redirect_url": f"{box.settings.web_base}/back?x=1",
        "reserved": "r",
    }
    message = {"touser": openid, "template_id": template, "scene": "1000", "title": "预约提醒"}
    words = {"content": {"value": "您预约的秋茶今日开售", "color": "#173177"}}
    cookies = {"sim_openid": openid}

    def visit(path: str, **changes: str) -> requests.Response:
        url = f"{box.base}/mp/subscribemsg{path}"
        return requests.get(
            url, params={**query, **changes}, cookies=cookies, timeout=5, allow_redirects=False
        )

    assert call(box, "message/template/subscribe", data=words, **message)["errcode"] == 43101
    assert "/mp/subscribemsg/confirm?" in visit("").text
    assert "redirect_url" in visit("", redirect_url="https://elsewhere.example/").text
    back = visit("/confirm").headers["Location"]
    assert back.startswith(
        f"{box.settings.web_base}/back?x=1&openid={openid}&action=confirm&template_id={template}"
    )
    assert (
        call(box, "message/template/subscribe", data=words, **{**message, "title": "x" * 16})["errcode"]
        == 40062
    )
    assert call(box, "message/template/subscribe", data=words, **message)["errcode"] == 0
    assert call(box, "message/template/subscribe", data=words, **message)["errcode"] == 43101
    visit("/cancel")
    assert call(box, "message/template/subscribe", data=words, **message)["errcode"] == 43101
    assert (box.chat()[-1]["title"], box.chat()[-1]["text"]) == ("预约提醒", "您预约的秋茶今日开售")


def test_a_tap_on_the_tag_is_refused_for_templates_that_cannot_be_asked_about(box: Box) -> None:
    mine, openid = notification(box), box.somebody()
    long_term = box.servers.engine.templates.add(LIBRARY[4], [1, 2], LONG)["template_id"]

    codes = {
        name: box.post("bridge/subscribe", openid=openid, url="", params={"template": wanted}).get("err_code")
        for name, wanted in {
            "none": " ",
            "unknown": f"{mine},foreign",
            "message": message_template(box),
            "four": ",".join([mine, "a", "b", "c"]),
            "kinds": f"{mine},{long_term}",
            "good": mine,
        }.items()
    }

    assert codes == {
        "none": 10001,
        "unknown": 20001,
        "message": 20001,
        "four": 20003,
        "kinds": 20002,
        "good": None,
    }


def test_what_cannot_be_an_answer_is_refused(box: Box) -> None:
    path = f"followers/{box.somebody()}/agree"

    for given in ({"answers": {}}, {"answers": {"id": ["no"]}}, {"status": "accept"}, {"template_id": "id"}):
        assert requests.post(f"{box.base}/sim/api/{path}", json=given, timeout=10).status_code == 400


def test_a_crowd_agrees_at_once_and_each_has_it_so_often(box: Box) -> None:
    template = notification(box)
    added = box.post("followers/bulk", count=3)
    one, two, three = box.engine.followers.openids()[-3:]
    assert box.post("followers/agreements", template_id=template) == {"agreed": 3}
    last = {"first": two, "last": added["last"], "times": 2}
    assert box.post("followers/agreements", template_id=template, **last) == {"agreed": 2}

    tries = {
        openid: [inform(box, template, touser=openid)["errcode"] for _ in range(4)] for openid in (one, three)
    }

    assert tries == {one: [0] + 3 * [43101], three: 3 * [0] + [43101]}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"template_id": "none"}, 404),
        ({"times": 0}, 400),
        ({"times": True}, 400),
        ({"times": 101}, 400),
        ({"first": "nobody"}, 404),
    ],
)
def test_a_crowd_that_cannot_agree_so_is_told(box: Box, given: dict[str, Any], status: int) -> None:
    body = {"template_id": notification(box), **given}
    assert (
        requests.post(f"{box.base}/sim/api/followers/agreements", json=body, timeout=5).status_code == status
    )
