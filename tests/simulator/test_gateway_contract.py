"""What every gateway of the shop promises, held to each of them against the simulator: the same cases for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import requests
from flask import Flask

from app.core import clock
from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments import opening
from app.payments.gateways import get_gateway, install
from app.payments.gateways.contract import (
    Gateway,
    PaymentRequest,
    RefundNews,
    RefundRequest,
    RefundStatus,
    Trade,
    TradeState,
    Way,
)
from app.payments.opening import NotOpen
from app.payments.service import start_alipay, start_native
from simulator.settings import write_shop_env
from tests.factories import make_order
from tests.simulator.box import Box
from tests.simulator.careful_shop import until
from tests.simulator.fake_shop import Received

SHOPS = count(1)
# What Alipay does not have: an app, WeChat's own pay sheet, news of refunds, a refund that has to be allowed.
with_wechat = pytest.mark.parametrize("side", ["wechatpay_v3", "wechatpay_v2"], indirect=True)
NUMBER, TOTAL = "XP20261121100000AAAABBBBCCCC", 2590


@dataclass
class Side:
    """One gateway, and what buyers and the world do on its side."""

    box: Box
    gateway: Gateway
    ways: tuple[Way, ...]
    place: str  # of the shop, this test's own: what was on its way to an earlier one does not come here

    @property
    def is_alipay(self) -> bool:
        return self.gateway.name == "alipay"

    def create(self, number: str = NUMBER, way: Way | None = None, openid: str = "") -> str:
        """As the shop does it."""
        return self.gateway.create(
            PaymentRequest(
                out_trade_no=number,
                description="铁观音/250g & 一只杯子 🍵",
                amount_fen=TOTAL,
                expires_at=clock.now() + timedelta(minutes=30),
                way=way or self.ways[0],
                openid=openid,
                client_ip="127.0.0.1",
                return_url=f"{self.box.settings.web_base}/back",
            )
        )

    def begin(self, number: str = NUMBER, way: Way | None = None) -> None:
        """Create, and the buyer stands before the password."""
        address = self.create(number, way)
        if self.is_alipay:
            page = requests.get(address, timeout=10)
            assert "¥25.90" in page.text, page.text
            requests.post(page.url, data={"action": "login"}, timeout=10).raise_for_status()

    def pay(self, number: str = NUMBER) -> None:
        """The password is typed."""
        path = f"alipay/trades/{number}/pay" if self.is_alipay else f"orders/{number}/pay"
        self.box.post(path)

    def paid(self) -> Trade:
        """A payment that has come."""
        self.begin()
        self.pay()
        return self.gateway.query(NUMBER)

    def notified(self, number: int = 1) -> tuple[dict[str, str], bytes]:
        """The so-and-so-many-th notification as it came."""
        came = self.box.shop.wait_for(number, f"{self.place}/pay/notify/{self.gateway.name}")[number - 1]
        return came.headers, came.body

    def notified_of_refund(self) -> tuple[dict[str, str], bytes]:
        """The first notification about a refund, as it came."""

        def find() -> list[Received]:
            came = self.box.shop.to(f"{self.place}/pay/notify/{self.gateway.name}")
            marks = (b'"REFUND.', b"<req_info>", b"refund_fee=")  # APIv3, APIv2, Alipay
            return [each for each in came if any(mark in each.body for mark in marks)]

        until(lambda: bool(find()))
        return find()[0].headers, find()[0].body

    def fault(self, name: str, value: str = "on") -> None:
        self.box.post(
            "faults", name=f"{'alipay' if self.is_alipay else 'pay'}_{name}", value=value, once=True
        )

    def spoil(self, kind: str) -> None:
        """The next notification is not what it should be."""
        name, value = ("alipay_notify", kind) if self.is_alipay else (f"notify_{kind}", "on")
        self.box.post("faults", name=name, value=value, once=True)

    def ask_back(self, amount: int, number: str = "RF01", total: int = TOTAL) -> RefundNews:
        trade = self.gateway.query(NUMBER)
        request = RefundRequest(number, NUMBER, trade.transaction_id, amount, total, "碎了一只")
        return self.gateway.refund(request)

    def finished(self, number: str = "RF01") -> RefundNews:
        """What became of a refund, once something did."""
        self.box.pass_time(2)
        until(lambda: self.gateway.query_refund(number, NUMBER).status != RefundStatus.UNDER_WAY)
        return self.gateway.query_refund(number, NUMBER)


@pytest.fixture(params=["wechatpay_v3", "wechatpay_v2", "alipay"])
def side(request: pytest.FixtureRequest, box: Box, shop_app: Flask) -> Iterator[Side]:
    """Each gateway in turn, as the shop builds it from its settings."""
    ways = {"alipay": (Way.PAGE, Way.WAP)}
    place = shop_app.config["BASE_URL"].removeprefix(box.settings.web_base)
    with shop_app.app_context():
        yield Side(box, get_gateway(request.param), ways.get(request.param, (Way.NATIVE, Way.H5)), place)


@pytest.fixture
def shop_app(app: Flask, box: Box) -> Flask:
    lines = Path(write_shop_env(box.settings)).read_text("utf-8").splitlines()
    app.config.update(line.split("=", 1) for line in lines)
    app.config["BASE_URL"] = f"{box.settings.web_base}/shop-{next(SHOPS)}"
    install(app)
    return app


@pytest.mark.parametrize("which", [0, 1])
def test_what_is_begun_is_unpaid_and_then_paid_as_asked(side: Side, which: int) -> None:
    side.begin(way=side.ways[which])
    before = side.gateway.query(NUMBER)
    side.pay()
    trade = side.gateway.query(NUMBER)

    assert before.state == TradeState.UNPAID
    assert (trade.state, trade.out_trade_no, trade.amount_fen) == (TradeState.PAID, NUMBER, TOTAL)
    appid = side.gateway.appid_of(side.ways[which])
    assert (trade.appid, trade.mchid, trade.currency) == (appid, side.gateway.mchid, "CNY")
    assert trade.transaction_id
    assert trade.paid_at is not None
    assert abs(trade.paid_at - clock.now()) < timedelta(minutes=2)


@with_wechat
def test_the_merchants_app_pays_under_its_own_appid(side: Side) -> None:
    """From the signed PayReq to the notification."""
    person = side.box.somebody()
    pay_req = side.gateway.app_parameters(side.create(way=Way.APP))
    opened = side.box.post("bridge/app", openid=person, params=pay_req)
    side.box.post("bridge/pay", openid=person, prepay_id=pay_req["prepayid"], password="123456")
    trade, news = side.gateway.query(NUMBER), side.gateway.read_notification(*side.notified())

    assert opened["ok"], opened["err_desc"]
    assert isinstance(news, Trade)
    assert trade.state == news.state == TradeState.PAID
    appid = side.gateway.appid_of(Way.APP)
    assert trade.appid == news.appid == pay_req["appid"] == appid != side.gateway.appid_of(Way.NATIVE)


@with_wechat
def test_a_payment_of_the_app_is_closed_like_any_other(side: Side) -> None:
    pay_req = side.gateway.app_parameters(side.create(way=Way.APP))
    side.gateway.close(NUMBER)
    opened = side.box.post("bridge/app", openid=side.box.somebody(), params=pay_req)

    assert side.gateway.query(NUMBER).state == TradeState.CLOSED
    assert not opened["ok"]


@with_wechat
def test_inside_wechat_its_sheet_opens_with_what_we_sign_and_with_nothing_else(side: Side) -> None:
    person = side.box.somebody()
    parameters = side.gateway.client_parameters(side.create(way=Way.JSAPI, openid=person))
    url = f"{side.box.settings.web_base}/shop/pay/1"
    changed = parameters | {"nonceStr": "another"}

    refused = side.box.post("bridge/prepay", openid=person, url=url, params=changed)
    opened = side.box.post("bridge/prepay", openid=person, url=url, params=parameters)
    prepay_id = parameters["package"].removeprefix("prepay_id=")
    side.box.post("bridge/pay", openid=person, prepay_id=prepay_id, password="123456")
    trade = side.gateway.query(NUMBER)

    assert (refused["ok"], opened["ok"], opened["err_desc"]) == (False, True, "")
    assert (trade.state, trade.openid) == (TradeState.PAID, person)


@with_wechat
@pytest.mark.parametrize(
    ("outcome", "status"),
    [("off", RefundStatus.DONE), ("abnormal", RefundStatus.ABNORMAL), ("closed", RefundStatus.CLOSED)],
)
def test_news_of_a_refund_say_what_a_question_would(side: Side, outcome: str, status: RefundStatus) -> None:
    side.paid()
    side.box.post("faults", name="refund_outcome", value=outcome)
    side.ask_back(590)
    asked = side.finished()

    news = side.gateway.read_notification(*side.notified_of_refund())

    assert isinstance(news, RefundNews)
    assert news.status == asked.status == status
    for name in ("out_refund_no", "refund_id", "out_trade_no", "transaction_id", "amount_fen", "total_fen"):
        assert getattr(news, name) == getattr(asked, name), name
    assert news.mchid == side.gateway.mchid


@with_wechat
def test_with_a_coupon_the_buyer_gets_back_less_than_the_refund_is_of(side: Side) -> None:
    side.box.fault("pay_coupon", "100")
    trade = side.paid()

    first = side.ask_back(590)
    asked = side.finished()
    news = side.gateway.read_notification(*side.notified_of_refund())
    side.box.pass_time(61)  # one refund a minute
    side.ask_back(2000, "RF02")
    rest = side.finished("RF02")

    assert trade.amount_fen == TOTAL
    assert isinstance(news, RefundNews)
    assert (first.payer_fen, asked.payer_fen, news.payer_fen) == (568, 568, 568)
    assert (asked.amount_fen, asked.settled_fen) == (590, 568)
    assert (rest.amount_fen, rest.payer_fen) == (2000, 2490 - 568)


@with_wechat
@pytest.mark.parametrize("spoilt", ["forged", "wrong_key"])
def test_news_of_a_refund_that_prove_nothing_are_refused(side: Side, spoilt: str) -> None:
    side.paid()
    side.box.post("faults", name="refund_notify", value=spoilt)
    side.ask_back(590)
    side.finished()

    with pytest.raises(SignatureInvalid):
        side.gateway.read_notification(*side.notified_of_refund())


@with_wechat
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("refund_not_enough", "NOT_ENOUGH"),
        ("refund_account", "USER_ACCOUNT_ABNORMAL"),
        ("refund_no_auth", "NO_AUTH"),
    ],
)
def test_why_no_refund_is_taken_is_said_in_one_word_for_both(side: Side, fault: str, code: str) -> None:
    side.paid()
    side.box.fault(fault)

    with pytest.raises(GatewayRefused) as caught:
        side.ask_back(590)

    assert caught.value.their_code == code


def test_without_a_certificate_apiv2_refunds_nothing(box: Box, shop_app: Flask) -> None:
    with shop_app.app_context():
        side = Side(box, get_gateway("wechatpay_v2"), (Way.NATIVE, Way.H5), "")
        side.paid()
        side.box.fault("pay_no_certificate")

        with pytest.raises(GatewayRefused) as caught:
            side.ask_back(590)

    assert caught.value.their_code == "CERT_ERROR"


def test_apiv2_signs_by_md5_where_the_merchant_says_so(box: Box, shop_app: Flask) -> None:
    shop_app.config["WXPAY_APIV2_SIGN_TYPE"] = "MD5"
    install(shop_app)
    place = shop_app.config["BASE_URL"].removeprefix(box.settings.web_base)
    with shop_app.app_context():
        side = Side(box, get_gateway("wechatpay_v2"), (Way.NATIVE, Way.H5), place)
        trade, news = side.paid(), side.gateway.read_notification(*side.notified())

    assert isinstance(news, Trade)
    assert (trade.state, news.amount_fen) == (TradeState.PAID, TOTAL)


def test_while_the_shop_is_tested_only_testers_money_is_asked_for(side: Side) -> None:
    order = make_order()
    opening.withdraw(actor="staff:1", name="wang", secret="s")

    def start() -> str:
        if side.is_alipay:
            return start_alipay(
                order, gateway=side.gateway, is_phone=True, return_url="https://shop.example.cn/"
            )
        return start_native(order, gateway=side.gateway)

    with pytest.raises(NotOpen):
        start()
    opening.add_tester(order.follower_id, actor="staff:1")
    assert start()


def test_creating_it_again_is_the_same_payment(side: Side) -> None:
    side.begin()
    side.begin()
    side.pay()

    assert side.gateway.query(NUMBER).state == TradeState.PAID


def test_a_number_nobody_knows_is_told_as_such(side: Side) -> None:
    assert side.gateway.query(NUMBER).state == TradeState.UNKNOWN_NUMBER


def test_what_is_closed_stays_closed_and_closing_it_again_is_no_error(side: Side) -> None:
    side.begin()
    side.gateway.close(NUMBER)
    side.gateway.close(NUMBER)

    assert side.gateway.query(NUMBER).state == TradeState.CLOSED


def test_what_is_paid_is_not_closed(side: Side) -> None:
    side.paid()

    with pytest.raises(GatewayRefused):
        side.gateway.close(NUMBER)

    assert side.gateway.query(NUMBER).state == TradeState.PAID


def test_a_notification_says_what_a_question_would(side: Side) -> None:
    trade = side.paid()

    news = side.gateway.read_notification(*side.notified())

    assert isinstance(news, Trade)
    for name in ("state", "out_trade_no", "transaction_id", "amount_fen", "appid", "mchid", "currency"):
        assert getattr(news, name) == getattr(trade, name), name


def test_a_repeated_notification_says_the_same(side: Side) -> None:
    side.begin()
    side.spoil("twice")
    side.pay()

    first, second = (side.gateway.read_notification(*side.notified(number)) for number in (1, 2))

    assert first == second


def test_a_forged_notification_is_refused(side: Side) -> None:
    side.begin()
    side.spoil("forged")
    side.pay()

    with pytest.raises(SignatureInvalid):
        side.gateway.read_notification(*side.notified())


def test_a_changed_notification_is_refused(side: Side) -> None:
    side.paid()
    headers, body = side.notified()

    with pytest.raises(SignatureInvalid):
        side.gateway.read_notification(headers, body.replace(b"2", b"3", 1))


def test_a_wrong_sum_is_told_and_not_taken_for_ours(side: Side) -> None:
    side.begin()
    side.spoil("wrong_amount")
    side.pay()

    news = side.gateway.read_notification(*side.notified())

    assert isinstance(news, Trade)
    assert news.amount_fen != TOTAL


@pytest.mark.parametrize("kind", ["500", "reset"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_no_answer_leaves_the_result_unknown_and_asking_tells(side: Side, kind: str, moment: str) -> None:
    side.begin()
    side.fault(kind, moment)

    with pytest.raises(GatewayUnreachable):
        side.gateway.close(NUMBER)

    expected = TradeState.UNPAID if moment == "before" else TradeState.CLOSED
    assert side.gateway.query(NUMBER).state == expected


def test_an_answer_that_is_not_signed_is_not_believed(side: Side) -> None:
    side.paid()
    side.fault("unsigned")

    with pytest.raises(GatewayUnreachable):
        side.gateway.query(NUMBER)


def test_all_of_it_goes_back(side: Side) -> None:
    trade = side.paid()
    side.ask_back(TOTAL)
    news = side.finished()

    assert (news.status, news.amount_fen, news.total_fen) == (RefundStatus.DONE, TOTAL, TOTAL)
    assert (news.out_trade_no, news.transaction_id) == (NUMBER, trade.transaction_id)
    assert news.succeeded_at is not None
    assert side.gateway.query(NUMBER).state == TradeState.PAID  # it was, whatever went back


def test_parts_go_back_each_with_its_own_sum_and_no_more_than_was_paid(side: Side) -> None:
    side.paid()
    side.ask_back(590, "RF01")
    first = side.finished("RF01")
    side.box.pass_time(61)
    side.ask_back(1000, "RF02")
    second = side.finished("RF02")
    side.box.pass_time(61)

    assert [news.amount_fen for news in (first, second)] == [590, 1000]
    with pytest.raises(GatewayRefused):
        side.ask_back(1001, "RF03")
    assert side.gateway.query_refund("RF03", NUMBER).status == RefundStatus.UNKNOWN_NUMBER


def test_the_same_refund_asked_for_again_is_the_same_one(side: Side) -> None:
    side.paid()
    side.ask_back(590)
    side.finished()
    again = side.ask_back(590)

    assert (again.status, again.amount_fen) == (RefundStatus.DONE, 590)
    with pytest.raises(GatewayRefused):
        side.ask_back(591)


def test_a_refund_whose_answer_was_lost_is_found_by_asking(side: Side) -> None:
    side.paid()
    side.fault("reset", "after")

    with pytest.raises(GatewayUnreachable):
        _ask_without_looking(side)

    assert side.finished().status == RefundStatus.DONE


def test_nothing_goes_back_out_of_what_was_not_paid(side: Side) -> None:
    side.begin()

    with pytest.raises(GatewayRefused):
        _ask_without_looking(side)


def _ask_without_looking(side: Side) -> None:
    """With the numbers the other side knows: nothing is asked before, so the switch strikes the refund itself."""
    shown = side.box.get("alipay/trades")["trades"] if side.is_alipay else side.box.get("orders")["orders"]
    paid = shown[0]["trade_no" if side.is_alipay else "transaction_id"] or "4200000000000000000000000000"
    side.gateway.refund(RefundRequest("RF01", NUMBER, paid, 590, TOTAL, "碎了一只"))


def test_a_refund_made_in_its_own_console_is_told_and_can_be_asked_about(side: Side) -> None:
    side.paid()
    side.notified()
    path = f"alipay/trades/{NUMBER}/refund" if side.is_alipay else f"orders/{NUMBER}/refund"
    side.box.post(path, amount_fen=590)
    side.box.pass_time(2)

    news = side.gateway.read_notification(*side.notified_of_refund())

    assert news is not None
    assert news.out_trade_no == NUMBER
    number = news.refund_no if isinstance(news, Trade) else news.out_refund_no
    told = side.gateway.query_refund(number, NUMBER)
    assert (told.out_refund_no, told.amount_fen, told.status) == (number, 590, RefundStatus.DONE)
