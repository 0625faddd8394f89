"""The account's token: shared by all processes, renewed by one of them at a time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import PlatformError, PlatformUnreachable
from app.wechat.client import AccountClient
from app.wechat.models import WechatToken
from app.wechat.token_store import FAILURE_PAUSE, FORCE_PAUSE, LEASE, RENEW_BEFORE, RENEW_PAUSE
from tests.fake_platform import FakePlatform
from tests.processes import ask_process
from tests.shop.token_asker import ask_all
from tests.statements import count_statements

PROCESSES = 8
TOKEN = "/cgi-bin/stable_token"

Advance = Callable[[timedelta], None]


def change_row(**values: object) -> None:
    with transaction() as session:
        session.execute(update(WechatToken).values(**values))


def finish_renewal(value: str, takes_seconds: float = 0) -> None:
    """Write what another process fetched, as `SharedCredential` does."""
    now = clock.now()
    values = {"value": value, "expires_at": now + timedelta(hours=2), "refreshed_at": now}
    with transaction() as session:
        session.execute(update(WechatToken).values(leased_until=None, leased_by="", **values))
        time.sleep(takes_seconds)


def run_processes(settings: dict[str, Any], refused: str = "") -> list[str]:
    tokens: list[str] = ask_process(ask_all, settings, refused, PROCESSES, 1.0)
    return tokens


def test_eight_processes_that_need_a_token_at_once_fetch_one(
    settings: dict[str, Any], platform: FakePlatform
) -> None:
    platform.answer_delay_seconds = 0.3

    tokens = run_processes(settings | {"WECHAT_API_BASE": platform.base})

    assert tokens == ["token-1"] * PROCESSES
    assert platform.count()[TOKEN] == 1
    assert platform.count()["/cgi-bin/getcallbackip"] == PROCESSES


def test_eight_processes_whose_token_is_refused_at_once_force_one_new_one(
    settings: dict[str, Any], account: AccountClient, platform: FakePlatform
) -> None:
    refused = account.access_token
    platform.refused_tokens.add(refused)
    platform.answer_delay_seconds = 0.3

    tokens = run_processes(settings | {"WECHAT_API_BASE": platform.base}, refused)

    assert tokens == ["token-2"] * PROCESSES
    assert [asked.json["force_refresh"] for asked in platform.asked if asked.path == TOKEN] == [False, True]


def test_threads_share_one_renewal_as_well(
    app: Flask, account: AccountClient, platform: FakePlatform
) -> None:
    platform.answer_delay_seconds = 0.2
    start = threading.Barrier(10)

    def ask(_: int) -> str:
        start.wait()
        with app.app_context():
            return account.access_token

    with ThreadPoolExecutor(10) as pool:
        tokens = set(pool.map(ask, range(10)))

    assert tokens == {"token-1"}
    assert platform.count()[TOKEN] == 1


def test_a_token_is_asked_for_by_the_stable_channel(account: AccountClient, platform: FakePlatform) -> None:
    assert account.access_token == "token-1"

    asked = platform.asked[0]
    assert (asked.method, asked.path, asked.query) == ("POST", TOKEN, {})
    assert asked.json == {
        "grant_type": "client_credential",
        "appid": "wx5a1b2c3d4e5f6a7b",
        "secret": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "force_refresh": False,
    }


def test_a_token_is_kept_until_shortly_before_its_end(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    assert account.access_token == "token-1"
    advance(timedelta(seconds=7200) - RENEW_BEFORE)
    assert account.access_token == "token-1"
    assert platform.count()[TOKEN] == 1
    advance(timedelta(seconds=1))

    assert account.access_token == "token-1"

    assert platform.count()[TOKEN] == 2


def test_a_token_that_has_little_time_left_is_not_asked_for_again_and_again(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    platform.token_lives_seconds = 400  # the stable channel hands out what is left of the old one

    for _ in range(20):
        assert account.access_token == "token-1"
    assert platform.count()[TOKEN] == 1
    advance(RENEW_PAUSE)

    assert account.access_token == "token-1"

    assert platform.count()[TOKEN] == 2


def test_while_another_process_renews_the_old_token_is_used(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    assert account.access_token == "token-1"
    advance(timedelta(seconds=7200) - timedelta(minutes=5))
    change_row(leased_until=clock.now() + LEASE, leased_by="another process")

    assert account.access_token == "token-1"

    assert platform.count()[TOKEN] == 1


def test_the_lease_of_a_dead_process_runs_out(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    assert account.access_token == "token-1"
    change_row(expires_at=clock.now(), leased_until=clock.now() + LEASE, leased_by="dead")
    advance(LEASE)

    assert account.access_token == "token-1"

    assert platform.count()[TOKEN] == 2


def test_who_waits_for_another_process_gets_what_it_fetched(app: Flask, account: AccountClient) -> None:
    assert account.access_token == "token-1"
    change_row(value="", leased_until=clock.now() + timedelta(minutes=5), leased_by="another process")

    def ask() -> str:
        with app.app_context():
            return account.access_token

    with ThreadPoolExecutor(1) as pool:
        with count_statements() as sent:
            waiting = pool.submit(ask)
            time.sleep(0.2)
        assert not waiting.done()
        assert not [statement for statement in sent if not statement.startswith(("BEGIN", "SELECT"))]
        finish_renewal("theirs")

        assert waiting.result(5) == "theirs"


def test_who_tries_while_another_process_finishes_gets_what_it_fetched(
    app: Flask, account: AccountClient, platform: FakePlatform
) -> None:
    assert account.access_token == "token-1"
    change_row(value="", leased_until=clock.now() + timedelta(seconds=0.3), leased_by="another process")

    def ask() -> str:
        with app.app_context():
            return account.access_token

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask)
        finish_renewal("theirs", takes_seconds=0.6)  # its lease runs out while it writes

        assert waiting.result(5) == "theirs"
    assert platform.count()[TOKEN] == 1


def test_a_failed_renewal_is_remembered_for_a_moment(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    platform.answers[TOKEN] = lambda _: {"errcode": 40125, "errmsg": "invalid appsecret"}

    for _ in range(10):
        with pytest.raises(PlatformError) as refusal:
            _ = account.access_token
        assert refusal.value.errcode == 40125
        assert "AppSecret" in refusal.value.message
    assert platform.count()[TOKEN] == 1
    advance(FAILURE_PAUSE)
    del platform.answers[TOKEN]

    assert account.access_token == "token-1"
    assert db.session.scalars(select(WechatToken.error)).one() is None


def test_a_remembered_silence_is_told_as_a_silence(account: AccountClient, platform: FakePlatform) -> None:
    platform.answers[TOKEN] = lambda _: (500, b"oops")

    for _ in range(2):
        with pytest.raises(PlatformUnreachable):
            _ = account.access_token

    assert platform.count()[TOKEN] == 1


def test_a_failed_renewal_does_no_harm_while_the_old_token_lives(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    assert account.access_token == "token-1"
    advance(timedelta(seconds=7200) - timedelta(minutes=5))
    platform.answers[TOKEN] = lambda _: {"errcode": -1, "errmsg": "system error"}

    with pytest.raises(PlatformError):
        _ = account.access_token

    assert account.access_token == "token-1"


def test_a_second_force_within_half_a_minute_is_not_tried(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    first = account.access_token
    second = account.token.replace(refused=first)
    assert second == "token-2"

    assert account.token.replace(refused=second) is None
    advance(FORCE_PAUSE)

    assert account.token.replace(refused=second) == "token-3"


def test_who_was_refused_with_an_old_token_takes_the_present_one(
    account: AccountClient, platform: FakePlatform
) -> None:
    account.token.replace(refused=account.access_token)

    assert account.token.replace(refused="token-1") == "token-2"

    assert platform.tokens_issued == 2


def test_the_ticket_is_fetched_once_and_shared(account: AccountClient, platform: FakePlatform) -> None:
    assert [account.ticket.get() for _ in range(3)] == ["ticket-1"] * 3

    [asked] = [asked for asked in platform.asked if asked.path == "/cgi-bin/ticket/getticket"]
    assert asked.query == {"access_token": "token-1", "type": "jsapi"}


@pytest.mark.parametrize(
    "answer",
    [{}, {"access_token": ""}, {"access_token": "x"}, {"access_token": "x", "expires_in": 0}, [], b"<html>"],
    ids=repr,
)
def test_an_answer_without_a_token_is_unreadable(
    account: AccountClient, platform: FakePlatform, answer: object
) -> None:
    platform.answers[TOKEN] = lambda _: answer

    with pytest.raises(PlatformUnreachable):
        _ = account.access_token


def test_the_token_is_never_fetched_inside_a_transaction(account: AccountClient) -> None:
    with pytest.raises(RuntimeError, match="network"), transaction():
        _ = account.access_token
