"""Access tokens, the order of checks, quotas, the address list."""

from __future__ import annotations

import json
import re
import threading

import pytest
import requests

from tests.simulator.box import Box

RID = re.compile(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")


def test_the_stable_channel_gives_the_same_token_again(box: Box) -> None:
    first = box.api("POST", "/cgi-bin/stable_token", token=None, body=box.credentials())
    box.pass_time(100)

    second = box.api("POST", "/cgi-bin/stable_token", token=None, body=box.credentials())

    assert first["expires_in"] in {7199, 7200}
    assert second["access_token"] == first["access_token"]
    assert 7090 <= second["expires_in"] <= 7100


def test_the_stable_channel_renews_five_minutes_before_the_end(box: Box) -> None:
    first = box.token()
    box.pass_time(6901)

    second = box.token()

    assert second != first
    assert "ip_list" in box.api("GET", "/cgi-bin/getcallbackip", token=first)  # both work for a while


def test_a_forced_refresh_kills_the_old_token_at_once(box: Box) -> None:
    first = box.token()

    forced = box.credentials(force_refresh=True)
    second = box.api("POST", "/cgi-bin/stable_token", token=None, body=forced)["access_token"]

    assert box.api("GET", "/cgi-bin/getcallbackip", token=first)["errcode"] == 40001
    assert "ip_list" in box.api("GET", "/cgi-bin/getcallbackip", token=second)


def test_forced_refreshes_are_thirty_seconds_apart_and_twenty_a_day(box: Box) -> None:
    def force() -> dict:
        body = box.credentials(force_refresh=True)
        return box.api("POST", "/cgi-bin/stable_token", token=None, body=body)

    assert "access_token" in force()
    assert force()["errcode"] == 45011
    for _ in range(19):
        box.pass_time(31)
        assert "access_token" in force()
    box.pass_time(31)
    assert force()["errcode"] == 45009


def test_the_classic_channel_replaces_its_token_and_leaves_the_stable_one_alone(box: Box) -> None:
    stable = box.token()
    query = {
        "appid": box.settings.account.appid,
        "secret": box.settings.account.appsecret,
        "grant_type": "client_credential",
    }
    first = box.api("GET", "/cgi-bin/token", token=None, **query)["access_token"]
    second = box.api("GET", "/cgi-bin/token", token=None, **query)["access_token"]

    assert first != second
    assert "ip_list" in box.api("GET", "/cgi-bin/getcallbackip", token=first)  # the overlap
    box.pass_time(301)
    assert box.api("GET", "/cgi-bin/getcallbackip", token=first)["errcode"] == 40001
    assert "ip_list" in box.api("GET", "/cgi-bin/getcallbackip", token=second)
    assert "ip_list" in box.api("GET", "/cgi-bin/getcallbackip", token=stable)


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"grant_type": "password"}, 40002),
        ({"appid": ""}, 41002),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "0" * 32}, 40001),
        ({"secret": "short"}, 40125),
    ],
)
def test_wrong_credentials_are_named(box: Box, changes: dict[str, str], errcode: int) -> None:
    answer = box.api("POST", "/cgi-bin/stable_token", token=None, body=box.credentials(**changes))

    assert answer["errcode"] == errcode
    assert RID.search(answer["errmsg"])


def test_the_checks_come_in_order(box: Box) -> None:
    path, gone = "/cgi-bin/menu/create", box.token()
    box.pass_time(7201)

    assert box.api("GET", path, token=None)["errcode"] == 43002
    assert box.api("POST", "/cgi-bin/menu/get", body={})["errcode"] == 43001
    assert box.api("POST", path, token=None)["errcode"] == 41001
    assert box.api("POST", path, token="nonsense")["errcode"] == 40014
    assert box.api("POST", path, token="88_" + "x" * 120)["errcode"] == 40001
    assert box.api("POST", path, token=gone)["errcode"] == 42001
    assert box.api("POST", path, body=b"")["errcode"] == 44002
    assert box.api("POST", path, body=b"{")["errcode"] == 47001
    assert box.api("GET", "/cgi-bin/nothing/here")["errcode"] == 40066


@pytest.mark.parametrize(
    ("fault", "errcode"),
    [
        ("api_40001", 40001),
        ("api_42001", 42001),
        ("api_45009", 45009),
        ("api_48001", 48001),
        ("api_busy", -1),
    ],
)
def test_a_fault_strikes_once_and_business_calls_only(box: Box, fault: str, errcode: int) -> None:
    box.fault(fault)

    token = box.token()

    assert box.api("GET", "/cgi-bin/getcallbackip", token=token)["errcode"] == errcode
    assert "ip_list" in box.api("GET", "/cgi-bin/getcallbackip", token=token)


def test_a_fault_set_for_always_stays(box: Box) -> None:
    box.fault("api_40001", "always")

    answers = [box.api("GET", "/cgi-bin/getcallbackip")["errcode"] for _ in range(3)]

    assert answers == [40001] * 3


def test_an_address_outside_the_list_is_named_in_the_answer(box: Box) -> None:
    box.fault("api_40164")

    answer = box.api("POST", "/cgi-bin/stable_token", token=None, body=box.credentials())

    assert answer["errcode"] == 40164
    assert answer["errmsg"].startswith("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: ")


def test_the_lab_can_end_every_token(box: Box) -> None:
    token = box.token()

    assert box.post("tokens/expire")["expired"] == 1

    assert box.api("GET", "/cgi-bin/getcallbackip", token=token)["errcode"] == 42001
    assert box.token() != token


def test_the_callback_check_knows_its_actions(box: Box) -> None:
    good = {"action": "all", "check_operator": "DEFAULT"}

    assert set(box.api("POST", "/cgi-bin/callback/check", body=good)) == {"dns", "ping"}
    assert box.api("POST", "/cgi-bin/callback/check", body={**good, "action": "x"})["errcode"] == 40202
    assert (
        box.api("POST", "/cgi-bin/callback/check", body={**good, "check_operator": "x"})["errcode"] == 40203
    )


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["api_500", "api_timeout", "api_reset"])
def test_an_answer_can_break_before_or_after_the_effect(box: Box, kind: str, moment: str) -> None:
    token = box.token()
    box.post("faults", name=kind, value=moment, once=True)
    body = json.dumps({"button": [{"type": "click", "name": "K", "key": "K"}]}).encode()
    url = f"{box.base}/cgi-bin/menu/create?access_token={token}"

    if kind == "api_500":
        assert requests.post(url, data=body, timeout=5).status_code == 500
    else:
        expected = requests.Timeout if kind == "api_timeout" else requests.ConnectionError
        with pytest.raises(expected):
            requests.post(url, data=body, timeout=0.5)

    done = box.api("GET", "/cgi-bin/menu/get", token=token).get("errcode") != 46003
    assert done == (moment == "after")


def test_a_connection_that_was_cut_is_not_read_any_more(box: Box, capsys: pytest.CaptureFixture[str]) -> None:
    before = set(threading.enumerate())
    box.post("faults", name="api_reset", value="before", once=True)

    with pytest.raises(requests.ConnectionError):
        requests.get(f"{box.base}/cgi-bin/token", timeout=5)

    for answering in set(threading.enumerate()) - before:
        answering.join(5)
    assert "Traceback" not in capsys.readouterr().err
