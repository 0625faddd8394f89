"""The shop's own gateway fetches bills from the simulator: whole, or not at all."""

from __future__ import annotations

import io
from datetime import date, timedelta
from io import TextIOWrapper
from pathlib import Path

import pytest

from app.core.errors import BillAbsent, BillNotReady, GatewayError, GatewayUnreachable
from app.payments.gateways.apiv3_bills import unpacked
from app.payments.gateways.contract import BillKind
from app.payments.gateways.wechatpay_v3 import Merchant, WechatPayV3
from app.reconciliation.reading import BillReader
from tests.simulator.box import Box
from tests.simulator.shop_transport import make_transport
from tests.simulator.test_bills import paid, pass_to_next_morning


@pytest.fixture
def gateway(box: Box, tmp_path: Path) -> WechatPayV3:
    """The shop's, pointed at the simulator."""
    settings, (transport, keys) = box.settings, make_transport(box, tmp_path)
    merchant = Merchant(settings.account.appid, settings.merchant.mchid, (settings.merchant.apiv3_key,))
    return WechatPayV3(merchant, notify_url="https://shop.example.cn/n", transport=transport, keys=keys)


@pytest.fixture
def day(box: Box) -> date:
    """One with a payment, the morning after."""
    pass_to_next_morning(box, 12)
    day = date.fromisoformat(paid(box))
    pass_to_next_morning(box)
    return day


def fetch(gateway: WechatPayV3, day: date, kind: BillKind = BillKind.TRADE) -> bytes:
    target = io.BytesIO()
    gateway.download_bill(kind, day, target)
    return target.getvalue()


def read(data: bytes, kind: BillKind = BillKind.TRADE) -> list[dict[str, object]]:
    text = b"".join(unpacked(iter([data])))
    return list(BillReader(kind, TextIOWrapper(io.BytesIO(text), encoding="utf-8")))


def test_a_bill_comes_packed_and_is_kept_as_it_came(gateway: WechatPayV3, day: date) -> None:
    data = fetch(gateway, day)

    assert data.startswith(b"\x1f\x8b")
    assert [row["amount_fen"] for row in read(data)] == [2590]


def test_the_account_comes_too(gateway: WechatPayV3, day: date) -> None:
    data = fetch(gateway, day, BillKind.FUNDS)

    assert [row["amount_fen"] for row in read(data, BillKind.FUNDS)] == [2590, -16]


def test_columns_in_another_order_read_the_same(box: Box, gateway: WechatPayV3, day: date) -> None:
    plain = read(fetch(gateway, day))
    box.fault("bill_columns")

    assert read(fetch(gateway, day)) == plain


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("bill_late", BillNotReady),
        ("bill_none", BillAbsent),
        ("bill_wrong_hash", GatewayUnreachable),
        ("bill_cut", GatewayUnreachable),
        ("bill_other_host", GatewayUnreachable),
        ("pay_429", GatewayUnreachable),
        ("pay_unsigned", GatewayUnreachable),
        ("pay_reset", GatewayUnreachable),
    ],
)
def test_what_goes_wrong_is_told_apart_and_the_next_try_is_fine(
    box: Box, gateway: WechatPayV3, day: date, fault: str, error: type[GatewayError]
) -> None:
    value = "before" if fault == "pay_reset" else "on"
    box.post("faults", name=fault, value=value, once=True)

    with pytest.raises(error) as caught:
        fetch(gateway, day)

    assert type(caught.value) is error
    assert len(read(fetch(gateway, day))) == 1


def test_nobody_is_shown_our_signature_elsewhere(box: Box, gateway: WechatPayV3, day: date) -> None:
    box.fault("bill_other_host")

    with pytest.raises(GatewayUnreachable, match="别处"):
        fetch(gateway, day)


def test_a_day_that_is_not_over_has_no_bill_yet(gateway: WechatPayV3, day: date) -> None:
    with pytest.raises(BillNotReady):
        fetch(gateway, day + timedelta(days=1))


def test_a_small_file_that_unpacks_to_a_large_one_is_given_up(
    box: Box, gateway: WechatPayV3, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.payments.gateways.apiv3_bills.MOST_PLAIN", 100)

    with pytest.raises(GatewayUnreachable, match="过大"):
        fetch(gateway, day)


def test_pieces_of_any_size_unpack_alike(gateway: WechatPayV3, day: date) -> None:
    data = fetch(gateway, day)
    whole = b"".join(unpacked(iter([data])))

    for size in (2, 7, 100):
        pieces = (data[place : place + size] for place in range(0, len(data), size))
        assert b"".join(unpacked(pieces)) == whole
