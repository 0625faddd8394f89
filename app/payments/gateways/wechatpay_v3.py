"""WeChat Pay APIv3: orders, queries, closing, refunds and notifications.

What its refunds look like on the wire stands in `apiv3_refunds.py`.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012062524 (2026-11-21)
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any
from urllib.parse import quote

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments.gateways import apiv3_bills
from app.payments.gateways import apiv3_crypto as crypto
from app.payments.gateways import apiv3_refunds as refunds
from app.payments.gateways.apiv3_keys import VerificationKeys
from app.payments.gateways.apiv3_transport import Apiv3Transport
from app.payments.gateways.apiv3_values import moment_of, text_of, whole_of
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

NAME = "wechatpay_v3"
DESCRIPTION_LENGTH = 127

# NOTPAY stays until the order is closed, even after its time_expire.
STATES = {
    "SUCCESS": TradeState.PAID,
    "REFUND": TradeState.PAID,  # it was paid, and some of it went back
    "NOTPAY": TradeState.UNPAID,
    "USERPAYING": TradeState.UNPAID,
    "ACCEPT": TradeState.UNPAID,
    "CLOSED": TradeState.CLOSED,
    "REVOKED": TradeState.CLOSED,
    "PAYERROR": TradeState.CLOSED,
}
_PAID_WITH = {Way.JSAPI: "prepay_id", Way.NATIVE: "code_url", Way.H5: "h5_url", Way.APP: "prepay_id"}
_UNKNOWN = ("ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS")
_CLOSED = ("ORDER_CLOSED", "ORDERCLOSED")


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who we are to WeChat Pay. `app_appid` is the mobile app's; empty without one."""

    appid: str
    mchid: str
    apiv3_keys: tuple[str, ...] = field(repr=False)  # the present one, and the one before it during a change
    app_appid: str = ""


class WechatPayV3:
    """A Gateway (see `contract`)."""

    name = NAME

    def __init__(
        self, merchant: Merchant, *, notify_url: str, transport: Apiv3Transport, keys: VerificationKeys
    ) -> None:
        self._appid, self._app_appid, self.mchid = merchant.appid, merchant.app_appid, merchant.mchid
        self._apiv3_keys, self._notify_url = merchant.apiv3_keys, notify_url
        self._transport, self._keys = transport, keys

    def appid_of(self, way: Way) -> str:
        """The mobile app has an AppID of its own; every other way goes under the account's."""
        return self._app_appid if way is Way.APP else self._appid

    def create(self, request: PaymentRequest) -> str:
        """POST /v3/pay/transactions/…: prepay_id and code_url are good for two hours, h5_url for five minutes."""
        name = _PAID_WITH.get(request.way)
        if name is None:
            raise GatewayRefused("UNSUPPORTED", _("微信支付不支持这种付款方式"))
        body = {
            "appid": self.appid_of(request.way),
            "mchid": self.mchid,
            "description": description_of(request.description),
            "out_trade_no": request.out_trade_no,
            "time_expire": request.expires_at.astimezone(clock.BEIJING).isoformat(timespec="seconds"),
            "notify_url": self._notify_url,
            "amount": {"total": request.amount_fen, "currency": "CNY"},
            **_of_way(request),
        }
        paid_with = self._call("POST", f"/v3/pay/transactions/{request.way}", body).get(name)
        if not isinstance(paid_with, str) or not paid_with:
            raise GatewayUnreachable(_("微信支付没有给出 %(name)s", name=name))
        return paid_with

    def client_parameters(self, prepay_id: str) -> dict[str, str]:
        """The parameters of getBrandWCPayRequest, all text."""
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        return {
            "appId": self._appid,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._transport.sign(self._appid, timestamp, nonce, package),
        }

    def app_parameters(self, prepay_id: str) -> dict[str, str]:
        """The fields of a PayReq, all text. What is signed ends with the bare prepay_id."""
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        return {
            "appid": self._app_appid,
            "partnerid": self.mchid,
            "prepayid": prepay_id,
            "package": "Sign=WXPay",
            "noncestr": nonce,
            "timestamp": timestamp,
            "sign": self._transport.sign(self._app_appid, timestamp, nonce, prepay_id),
        }

    def query(self, out_trade_no: str) -> Trade:
        """GET by our own number, the only one there is before the money."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}?mchid={self.mchid}"
        try:
            return _trade_of(self._call("GET", path))
        except GatewayRefused as error:
            if error.their_code in _UNKNOWN:
                return Trade(out_trade_no, TradeState.UNKNOWN_NUMBER)
            raise

    def close(self, out_trade_no: str) -> None:
        """Close; a closed one answers 204 again or says so, both are what we wanted."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}/close"
        try:
            self._call("POST", path, {"mchid": self.mchid})
        except GatewayRefused as error:
            if error.their_code not in _CLOSED:
                raise

    def refund(self, request: RefundRequest) -> RefundNews:
        """POST /v3/refund/domestic/refunds: taken is not done."""
        body = refunds.body_of(request, notify_url=self._notify_url)
        return refunds.read_refund(self._call("POST", refunds.PATH, body))

    def query_refund(self, out_refund_no: str, out_trade_no: str = "") -> RefundNews:
        """GET by our own number."""
        try:
            answer = self._call("GET", f"{refunds.PATH}/{quote(out_refund_no, safe='')}")
        except GatewayRefused as error:
            if error.their_code in _UNKNOWN:
                return RefundNews(out_refund_no, RefundStatus.UNKNOWN_NUMBER)
            raise
        return refunds.read_refund(answer)

    def resend_refund(self, *, refund_id: str, out_refund_no: str, card: BankCard) -> RefundNews:
        """POST …/apply-abnormal-refund to a debit card; number and name travel encrypted."""
        if not self.has_keys():
            self.refresh_keys()
        serial, key = list(self._keys.current().items())[-1]
        path = f"{refunds.PATH}/{quote(refund_id, safe='')}/apply-abnormal-refund"
        body = refunds.card_body_of(out_refund_no, card, key)
        return refunds.read_refund(self._transport.call("POST", path, body, serial=serial))

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, *, came_at: datetime | None = None
    ) -> Trade | RefundNews | None:
        """Verify, then decrypt, then read; None for an event that is neither payment nor refund."""
        self._transport.verify(dict(headers), body, at=came_at)
        try:
            envelope = json.loads(body)
            resource = envelope["resource"]
            plain = crypto.open_resource(self._apiv3_keys, resource)
            is_payment = (
                envelope["event_type"] == "TRANSACTION.SUCCESS"
                and resource.get("original_type", "transaction") == "transaction"
            )
            if refunds.is_refund(envelope):
                return refunds.read_refund(json.loads(plain))
            return _trade_of(json.loads(plain)) if is_payment else None
        except (ValueError, KeyError, TypeError, AttributeError, GatewayUnreachable) as error:
            raise SignatureInvalid("the notification is signed but cannot be read") from error

    def download_bill(self, kind: BillKind, day: date, target: IO[bytes]) -> str:
        """GET the address, then the file; its hash is checked."""
        if not self.has_keys():
            self.refresh_keys()
        return apiv3_bills.download(self._transport, kind, day, target)

    def refresh_keys(self) -> None:
        """Fetch the certificates. Who has a public key may have none of them left. Raises: GatewayError."""
        try:
            self._keys.download(self._transport.send)
        except GatewayRefused:
            if not self._keys.are_given:
                raise

    def self_test(self, message: str) -> None:
        """POST /v3/security/echo: a SECURITY_ECHO.SUCCESS follows at our notify_url."""
        self._call("POST", "/v3/security/echo", {"notify_url": self._notify_url, "echo_message": message})

    def has_keys(self) -> bool:
        """Whether an answer could be verified now."""
        return bool(self._keys.current())

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        if not self.has_keys():
            self.refresh_keys()
        return self._transport.call(method, path, body)


def _of_way(request: PaymentRequest) -> dict[str, Any]:
    """What only this way to pay asks for."""
    match request.way:
        case Way.JSAPI:
            return {"payer": {"openid": request.openid}}
        case Way.H5:
            return {"scene_info": {"payer_client_ip": request.client_ip, "h5_info": {"type": "Wap"}}}
        case _:
            return {}


def description_of(text: str) -> str:
    """What WeChat takes as a description: at most 127 characters, none of four bytes (no emoji)."""
    plain = "".join(char for char in text if ord(char) <= 0xFFFF and char.isprintable())
    return plain[:DESCRIPTION_LENGTH].strip() or "订单"


def _trade_of(answer: dict[str, Any]) -> Trade:
    """Read a query answer or a decrypted notification. Raises: GatewayUnreachable when it makes no sense."""
    try:
        state = STATES[answer["trade_state"]]
        amount = answer.get("amount") or {}
        trade = Trade(
            out_trade_no=text_of(answer, "out_trade_no"),
            state=state,
            appid=text_of(answer, "appid"),
            mchid=text_of(answer, "mchid"),
            transaction_id=str(answer.get("transaction_id") or ""),
            amount_fen=whole_of(amount.get("total", 0)),
            currency=str(amount.get("currency") or "CNY"),
            openid=str((answer.get("payer") or {}).get("openid") or ""),
            paid_at=moment_of(answer.get("success_time")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GatewayUnreachable(_("微信支付的应答缺少内容")) from error
    if state == TradeState.PAID and not trade.transaction_id:
        raise GatewayUnreachable(_("微信支付的应答缺少 transaction_id"))
    return trade
