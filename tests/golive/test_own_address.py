"""The doctor knocks at the shop's own doors: who answers, and how."""

import json
from typing import Any

import pytest
import requests

from app.core.errors import PlatformError
from app.golive.checks import BY_NAME
from app.golive.checks.clocks import judge
from app.golive.models import Verdict
from app.payments.self_test import NEEDED, find_dropped, is_self_test, write_receipt, write_self_test
from app.wechat.callback.crypto import compute_signature
from tests.golive.around import CONFIG, FakeClient, FakeSession, around

SECRET = CONFIG["SECRET_KEY"]


def the_shop(method: str, _url: str, parts: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    """Answers as `handlers/front.py` does."""
    query = parts["params"]
    right = compute_signature("shopbot2026", query["timestamp"], query["nonce"])
    return (200, query["echostr"].encode(), {}) if query["signature"] == right else (403, b"", {})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (the_shop, "right"),
        (lambda *_: (302, b"", {"Location": "https://www.example.cn/"}), "redirected"),
        (lambda *_: (403, b"", {}), "another_token"),
        (lambda *_: (200, b"<html>nginx</html>", {}), "not_us"),
        (lambda *_: (502, b"", {}), "not_us"),
        (lambda _m, _u, parts: (200, parts["params"]["echostr"].encode(), {}), "open_to_all"),
        (lambda *_: requests.ConnectionError("https://secret"), "silent"),
        (lambda *_: requests.Timeout(), "slow"),
        (lambda *_: requests.exceptions.SSLError(), "certificate"),
    ],
)
def test_the_server_address_is_judged_by_a_right_and_a_wrong_signature(answer: Any, says: str) -> None:
    finding = BY_NAME["server_address"].look(around(answer))

    assert finding.says == says
    assert (finding.verdict == Verdict.OK) == (says == "right")


def test_only_the_configured_host_is_asked_and_no_redirect_is_followed() -> None:
    surroundings = around(the_shop)

    BY_NAME["server_address"].look(surroundings)

    session = surroundings.session
    assert isinstance(session, FakeSession)
    assert [(method, url) for method, url, _parts in session.asked] == [
        ("GET", "https://shop.example.cn/wechat")
    ] * 2
    assert all(not parts["allow_redirects"] and parts["timeout"] for *_, parts in session.asked)


def test_a_plain_address_works_and_is_minded() -> None:
    assert BY_NAME["server_address"].look(around(the_shop, BASE_URL="http://shop.test")).says == "plain"


def test_a_notification_to_ourselves_must_come_back_whole() -> None:
    def receive(_method: str, _url: str, parts: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        headers = {name: value for name, value in parts["headers"].items() if name != dropped}
        assert is_self_test(SECRET, headers, parts["data"])
        receipt = write_receipt(SECRET, parts["data"])
        return 200, json.dumps({"receipt": receipt, "dropped": find_dropped(headers)}).encode(), {}

    look = BY_NAME["notify_address"].look
    dropped = ""
    assert look(around(receive)).says == "arrived"
    dropped = "Wechatpay-Serial"
    assert look(around(receive)).details == {"names": "Wechatpay-Serial"}
    assert look(around(lambda *_: (200, b'{"receipt":"x","dropped":[]}', {}))).says == "not_us"
    assert look(around(lambda *_: (401, b'{"code":"FAIL"}', {}))).says == "not_us"
    assert look(around(lambda *_: (301, b"", {"Location": "https://x/"}))).says == "redirected"


def test_a_self_test_is_ours_and_fresh_or_it_is_none() -> None:
    test = write_self_test(SECRET)

    assert is_self_test(SECRET, test.headers, test.body)
    assert not is_self_test(SECRET, test.headers, test.body + b"x")
    assert not is_self_test("another-key-another-key-another-key", test.headers, test.body)
    assert not is_self_test(SECRET, test.headers | {"Wechatpay-Timestamp": "1795219200"}, test.body)
    assert not is_self_test(SECRET, dict.fromkeys(NEEDED, ""), test.body)


@pytest.mark.parametrize(
    ("errcode", "errmsg", "secret", "listed"),
    [
        (40164, "invalid ip 203.0.113.8 ipv6 ::ffff:203.0.113.8, not in whitelist", "list_first", "missing"),
        (40001, "invalid credential", "secret", "secret_first"),
        (40013, "invalid appid", "appid", "secret_first"),
        (40243, "frozen", "frozen", "secret_first"),
        (45009, "reach max api daily quota limit", "refused", "refused"),
    ],
)
def test_a_refused_token_says_what_to_mend(errcode: int, errmsg: str, secret: str, listed: str) -> None:
    surroundings = around(client=FakeClient(refusal=PlatformError(errcode, errmsg)))

    assert BY_NAME["credentials"].look(surroundings).says == secret
    finding = BY_NAME["ip_list"].look(surroundings)
    assert finding.says == listed
    if listed == "missing":
        assert [copy.value for copy in BY_NAME["ip_list"].copies(CONFIG, finding.details)] == ["203.0.113.8"]


def test_wechats_own_look_at_the_server_is_read() -> None:
    look = BY_NAME["callback_check"].look
    dns = [{"ip": "203.0.113.20", "real_operator": "UNICOM"}]
    lost = [{"ip": "203.0.113.20", "from_operator": "UNICOM", "package_loss": "100%", "time": ""}]
    good = [{**lost[0], "package_loss": "0%"}]

    def told(**answer: Any) -> str:
        return look(around(client=FakeClient({"callback/check": answer}))).says

    assert told(dns=dns, ping=good) == "seen"
    assert told(dns=dns, ping=lost) == "no_ping"
    assert told() == "no_name"
    assert (
        look(around(client=FakeClient(refusal=PlatformError(40201, "invalid check url")))).says == "not_set"
    )


@pytest.mark.parametrize(
    ("seconds", "verdict", "says"),
    [
        (0, Verdict.OK, "right"),
        (-4, Verdict.OK, "right"),
        (20, Verdict.WARN, "ahead"),
        (-200, Verdict.FAIL, "behind"),
    ],
)
def test_a_clock_that_runs_away_is_told_with_its_direction(seconds: int, verdict: Verdict, says: str) -> None:
    finding = judge(seconds)

    assert (finding.verdict, finding.says) == (verdict, says)


def test_the_time_of_any_answer_counts() -> None:
    look = BY_NAME["clock"].look

    assert look(around(lambda *_: (200, b"", {"Date": "Sat, 21 Nov 2020 02:00:00 GMT"}))).says == "ahead"
    assert look(around(lambda *_: (200, b"", {}))).says == "no_date"
    assert look(around()).says == "unreachable"
