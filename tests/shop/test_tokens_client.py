"""Calls to the account's interface: one bounded retry, time-outs, errors in our words."""

import socket
import time

import pytest
import requests
from flask import Flask

from app.core.errors import PlatformError, PlatformUnreachable
from app.core.outgoing import open_session
from app.wechat import transport
from app.wechat.client import AccountClient
from app.wechat.messages_out import send_reply, send_text
from app.wechat.replies import Article, NewsReply
from tests.fake_platform import FakePlatform
from tests.pushes import OPENID

SEND = "/cgi-bin/message/custom/send"


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_renewed_by_force_once_and_the_call_repeated(
    account: AccountClient, platform: FakePlatform, errcode: int
) -> None:
    def answer(asked: object) -> dict[str, object]:
        is_old = asked.query["access_token"] == "token-1"  # type: ignore[attr-defined]
        return {"errcode": errcode, "errmsg": "token"} if is_old else {"errcode": 0}

    platform.answers[SEND] = answer

    send_text(account, OPENID, "好")

    assert platform.count()[SEND] == 2
    assert platform.count()["/cgi-bin/stable_token"] == 2
    assert platform.asked[-1].json["text"] == {"content": "好"}


def test_a_token_that_is_refused_for_ever_costs_two_calls(
    account: AccountClient, platform: FakePlatform
) -> None:
    platform.answers[SEND] = lambda _: {"errcode": 40001, "errmsg": "invalid credential rid: 1-2-3"}

    with pytest.raises(PlatformError) as refusal:
        send_text(account, OPENID, "好")

    assert refusal.value.errcode == 40001
    assert platform.count()[SEND] == 2
    assert platform.tokens_issued == 2


def test_a_token_refused_for_ever_is_not_forced_again_by_the_next_call(
    account: AccountClient, platform: FakePlatform
) -> None:
    platform.answers[SEND] = lambda _: {"errcode": 40001, "errmsg": "invalid credential"}

    for _ in range(5):
        with pytest.raises(PlatformError):
            send_text(account, OPENID, "好")

    assert platform.tokens_issued == 2


def test_a_call_that_gives_its_own_token_is_not_repeated(
    account: AccountClient, platform: FakePlatform
) -> None:
    platform.answers["/sns/userinfo"] = lambda _: {"errcode": 40001, "errmsg": "invalid credential"}

    with pytest.raises(PlatformError):
        account.get(f"{platform.base}/sns/userinfo", params={"access_token": "sns"})

    assert [asked.query["access_token"] for asked in platform.asked] == ["sns"]


@pytest.mark.parametrize("errcode", [45009, 40013, 48001, -1])
def test_other_errors_are_raised_at_once(
    account: AccountClient, platform: FakePlatform, errcode: int
) -> None:
    platform.answers[SEND] = lambda _: {"errcode": errcode, "errmsg": "no"}

    with pytest.raises(PlatformError) as refusal:
        send_text(account, OPENID, "好")

    assert refusal.value.errcode == errcode
    assert str(errcode) in refusal.value.message
    assert platform.count()[SEND] == 1


def test_an_address_that_is_not_allowed_is_named(account: AccountClient, platform: FakePlatform) -> None:
    errmsg = "invalid ip 203.0.113.8 ipv6 ::ffff:203.0.113.8, not in whitelist rid: 674a1b2c"
    platform.answers["/cgi-bin/stable_token"] = lambda _: {"errcode": 40164, "errmsg": errmsg}

    with pytest.raises(PlatformError) as refusal:
        send_text(account, OPENID, "好")

    assert "203.0.113.8 " in refusal.value.message
    assert "IP白名单" in refusal.value.message


@pytest.mark.parametrize(
    "answer",
    [(500, b"{}"), (302, b""), (404, b"not found"), b"<html>busy</html>", b"", b"[1]", b"{", b"\xff\xfe"],
    ids=repr,
)
def test_an_answer_that_is_not_wechats_is_no_success(
    account: AccountClient, platform: FakePlatform, answer: object
) -> None:
    platform.answers[SEND] = lambda _: answer

    with pytest.raises(PlatformUnreachable):
        send_text(account, OPENID, "好")


def test_a_platform_that_does_not_listen_is_unreachable_and_the_secret_stays_here(shop: Flask) -> None:
    with pytest.raises(PlatformUnreachable) as silence:
        send_text(shop.extensions["wechat"].client, OPENID, "好")

    assert "0f1e2d3c" not in str(silence.value.details) + str(silence.value)
    assert silence.value.__suppress_context__


def test_a_platform_that_never_answers_is_given_up(
    account: AccountClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        started = time.monotonic()

        with open_session() as session, pytest.raises(PlatformUnreachable):
            transport.call(session, "GET", url)

    assert time.monotonic() - started < 2


def test_every_call_has_a_time_out(account: AccountClient) -> None:
    assert account.timeout == (3, 10)
    assert account.auto_retry is False


def test_the_environment_cannot_send_our_calls_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    with open_session() as session:
        assert not session.trust_env
        assert session.verify is True


def test_chinese_goes_out_as_it_is(account: AccountClient, platform: FakePlatform) -> None:
    card = Article("秋茶", "上新🍵", "https://p.example/1.jpg", "https://shop.example.cn/")
    send_reply(account, OPENID, NewsReply((card,)))

    assert "秋茶".encode() in platform.asked[-1].body
    assert "🍵".encode() in platform.asked[-1].body
    assert b"\\u" not in platform.asked[-1].body


def test_wechatpys_own_calls_go_to_the_configured_host(
    account: AccountClient, platform: FakePlatform
) -> None:
    platform.answers["/cgi-bin/customservice/getkflist"] = lambda _: {"kf_list": [{"kf_id": "1"}]}

    assert account.customservice.get_accounts() == [{"kf_id": "1"}]
    account.menu.delete()
    account.message.send_text(OPENID, "好")

    assert {asked.path for asked in platform.asked} >= {
        "/cgi-bin/customservice/getkflist",
        "/cgi-bin/menu/delete",
        "/cgi-bin/message/custom/send",
    }


def test_a_picture_comes_back_as_bytes(account: AccountClient, platform: FakePlatform) -> None:
    platform.answers["/cgi-bin/media/get"] = lambda _: b"\xff\xd8\xff\xe0 a picture"

    response = account.get("media/get", params={"media_id": "m"})

    assert isinstance(response, requests.Response)
    assert response.content.startswith(b"\xff\xd8")


def test_json_that_would_be_escaped_is_refused_in_development(account: AccountClient) -> None:
    with pytest.raises(TypeError):
        account.post("message/custom/send", json={"a": 1})
