"""Alipay (支付宝) for browsers outside WeChat: pages to pay on, queries, closing, refunds, notifications.

A payment does not exist at Alipay before the buyer has begun with it on Alipay's page; what we make known is the
signed address of that page, good until the order ends. A refund is done when it is answered.

Source: https://opendocs.alipay.com/open/59da99d0_alipay.trade.page.pay (2026-11-30)
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import IO, Any, NoReturn
from urllib.parse import parse_qsl

from flask_babel import gettext as _

from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments.gateways import alipay_bills
from app.payments.gateways.alipay_transport import AlipayTransport
from app.payments.gateways.alipay_values import (
    fen_of,
    read_moment,
    subject_of,
    text_of,
    write_moment,
    yuan_of,
)
from app.payments.gateways.contract import (
    BankCard,
    BillKind,
    PaymentRequest,
    RefundNews,
    RefundRequest,
    RefundStatus,
    Trade,
    TradeState,
    Way,
)

NAME = "alipay"

_PAGES = {
    Way.PAGE: ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    Way.WAP: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
}
_STATES = {
    "WAIT_BUYER_PAY": TradeState.UNPAID,
    "TRADE_SUCCESS": TradeState.PAID,
    "TRADE_FINISHED": TradeState.PAID,  # and nothing can be refunded any more
    "TRADE_CLOSED": TradeState.CLOSED,
}
_UNKNOWN = "ACQ.TRADE_NOT_EXIST"
_MOST_FIELDS = 100
_LONGEST_NUMBER = 64


class Alipay:
    """A Gateway (see `contract`). `appid` is the app's id, `mchid` the merchant's PID (seller_id)."""

    name = NAME

    def __init__(self, seller_id: str, *, notify_url: str, transport: AlipayTransport) -> None:
        self.appid, self.mchid = transport.app_id, seller_id
        self._notify_url, self._transport = notify_url, transport

    def appid_of(self, way: Way) -> str:
        """The app's id, whatever the way."""
        return self.appid

    def create(self, request: PaymentRequest) -> str:
        """The address of the page for this browser."""
        if request.way not in _PAGES:
            raise GatewayRefused("UNSUPPORTED", _("支付宝不支持这种付款方式"))
        method, product = _PAGES[request.way]
        content = {
            "out_trade_no": request.out_trade_no,
            "total_amount": yuan_of(request.amount_fen),
            "subject": subject_of(request.description),
            "product_code": product,
            "time_expire": write_moment(request.expires_at),
            **({"quit_url": request.return_url} if request.way is Way.WAP and request.return_url else {}),
        }
        return self._transport.address_of(
            method, content, notify_url=self._notify_url, return_url=request.return_url
        )

    def client_parameters(self, prepay_id: str) -> dict[str, str]:
        """There is no pay sheet inside WeChat."""
        _refuse()

    def app_parameters(self, prepay_id: str) -> dict[str, str]:
        """Nor in the merchant's app."""
        _refuse()

    def query(self, out_trade_no: str) -> Trade:
        """alipay.trade.query. The answer names neither app nor seller: it is about ours, or it is not answered."""
        try:
            answer = self._transport.call("alipay.trade.query", {"out_trade_no": out_trade_no})
        except GatewayRefused as error:
            if error.their_code == _UNKNOWN:
                return Trade(out_trade_no, TradeState.UNKNOWN_NUMBER)
            raise
        return _trade_of({**answer, "app_id": self.appid, "seller_id": self.mchid})

    def close(self, out_trade_no: str) -> None:
        """alipay.trade.close; what is closed already answers that its state is wrong, as does what is paid."""
        try:
            self._transport.call("alipay.trade.close", {"out_trade_no": out_trade_no})
        except GatewayRefused:
            if self.query(out_trade_no).state != TradeState.CLOSED:
                raise

    def refund(self, request: RefundRequest) -> RefundNews:
        """alipay.trade.refund. It answers with the sum of all refunds, so this one is asked about afterwards."""
        content = {
            "out_trade_no": request.out_trade_no,
            "trade_no": request.transaction_id,
            "refund_amount": yuan_of(request.amount_fen),
            "out_request_no": request.out_refund_no,
            **({"refund_reason": request.reason} if request.reason else {}),
        }
        self._transport.call("alipay.trade.refund", content)
        news = self.query_refund(request.out_refund_no, request.out_trade_no)
        if news.status != RefundStatus.UNKNOWN_NUMBER:
            return news
        return replace(  # taken, and not to be seen yet: the next question will tell
            news,
            status=RefundStatus.UNDER_WAY,
            out_trade_no=request.out_trade_no,
            transaction_id=request.transaction_id,
            amount_fen=request.amount_fen,
            total_fen=request.total_fen,
        )

    def query_refund(self, out_refund_no: str, out_trade_no: str = "") -> RefundNews:
        """alipay.trade.fastpay.refund.query: of one that never came it tells nothing but that it was asked."""
        content = {
            "out_trade_no": out_trade_no,
            "out_request_no": out_refund_no,
            "query_options": ["gmt_refund_pay"],
        }
        try:
            answer = self._transport.call("alipay.trade.fastpay.refund.query", content)
        except GatewayRefused as error:
            if error.their_code == _UNKNOWN:
                return RefundNews(out_refund_no, RefundStatus.UNKNOWN_NUMBER)
            raise
        if answer.get("refund_status") != "REFUND_SUCCESS":
            return RefundNews(out_refund_no, RefundStatus.UNKNOWN_NUMBER)
        return _refund_of(answer)

    def resend_refund(self, *, refund_id: str, out_refund_no: str, card: BankCard) -> RefundNews:
        """It goes back the way it came, and no other."""
        _refuse()

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, *, came_at: datetime | None = None
    ) -> Trade | RefundNews | None:
        """Verify the form, then read it. One about a refund tells the state of the payment, and the refund's number.

        Its signature has no age, so `came_at` changes nothing.
        """
        try:
            pairs = parse_qsl(
                body.decode(),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=_MOST_FIELDS,
            )
        except ValueError as error:
            raise SignatureInvalid("the notification is no form") from error
        fields = dict(pairs)
        if len(fields) != len(pairs) or any("\0" in value for value in fields.values()):
            raise SignatureInvalid("the notification names a field twice, or holds what no text holds")
        self._transport.verify(fields)
        if fields.get("notify_type") != "trade_status_sync":
            return None
        try:
            refund_no = fields.get("out_biz_no", "") if fields.get("gmt_refund") else ""
            return replace(_trade_of(fields), refund_no=refund_no[:_LONGEST_NUMBER])
        except GatewayUnreachable as error:
            raise SignatureInvalid("the notification is signed but cannot be read") from error

    def download_bill(self, kind: BillKind, day: date, target: IO[bytes]) -> str:
        """The zip that Alipay has of that day, whole."""
        return alipay_bills.download(self._transport, kind, day, target)

    def refresh_keys(self) -> None:
        """Alipay's key stands in a file, and does not change by itself."""

    def self_test(self, message: str) -> None:
        """Alipay sends no test notifications."""
        _refuse()

    def has_keys(self) -> bool:
        """It was read at the start."""
        return True


def _refuse() -> NoReturn:
    raise GatewayRefused("UNSUPPORTED", _("支付宝没有这个功能"))


def _trade_of(answer: Mapping[str, Any]) -> Trade:
    """Read a query's answer or a notification. Raises: GatewayUnreachable when it makes no sense.

    What was refunded wholly is closed, too: who has a time of payment was paid.
    """
    try:
        state = _STATES[answer["trade_status"]]
        paid_at = read_moment(answer.get("gmt_payment") or answer.get("send_pay_date"))
        if state == TradeState.CLOSED and paid_at is not None:
            state = TradeState.PAID
        return Trade(
            out_trade_no=text_of(answer, "out_trade_no"),
            state=state,
            appid=text_of(answer, "app_id"),
            mchid=text_of(answer, "seller_id"),
            transaction_id=text_of(answer, "trade_no"),
            amount_fen=fen_of(answer["total_amount"]),
            currency="CNY",
            paid_at=paid_at,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayUnreachable(_("支付宝的应答缺少内容")) from error


def _refund_of(answer: Mapping[str, Any]) -> RefundNews:
    """Read what became of a refund. Raises: GatewayUnreachable when it makes no sense."""
    try:
        done_at = read_moment(answer.get("gmt_refund_pay"))
        return RefundNews(
            out_refund_no=text_of(answer, "out_request_no"),
            status=RefundStatus.DONE,
            out_trade_no=text_of(answer, "out_trade_no"),
            transaction_id=text_of(answer, "trade_no"),
            amount_fen=fen_of(answer["refund_amount"]),
            total_fen=fen_of(answer["total_amount"]),
            created_at=done_at,
            succeeded_at=done_at,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayUnreachable(_("支付宝的应答缺少内容")) from error
