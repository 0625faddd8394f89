"""Bills: what the books say, when they may be had, how the file is written, and how it can be spoilt."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import requests

from simulator.clock import BEIJING
from simulator.pay.bill_sheets import fee_of
from tests.simulator.box import Box

TRADE = "/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP"
FUNDS = "/v3/bill/fundflowbill?bill_date={day}&account_type=BASIC&tar_type=GZIP"


@pytest.fixture(autouse=True)
def it_is_noon(box: Box) -> None:
    """No test begins on one day and ends on the next."""
    pass_to_next_morning(box, 12)


def paid(box: Box, number: str = "SHOP20261121000017", fen: int = 2590) -> str:
    """Somebody pays; the day it is by the simulator's clock."""
    box.pay(box.place(out_trade_no=number, amount={"total": fen, "currency": "CNY"}))
    return box.order_state(number)["success_time"][:10]


def pass_to_next_morning(box: Box, hour: int = 10) -> None:
    now = datetime.fromtimestamp(box.engine.clock.now(), UTC).astimezone(BEIJING)
    morning = now.replace(hour=hour, minute=0, second=30, microsecond=0) + timedelta(days=1)
    box.pass_time((morning - now).total_seconds())


def ask(box: Box, day: str, target: str = TRADE) -> requests.Response:
    return box.merchant("GET", target.format(day=day))


def fetch(box: Box, day: str, target: str = TRADE) -> list[str]:
    """The lines of the file, its hash checked."""
    answer = ask(box, day, target).json()
    file = box.merchant("GET", answer["download_url"].removeprefix(box.base))
    text = gzip.decompress(file.content)
    assert "Wechatpay-Signature" not in file.headers
    assert hashlib.sha1(text).hexdigest() == answer["hash_value"]
    assert text.startswith(b"\xef\xbb\xbf")
    return text.decode("utf-8-sig").split("\r\n")[:-1]


def test_a_bill_holds_the_days_payments_with_their_fees(box: Box) -> None:
    day = paid(box)
    pass_to_next_morning(box)

    heading, row, names, totals = fetch(box, day)

    values = [value.removeprefix("`") for value in row.split(",`")]
    found = dict(zip(heading.split(","), values, strict=True))
    assert found["商户订单号"] == "SHOP20261121000017"
    assert (found["订单金额"], found["手续费"], found["费率"]) == ("25.90", "0.16000", "0.60%")
    assert names.startswith("总交易单数")
    assert totals == "`1.0,`25.90,`0.0,`0.0,`0.16,`25.90,`0.0"


def test_the_account_moves_by_payment_and_fee(box: Box) -> None:
    day = paid(box)
    pass_to_next_morning(box)

    lines = fetch(box, day, FUNDS)

    assert [line.split(",`")[4:8] for line in lines[1:3]] == [
        ["交易", "收入", "25.90", "25.90"],
        ["扣除交易手续费", "支出", "0.16", "25.74"],
    ]
    assert lines[-1] == "`2.0,`1.0,`25.90,`1.0,`0.16"


@pytest.mark.parametrize("hour", [0, 9])
def test_it_may_be_had_from_ten_of_the_next_day(box: Box, hour: int) -> None:
    day = paid(box)
    assert ask(box, day).json()["code"] == "STATEMENT_CREATING"
    pass_to_next_morning(box, hour)

    answer = ask(box, day)

    assert (answer.status_code, answer.json()["code"]) == (400, "STATEMENT_CREATING")


def test_a_day_without_trade_has_none(box: Box) -> None:
    day = paid(box)
    pass_to_next_morning(box)
    pass_to_next_morning(box)
    after = (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()

    answer = ask(box, after)

    assert (answer.status_code, answer.json()["code"]) == (400, "NO_STATEMENT_EXIST")


def test_an_address_is_over_after_five_minutes(box: Box) -> None:
    day = paid(box)
    pass_to_next_morning(box)
    address = ask(box, day).json()["download_url"].removeprefix(box.base)
    box.pass_time(301)

    assert box.merchant("GET", address).status_code == 400


def test_it_is_kept_for_three_months(box: Box) -> None:
    day = paid(box)
    box.pass_time(94 * 86_400)

    assert ask(box, day).json()["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(("fen", "fee"), [(1, 0), (83, 0), (84, 1), (590, 4), (2590, 16), (250, 2)])
def test_a_fee_is_rounded_half_up(fen: int, fee: int) -> None:
    assert fee_of(fen) == fee


@pytest.mark.parametrize(
    ("fault", "rows"), [("bill_missing_there", 1), ("bill_twice", 3), ("bill_unknown_order", 3)]
)
def test_a_switch_changes_the_rows_once(box: Box, fault: str, rows: int) -> None:
    paid(box)
    day = paid(box, "SHOP20261121000018")
    pass_to_next_morning(box)
    box.fault(fault)

    assert len(fetch(box, day)) - 3 == rows
    assert len(fetch(box, day)) - 3 == 2


def test_a_refund_by_hand_is_in_the_bill_and_on_the_books_and_nobody_is_told(box: Box) -> None:
    day = paid(box)
    pass_to_next_morning(box)
    box.fault("bill_refund_extra")

    lines = fetch(box, day)

    number = "HANDSHOP20261121000017"
    assert any(f"`{number}" in line and "`REFUND" in line for line in lines)
    answer = box.merchant("GET", f"/v3/refund/domestic/refunds/{number}").json()
    assert (answer["status"], answer["amount"]["refund"]) == ("SUCCESS", 100)
    assert lines[-1] == "`2.0,`25.90,`1.00,`0.0,`0.15,`25.90,`1.00"
    box.fault("bill_refund_missing")
    assert not any(number in line for line in fetch(box, day))


@pytest.mark.parametrize(
    ("fault", "state"), [("bill_missing_here", "NOTPAY"), ("bill_paid_after_close", "CLOSED")]
)
def test_money_that_nobody_was_told_of_is_on_the_books_too(box: Box, fault: str, state: str) -> None:
    day = paid(box)
    box.place(out_trade_no="SHOP20261121000019")
    if state == "CLOSED":
        box.close("SHOP20261121000019")
    pass_to_next_morning(box)
    box.fault(fault)

    assert any("SHOP20261121000019" in line for line in fetch(box, day))
    assert box.order_state("SHOP20261121000019")["state"] == "SUCCESS"
