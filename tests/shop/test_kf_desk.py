"""WeChat's own multi-agent desk: its accounts, and what was said there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.conversations.kf_desk import (
    KfDesk,
    add_account,
    close_session,
    find_session,
    invite,
    keep_kf_desk,
    list_accounts,
    list_sessions,
    load_kf_desk,
    remove_account,
    rename_account,
)
from app.conversations.kf_records import import_records
from app.conversations.log import conversation_of
from app.conversations.models import Direction
from app.conversations.window import find_windows
from app.core import clock
from app.core.errors import InputInvalid, PlatformError
from app.tasks import _follow_wechat_desk
from app.wechat.client import AccountClient
from tests.fake_platform import Asked, FakePlatform
from tests.pushes import OPENID

ACCOUNT = "xiaoli@teashop"
RECORDS = "/customservice/msgrecord/getmsglist"
Advance = Callable[[timedelta], None]


def record(text: str, *, by_agent: bool = True, seconds_ago: int = 60) -> dict[str, Any]:
    return {
        "openid": OPENID,
        "opercode": 2002 if by_agent else 2003,
        "text": text,
        "time": int(clock.now().timestamp()) - seconds_ago,
        "worker": ACCOUNT,
    }


def answer_with(platform: FakePlatform, *records: dict[str, Any]) -> None:
    """Whole pages as WeChat cuts them, but two records long."""

    def answer(asked: Asked) -> dict[str, Any]:
        span = asked.json
        inside = [each for each in records if span["starttime"] <= each["time"] <= span["endtime"]]
        return {"recordlist": inside, "number": len(inside), "msgid": 20165267}

    platform.answers[RECORDS] = answer


def test_it_is_off_until_the_merchant_turns_it_on(shop: Flask) -> None:
    assert load_kf_desk() == KfDesk()

    keep_kf_desk(KfDesk(True, ACCOUNT), actor="staff:1")

    assert load_kf_desk() == KfDesk(True, ACCOUNT)
    with pytest.raises(InputInvalid):
        keep_kf_desk(KfDesk(True, "no such form"), actor="staff:1")


def test_accounts_are_listed_with_who_is_online(account: AccountClient, platform: FakePlatform) -> None:
    platform.answers["/cgi-bin/customservice/getkflist"] = lambda _: {
        "kf_list": [
            {"kf_account": "b@teashop", "kf_nick": "小王", "invite_wx": "wang", "invite_status": "waiting"},
            {"kf_account": ACCOUNT, "kf_nick": "<b>小李</b>", "kf_wx": "li_wx"},
        ]
    }
    platform.answers["/cgi-bin/customservice/getonlinekflist"] = lambda _: {
        "kf_online_list": [{"kf_account": ACCOUNT, "status": 1, "kf_id": "1001", "accepted_case": 2}]
    }

    first, second = list_accounts(account)

    assert (first.account, first.nick, first.is_online, first.cases) == (ACCOUNT, "<b>小李</b>", True, 2)
    assert (second.invited, second.invitation, second.is_online) == ("wang", "waiting", False)


@pytest.mark.parametrize(
    ("change", "path", "body"),
    [
        (
            lambda client: add_account(client, ACCOUNT, " 小李 "),
            "kfaccount/add",
            {"kf_account": ACCOUNT, "nickname": "小李"},
        ),
        (
            lambda client: rename_account(client, ACCOUNT, "李"),
            "kfaccount/update",
            {"kf_account": ACCOUNT, "nickname": "李"},
        ),
        (lambda client: remove_account(client, ACCOUNT), "kfaccount/del", {"kf_account": ACCOUNT}),
        (
            lambda client: invite(client, ACCOUNT, " li_wx "),
            "kfaccount/inviteworker",
            {"kf_account": ACCOUNT, "invite_wx": "li_wx"},
        ),
        (
            lambda client: close_session(client, OPENID, ACCOUNT),
            "kfsession/close",
            {"kf_account": ACCOUNT, "openid": OPENID},
        ),
    ],
    ids=["add", "rename", "remove", "invite", "close"],
)
def test_each_change_is_asked_for_at_wechats_address(
    account: AccountClient,
    platform: FakePlatform,
    change: Callable[[AccountClient], None],
    path: str,
    body: dict[str, str],
) -> None:
    change(account)

    assert platform.asked[-1].path == f"/customservice/{path}"
    assert platform.asked[-1].json == body


@pytest.mark.parametrize(
    ("name", "nick"),
    [
        ("小李@teashop", "小李"),
        ("much_too_long@teashop", "小李"),
        ("li", "小李"),
        (ACCOUNT, ""),
        (ACCOUNT, "李" * 17),
    ],
)
def test_what_wechat_would_refuse_is_refused_at_once(
    account: AccountClient, platform: FakePlatform, name: str, nick: str
) -> None:
    with pytest.raises(InputInvalid):
        add_account(account, name, nick)
    assert platform.asked == []


def test_wechats_refusal_is_said_in_words(account: AccountClient, platform: FakePlatform) -> None:
    platform.answers["/customservice/kfaccount/add"] = lambda _: {"errcode": 65400, "errmsg": "please enable"}

    with pytest.raises(PlatformError) as refusal:
        add_account(account, ACCOUNT, "小李")

    assert "开通客服功能" in str(refusal.value)
    assert "please enable" not in str(refusal.value)


def test_sessions_are_listed_and_found(account: AccountClient, platform: FakePlatform) -> None:
    platform.answers["/customservice/kfsession/getsessionlist"] = lambda _: {
        "sessionlist": [{"createtime": 1795219200, "openid": OPENID}]
    }
    platform.answers["/customservice/kfsession/getsession"] = lambda _: {"createtime": 0, "kf_account": ""}

    assert [session.openid for session in list_sessions(account, ACCOUNT)] == [OPENID]
    assert find_session(account, OPENID) == ""


def test_records_come_into_the_log_once(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    answer_with(platform, record("有货吗", by_agent=False, seconds_ago=90), record("有的"), record("有的"))

    assert import_records(account) == 3
    assert import_records(account) == 0
    advance(timedelta(minutes=10))
    assert import_records(account) == 0

    rows = conversation_of(OPENID)
    assert sorted((row.direction, row.content, row.answered_by) for row in rows) == [
        (Direction.IN, "有货吗", "wechat_desk"),
        (Direction.OUT, "有的", f"kf:{ACCOUNT}"),
        (Direction.OUT, "有的", f"kf:{ACCOUNT}"),
    ]


def test_records_come_in_pages(
    account: AccountClient, platform: FakePlatform, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.conversations import kf_records

    monkeypatch.setattr(kf_records, "PAGE", 2)
    everything = [record(str(number), seconds_ago=100 - number) for number in range(5)]

    def answer(asked: Asked) -> dict[str, Any]:
        start = asked.json["msgid"] - 1
        return {"recordlist": everything[start : start + 2], "number": 2, "msgid": start + 3}

    platform.answers[RECORDS] = answer

    assert import_records(account) == 5
    assert [asked.json["msgid"] for asked in platform.asked if asked.path == RECORDS] == [1, 3, 5]


def test_one_question_never_spans_more_than_a_day(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    answer_with(platform, record("有的"))
    import_records(account)
    advance(timedelta(days=5))
    import_records(account)

    for asked in platform.asked:
        if asked.path == RECORDS:
            assert 0 < asked.json["endtime"] - asked.json["starttime"] <= 24 * 3600


def test_what_wechats_desk_said_uses_none_of_our_messages(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    from app.conversations.desk import find_conversation, record_message

    record_message(OPENID, clock.now() - timedelta(minutes=5), "人工")
    answer_with(platform, *(record(str(number)) for number in range(6)))
    import_records(account)

    row = find_conversation(OPENID)
    assert row is not None
    assert find_windows([row])[OPENID].left == 5


def test_while_it_is_off_wechat_is_not_asked(account: AccountClient, platform: FakePlatform) -> None:
    _follow_wechat_desk()
    assert platform.asked == []

    keep_kf_desk(KfDesk(True), actor="staff:1")
    answer_with(platform)
    _follow_wechat_desk()
    assert platform.count()[RECORDS] == 1
