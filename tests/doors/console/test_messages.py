"""The log of messages, quick replies, service hours and WeChat's own desk in the console."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.conversations.kf_desk import load_kf_desk
from app.conversations.models import Direction, Sending
from app.conversations.sending import queue_reply
from app.conversations.service_hours import Span, load_service_hours
from app.core.db import transaction
from app.wechat.platform_errors import make_error
from app.wechat.replies import TextReply, keep
from tests.factories import make_follower
from tests.messages import make_message
from tests.pushes import OPENID
from tests.staff import Console

PAYLOAD = (
    "<xml><FromUserName><![CDATA[oTeaShop_0000000000000000001]]></FromUserName>"
    "<Content><![CDATA[电话 13812345678]]></Content></xml>"
)
Advance = Callable[[timedelta], None]


def add(words: str, **values: object) -> int:
    return make_message(words, **{"payload": PAYLOAD, **values}).id


def test_the_log_masks_numbers_and_harms_nobody(app: Flask, console: Console) -> None:
    with app.app_context():
        with transaction() as session:
            session.merge(make_follower(OPENID)).nickname = "<b>黑客</b>"
        add("<script>alert(1)</script> 电话 13812345678")

    page = console.text("/messages/")

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "138****5678" in page
    assert "13812345678" not in page
    assert "&lt;b&gt;黑客" in page
    assert "默认回复" in page


def test_what_we_said_is_shown_as_a_phone_shows_it(app: Flask, console: Console) -> None:
    link = '<a href="https://tea.example/shop/">进店看看</a>'
    with app.app_context():
        follower_id = make_follower(OPENID).id
        add(f"您可以 {link}", direction=Direction.OUT)
        add(f"看 {link} 骗人的")

    for page in (console.text("/messages/"), console.text(f"/followers/{follower_id}")):
        assert "您可以 进店看看" in page
        assert "看 &lt;a href=" in page  # a follower's words stay as he typed them


def test_the_log_s_filters_stand_in_the_address(app: Flask, console: Console) -> None:
    with app.app_context():
        add("红茶")
        add("绿茶", answered_by="rule:7")

    assert "红茶" in console.text("/messages/?by=fallback")
    assert "绿茶" not in console.text("/messages/?by=fallback")
    page = console.text("/messages/?q=绿&who=&kind=text&direction=in&from=2020-01-01&to=2099-01-01")
    assert "绿茶" in page
    assert "红茶" not in page
    assert "没有这样的消息" in console.text("/messages/?q=咖啡")


def test_filters_that_make_no_sense_do_no_harm(console: Console) -> None:
    queries = "from=x&to=2026-99-99", "direction=sideways", "kind=%3Cb%3E", "before=x", "before=-5", "q=%25"
    for query in (*queries, "who=%27--", "by=%25", "from=2026-12-01&to=2026-01-01"):
        assert console.get(f"/messages/?{query}").status_code == 200, query


def test_the_log_goes_on_where_the_page_ends(app: Flask, console: Console) -> None:
    with app.app_context():
        for number in range(60):
            add(f"第{number}句")

    page = console.text("/messages/?kind=text")
    assert "第59句" in page
    assert "第9句" not in page
    older = page.partition('rel="next" href="/console')[2].partition('"')[0].replace("&amp;", "&")
    page = console.text(older)
    assert "第9句" in page
    assert "第59句" not in page
    assert "kind=text" in older


def test_a_message_shows_what_it_led_to_and_its_raw_form_masked(app: Flask, console: Console) -> None:
    with app.app_context():
        message_id = add("红茶", reply=keep(TextReply("好茶")), further=[keep(TextReply("还有优惠"))])
        queue_reply(OPENID, TextReply("还有优惠"), by="fallback", dedupe_key=f"further:{message_id}:0")

    page = console.text(f"/messages/{message_id}")

    for words in ("红茶", "好茶", "还有优惠", "随后发出", "发送中", "oTea…0001", "138****5678"):
        assert words in page
    assert "13812345678" not in page
    assert "oTeaShop_0000000000000000001" not in page
    assert console.get("/messages/999").status_code == 404


def test_a_refused_message_says_why(app: Flask, console: Console) -> None:
    with app.app_context():
        number = add(
            "发货了",
            direction=Direction.OUT,
            sending=Sending.REFUSED,
            errcode=45047,
            answered_by="notice:shipped",
        )

    page = console.text(f"/messages/{number}")

    assert "条数已用完" in page
    assert "订单通知" in page


def test_messages_whose_raw_form_is_gone_say_so(app: Flask, console: Console) -> None:
    with app.app_context():
        number = add("很久以前", payload="")

    assert "原文已过保存期" in console.text(f"/messages/{number}")


def test_quick_replies_are_added_changed_and_deleted(console: Console) -> None:
    assert "还没有快捷回复" in console.text("/desk/quick-replies/")
    console.post("/desk/quick-replies/", title="发货", text="今天发出")
    console.post("/desk/quick-replies/", title="退货", text="七天内")
    refused = console.post("/desk/quick-replies/", title="发货", text="写了一半 <b>")
    assert refused.status_code == 422
    assert "写了一半 &lt;b&gt;" in refused.get_data(as_text=True)

    console.post("/desk/quick-replies/2/up")
    console.post("/desk/quick-replies/1", title="发货时间", text="明天发出")
    page = console.text("/desk/quick-replies/")
    assert page.index("退货") < page.index("发货时间")
    console.post("/desk/quick-replies/1/remove")
    assert "明天发出" not in console.text("/desk/quick-replies/")
    assert console.post("/desk/quick-replies/99/up").status_code == 404


def hours_form(**changes: object) -> dict[str, object]:
    week = {f"w{day}-{part}": ["", ""] for day in range(7) for part in ("start", "end")}
    return {"always": "0", **week, "day": [""], "d0-start": ["", ""], "d0-end": ["", ""], **changes}


def test_service_hours_are_kept_as_they_are_filled_in(app: Flask, console: Console, advance: Advance) -> None:
    form = hours_form(
        **{
            "w5-start": ["09:00", "13:00"],
            "w5-end": ["12:00", "00:00"],
            "day": ["2026-12-25", ""],
            "d0-start": ["", ""],
        }
    )

    assert console.post("/service-hours/", **form).status_code == 302  # type: ignore[arg-type]

    with app.app_context():
        hours = load_service_hours()
        assert hours.weekly is not None
        assert hours.weekly[5] == (Span(540, 720), Span(780, 1440))
        assert [day.isoformat() for day in hours.days] == ["2026-12-25"]
    page = console.text("/service-hours/")
    assert "服务中" in page  # Saturday, ten in the morning
    assert 'value="2026-12-25"' in page
    advance(timedelta(hours=2, minutes=30))
    assert "今天 13:00" in console.text("/service-hours/")
    assert "今天 13:00 再开始" in console.text("/desk/")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"w0-start": ["09:00", ""], "w0-end": ["", ""]}, "要一起填"),
        ({"w0-start": ["18:00", ""], "w0-end": ["09:00", ""]}, "要晚于开始"),
        ({"w0-start": ["9点", ""], "w0-end": ["18:00", ""]}, "写法不对"),
        ({"day": ["明天"]}, "日期的写法不对"),
    ],
)
def test_hours_that_make_no_sense_are_said_in_words(
    app: Flask, console: Console, changes: dict[str, object], words: str
) -> None:
    answer = console.post("/service-hours/", **hours_form(**changes))  # type: ignore[arg-type]

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    with app.app_context():
        assert load_service_hours().weekly is None


def test_back_to_always_open(app: Flask, console: Console) -> None:
    console.post("/service-hours/", **hours_form())  # type: ignore[arg-type]
    console.post("/service-hours/", always="1")

    with app.app_context():
        assert load_service_hours().weekly is None


def test_the_idle_rule_is_kept(console: Console) -> None:
    assert console.post("/service-hours/idle", minutes="45", goodbye="再见 <b>").status_code == 302
    page = console.text("/service-hours/")
    assert 'value="45"' in page
    assert "再见 &lt;b&gt;" in page
    assert console.post("/service-hours/idle", minutes="1", goodbye="").status_code == 422
    assert console.post("/service-hours/idle", minutes="x", goodbye="").status_code == 422


class KfClient:
    """WeChat's side of its own desk."""

    def __init__(self, *, errcode: int = 0) -> None:
        self.errcode, self.asked = errcode, []

    def get(self, path: str, **_: object) -> dict[str, object]:
        self._refuse()
        if path.endswith("getsessionlist"):
            return {"sessionlist": [{"createtime": 1795219200, "openid": OPENID}]}
        if path.endswith("getonlinekflist"):
            return {"kf_online_list": [{"kf_account": "xiaoli@teashop", "status": 1, "accepted_case": 2}]}
        return {"kf_list": [{"kf_account": "xiaoli@teashop", "kf_nick": "<b>小李</b>", "kf_wx": "li_wx"}]}

    def post(self, path: str, data: dict[str, str]) -> None:
        self._refuse()
        self.asked.append((path.rpartition("/")[2], data))

    def _refuse(self) -> None:
        if self.errcode:
            raise make_error(self.errcode, "please enable new custom service")


def test_wechats_desk_is_asked_only_when_it_is_used(app: Flask, console: Console) -> None:
    app.extensions["wechat"].client = KfClient()
    assert "没有在用" in console.text("/wechat-desk/")
    assert "&lt;b&gt;小李" in console.text("/wechat-desk/?ask=1")

    console.post("/wechat-desk/", on="1", account="xiaoli@teashop")

    page = console.text("/wechat-desk/")
    assert "在线 · 接待 2 人" in page
    with app.app_context():
        assert load_kf_desk().is_on


def test_accounts_of_wechats_desk_are_managed(app: Flask, console: Console) -> None:
    client = app.extensions["wechat"].client = KfClient()

    console.post("/wechat-desk/accounts", account="xiaoli@teashop", nick="小李")
    token = console.token()
    console.post("/wechat-desk/accounts", account="小李", nick="小李", csrf_token=token)
    assert "客服账号的写法" in console.text("/wechat-desk/")
    for do in ("rename", "invite", "remove", "explode"):
        console.post(
            "/wechat-desk/accounts/change", account="xiaoli@teashop", do=do, nick="李", wechat_id="li_wx"
        )
    assert OPENID[:4] in console.text("/wechat-desk/sessions?account=xiaoli@teashop")
    console.post("/wechat-desk/sessions/close", account="xiaoli@teashop", openid=OPENID)

    assert [call for call, _data in client.asked] == ["add", "update", "inviteworker", "del", "close"]


def test_what_wechat_refuses_is_said_in_words(app: Flask, console: Console) -> None:
    app.extensions["wechat"].client = KfClient(errcode=65400)

    assert "开通客服功能" in console.text("/wechat-desk/?ask=1")
    assert "开通客服功能" in console.text("/wechat-desk/sessions?account=xiaoli@teashop")
    console.post("/wechat-desk/accounts", account="xiaoli@teashop", nick="小李")
    assert "开通客服功能" in console.text("/wechat-desk/")
