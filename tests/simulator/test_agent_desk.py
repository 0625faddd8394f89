"""WeChat's own agents: accounts, the queue a reply fills, sessions, records."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulator.box import Box
from tests.simulator.envelopes import reply, sealed, told
from tests.simulator.fake_shop import FakeShop
from tests.simulator.files import PNG, upload

LI, WANG = "xiaoli@xiaopu", "xiaowang@xiaopu"


def account(box: Box, call: str, **body: Any) -> int:
    return int(box.api("POST", f"/customservice/kfaccount/{call}", body=body)["errcode"])


def session(box: Box, call: str, kf_account: str = LI, openid: str = "") -> int:
    body = {"kf_account": kf_account, "openid": openid or box.somebody()}
    return int(box.api("POST", f"/customservice/kfsession/{call}", body=body)["errcode"])


def agents(box: Box) -> list[dict[str, Any]]:
    return box.api("GET", "/cgi-bin/customservice/getkflist")["kf_list"]


@pytest.fixture
def li(box: Box) -> str:
    box.post("desk/agents", kf_account="xiaoli", nickname="小李")
    return LI


def hand_over(box: Box, **info: Any) -> None:
    """The shop answers with a transfer, and goes back to success."""
    fields = {"MsgType": "transfer_customer_service", **info}
    box.shop.answer = lambda received: sealed(box, reply(box, received, **fields))
    assert box.say("找人工")["verdict"] == "replied"
    box.shop.answer = lambda received: "success"


def test_an_account_is_added_invited_and_listed(box: Box) -> None:
    assert account(box, "add", kf_account=LI, nickname="小李") == 0
    assert account(box, "inviteworker", kf_account=LI, invite_wx="xiaoli_wx") == 0

    waiting = agents(box)[0]
    box.post(f"desk/agents/{LI}", invitation="accept")
    bound = agents(box)[0]

    assert (waiting["kf_nick"], waiting["invite_wx"], waiting["invite_status"]) == (
        "小李",
        "xiaoli_wx",
        "waiting",
    )
    assert (bound["kf_wx"], "invite_wx" in bound) == ("xiaoli_wx", False)
    assert account(box, "update", kf_account=LI, nickname="李姐") == 0
    assert agents(box)[0]["kf_nick"] == "李姐"
    assert account(box, "del", kf_account=LI) == 0
    assert agents(box) == []


@pytest.mark.parametrize(
    ("call", "body", "errcode"),
    [
        ("add", {"kf_account": "much_too_long@xiaopu", "nickname": "x"}, 65404),
        ("add", {"kf_account": "kf@else", "nickname": "x"}, 65404),
        ("add", {"kf_account": "kf@xiaopu", "nickname": ""}, 65403),
        ("add", {"kf_account": "kf@xiaopu", "nickname": "长" * 17}, 65403),
        ("add", {"kf_account": LI, "nickname": "x"}, 65406),
        ("update", {"kf_account": "nobody@xiaopu", "nickname": "x"}, 65401),
        ("del", {"kf_account": "nobody@xiaopu"}, 65401),
        ("inviteworker", {"kf_account": "nobody@xiaopu", "invite_wx": "someone"}, 65401),
        ("inviteworker", {"kf_account": LI, "invite_wx": "someone"}, 65412),
        ("inviteworker", {"kf_account": WANG, "invite_wx": "!"}, 65409),
        ("inviteworker", {"kf_account": WANG, "invite_wx": "xiaoli_wx"}, 65407),
        ("inviteworker", {"kf_account": WANG, "invite_wx": "another"}, 65411),
        ("inviteworker", {"kf_account": "free@xiaopu", "invite_wx": "invited"}, 65408),
    ],
)
def test_a_wrong_account_is_named(box: Box, li: str, call: str, body: dict[str, Any], errcode: int) -> None:
    account(box, "add", kf_account=WANG, nickname="小王")
    account(box, "add", kf_account="free@xiaopu", nickname="空")
    account(box, "inviteworker", kf_account=WANG, invite_wx="invited")

    assert account(box, call, **body) == errcode


def test_accounts_are_counted_and_invitations_end(box: Box, li: str) -> None:
    box.post("limits", name="agents", value=2)
    assert account(box, "add", kf_account=WANG, nickname="小王") == 0
    assert account(box, "add", kf_account="three@xiaopu", nickname="三") == 65405

    account(box, "inviteworker", kf_account=WANG, invite_wx="xiaowang_wx")
    box.pass_time(86_401)
    assert agents(box)[1]["invite_status"] == "expired"
    account(box, "inviteworker", kf_account=WANG, invite_wx="xiaowang_wx")
    box.post(f"desk/agents/{WANG}", invitation="reject")

    assert agents(box)[1]["invite_status"] == "rejected"


def test_an_agent_has_a_face(box: Box, li: str) -> None:
    path = "/customservice/kfaccount/uploadheadimg"

    assert upload(box, path, "face.png", PNG, kf_account=LI)["errcode"] == 0

    assert requests.get(agents(box)[0]["kf_headimgurl"], timeout=5).content == PNG
    assert upload(box, path, "face.gif", b"GIF89a", kf_account=LI)["errcode"] == 40005
    assert upload(box, path, "face.png", PNG, kf_account=WANG)["errcode"] == 65401


def test_the_whole_desk_can_be_closed(box: Box) -> None:
    box.post("faults", name="api_error", value="65400", only="/customservice/")

    assert account(box, "add", kf_account=LI, nickname="小李") == 65400
    assert box.api("GET", "/cgi-bin/user/get")["count"] == 4


def test_a_transfer_lets_the_follower_wait_and_be_heard(box: Box, li: str, shop: FakeShop) -> None:
    hand_over(box)

    waiting = box.api("GET", "/customservice/kfsession/getwaitcase")
    box.say("在吗")

    assert (waiting["count"], waiting["waitcaselist"][0]["openid"]) == (1, box.somebody())
    assert len(shop.received) == 2  # who waits is still pushed
    assert [message["kind"] for message in box.chat()] == ["text", "notice", "text"]


def test_an_agent_who_took_the_case_hears_instead_of_the_account(box: Box, li: str, shop: FakeShop) -> None:
    hand_over(box, TransInfo={"KfAccount": LI})
    waiting = box.get("desk")["waiting"]

    answer = box.post(f"desk/sessions/{box.somebody()}/accept?wait=1")
    said = box.post(f"followers/{box.somebody()}/say?wait=1", content="有货吗")
    box.post(f"desk/sessions/{box.somebody()}/say", content="有的")

    assert waiting[0]["kf_account"] == LI
    assert [one["verdict"] for one in answer["deliveries"]] == ["handled"]
    event = told(box, shop.received[-1])
    assert (event["Event"], event["KfAccount"]) == ("kf_create_session", LI)
    assert (said["held_back"], said["deliveries"]) == ("kf_session", [])
    assert len(shop.received) == 2
    shown = box.chat()[-1]
    assert (shown["text"], shown["via"], shown["kf_nick"]) == ("有的", "agent", "小李")
    assert box.api("GET", "/customservice/kfsession/getwaitcase") == {"count": 0, "waitcaselist": []}
    box.post(f"desk/sessions/{box.somebody()}/close?wait=1")
    assert told(box, shop.received[-1])["Event"] == "kf_close_session"
    assert box.say("还在吗")["verdict"] == "handled"


def test_a_transfer_in_answer_to_an_event_moves_nobody(box: Box, li: str, shop: FakeShop) -> None:
    shop.answer = lambda received: sealed(box, reply(box, received, MsgType="transfer_customer_service"))

    delivery = box.post("push", openid=box.somebody(), kind="CLICK", key="KF")["deliveries"][0]

    assert [row["check"] for row in delivery["verdicts"] if row["ok"] is None] == ["转人工"]
    assert box.get("desk")["waiting"] == []


def test_the_account_opens_and_closes_sessions_by_itself(box: Box, li: str, shop: FakeShop) -> None:
    box.post("desk/agents", kf_account="xiaowang")
    show = {"openid": box.somebody()}

    assert box.api("GET", "/customservice/kfsession/getsession", **show) == {
        "createtime": 0,
        "kf_account": "",
    }
    assert session(box, "create") == 0
    assert session(box, "create") == 0  # he serves her already
    assert session(box, "create", WANG) == 65414
    assert box.api("GET", "/customservice/kfsession/getsession", **show)["kf_account"] == LI
    listed = box.api("GET", "/customservice/kfsession/getsessionlist", kf_account=LI)["sessionlist"]
    assert [row["openid"] for row in listed] == [box.somebody()]
    online = box.api("GET", "/cgi-bin/customservice/getonlinekflist")["kf_online_list"]
    assert [(row["kf_account"], row["accepted_case"]) for row in online] == [(LI, 1), (WANG, 0)]
    assert session(box, "close", WANG) == 65413
    assert session(box, "close") == 0
    assert session(box, "close") == 65413
    shop.wait_for(2)
    assert {told(box, one)["Event"] for one in shop.received} == {"kf_create_session", "kf_close_session"}


def test_a_session_needs_an_agent_who_is_there(box: Box, li: str) -> None:
    account(box, "add", kf_account=WANG, nickname="小王")
    box.post(f"desk/agents/{LI}", online=False)

    assert session(box, "create") == 65415
    assert session(box, "create", WANG) == 65402
    assert session(box, "create", "nobody@xiaopu") == 65401
    assert session(box, "create", openid="nobody") == 40003
    assert box.api("GET", "/cgi-bin/customservice/getonlinekflist")["kf_online_list"] == []


def test_a_case_is_handed_from_one_agent_to_the_other(box: Box, li: str, shop: FakeShop) -> None:
    box.post("desk/agents", kf_account="xiaowang")
    session(box, "create")

    box.post(f"desk/sessions/{box.somebody()}/switch?wait=1", kf_account=WANG)

    event = next(told(box, one) for one in shop.wait_for(2) if told(box, one)["Event"] == "kf_switch_session")
    assert (event["FromKfAccount"], event["ToKfAccount"]) == (LI, WANG)
    assert box.get("desk")["sessions"][0]["kf_account"] == WANG
    url = f"{box.base}/sim/api/desk/sessions/{box.somebody()}/switch"
    assert requests.post(url, json={"kf_account": WANG}, timeout=5).status_code == 409


def test_half_an_hour_of_silence_ends_a_session(box: Box, li: str, shop: FakeShop) -> None:
    session(box, "create")
    shop.wait_for(1)
    box.pass_time(1700)
    box.post(f"followers/{box.somebody()}/say?wait=1", content="稍等")
    box.pass_time(1700)
    assert box.get("desk")["sessions"]  # somebody spoke in between

    box.pass_time(101)

    event = told(box, shop.wait_for(2)[-1])
    assert (event["Event"], event["KfAccount"]) == ("kf_close_session", LI)
    assert box.get("desk")["sessions"] == []


def test_who_leaves_is_served_no_longer(box: Box, li: str) -> None:
    session(box, "create")

    box.post(f"followers/{box.somebody()}/unsubscribe?wait=1")

    assert box.get("desk")["sessions"] == []


def test_the_records_come_page_by_page(box: Box, li: str) -> None:
    session(box, "create")
    box.post(f"followers/{box.somebody()}/say?wait=1", content="有货吗")
    box.post(f"followers/{box.somebody()}/say?wait=1", type="image")
    box.post(f"desk/sessions/{box.somebody()}/say", content="有的")
    now = int(box.engine.clock.now())

    def records(**changes: Any) -> dict[str, Any]:
        body = {"starttime": now - 60, "endtime": now + 60, "msgid": 1, "number": 2, **changes}
        return box.api("POST", "/customservice/msgrecord/getmsglist", body=body)

    first = records()
    second = records(msgid=first["msgid"])

    assert [(row["opercode"], row["text"]) for row in first["recordlist"]] == [
        (2003, "有货吗"),
        (2003, "[图片]"),
    ]
    assert [(row["opercode"], row["text"], row["worker"]) for row in second["recordlist"]] == [
        (2002, "有的", LI)
    ]
    assert (first["number"], second["number"]) == (2, 1)
    assert records(endtime=now - 60 + 86_401)["errcode"] == 65417
    assert records(number=10_001)["errcode"] == 65416
    assert records(starttime=now, endtime=now - 1)["errcode"] == 65416
    assert records(msgid="1")["errcode"] == 65416


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("desk/agents", {"kf_account": "much_too_long"}, 400),
        ("desk/agents", {"kf_account": "xiaoli"}, 409),
        ("desk/agents/nobody@xiaopu", {"online": True}, 404),
        ("desk/agents/xiaoli@xiaopu", {"invitation": "accept"}, 409),
        ("desk/sessions/oNobody/accept", {}, 404),
        ("desk/sessions/SOMEBODY/say", {"content": "x"}, 409),
        ("desk/sessions/SOMEBODY/say", {"content": ""}, 400),
        ("desk/sessions/SOMEBODY/close", {}, 409),
        ("articles", {}, 400),
    ],
)
def test_what_cannot_be_played_is_said_in_words(
    box: Box, li: str, path: str, body: dict[str, Any], status: int
) -> None:
    url = f"{box.base}/sim/api/{path.replace('SOMEBODY', box.somebody())}"

    answer = requests.post(url, json=body, timeout=5)

    assert answer.status_code == status
    assert answer.json()["error"]
