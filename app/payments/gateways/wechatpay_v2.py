"""WeChat Pay APIv2, for merchants who still have it: orders, queries, closing, refunds and notifications.

Its words for errors are turned into APIv3's, so that the shop says the same whichever it speaks. What it does not have
(bills worth reading, abnormal refunds, test notifications) is asked of APIv3 or refused.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011937109 (2026-11-30)
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import IO, Any

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import GatewayError, GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments.gateways import apiv2_refunds as refunds
from app.payments.gateways import apiv2_signing as signing
from app.payments.gateways.apiv2_client import Apiv2Account, Apiv2Client
from app.payments.gateways.apiv2_scanning import ScanDesk
from app.payments.gateways.apiv2_values import moment_of, read_flat, text_of, whole_of
from app.payments.gateways.apiv3_refunds import reason_of
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
from app.payments.gateways.wechatpay_v3 import STATES, description_of
from app.wechat.callback.flat_xml import XmlRefused

NAME = "wechatpay_v2"
BODY_BYTES = 127
NO_CLIENT = "127.0.0.1"  # an address has to be given, the same at each repetition
UNKNOWN = ("ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS")

_TYPES = {Way.JSAPI: "JSAPI", Way.NATIVE: "NATIVE", Way.SCAN: "NATIVE", Way.H5: "MWEB", Way.APP: "APP"}
_PAID_WITH = {
    Way.JSAPI: "prepay_id",
    Way.APP: "prepay_id",
    Way.SCAN: "prepay_id",
    Way.NATIVE: "code_url",
    Way.H5: "mweb_url",
}


class WechatPayV2:
    """A Gateway (see `contract`). `site` is the shop's address, which H5 payment names."""

    name = NAME

    def __init__(self, account: Apiv2Account, *, notify_url: str, site: str) -> None:
        self._account, self.mchid = account, account.mchid
        self._notify_url, self._site = notify_url, site
        self.client = Apiv2Client(account)
        self.scan_desk = ScanDesk(account.appid, account.mchid, account.keys)

    def appid_of(self, way: Way) -> str:
        """The mobile app has an AppID of its own; every other way goes under the account's."""
        return self._account.app_appid if way is Way.APP else self._account.appid

    def create(self, request: PaymentRequest) -> str:
        """pay/unifiedorder: prepay_id and code_url are good for two hours, mweb_url for five minutes."""
        if request.way not in _TYPES:
            raise GatewayRefused("UNSUPPORTED", _("微信支付不支持这种付款方式"))
        answer = self.client.order.create(
            _TYPES[request.way],
            _body_of(request.description),
            request.amount_fen,
            self._notify_url,
            client_ip=request.client_ip or NO_CLIENT,
            out_trade_no=request.out_trade_no,
            time_expire=request.expires_at.astimezone(clock.BEIJING),
            appid=self.appid_of(request.way),
            **self._of_way(request),
        )
        paid_with = answer.get(_PAID_WITH[request.way], "")
        if not paid_with:
            raise GatewayUnreachable(_("微信支付没有给出 %(name)s", name=_PAID_WITH[request.way]))
        return str(paid_with)

    def client_parameters(self, prepay_id: str) -> dict[str, str]:
        """The parameters of getBrandWCPayRequest, all text."""
        fields = {
            "appId": self._account.appid,
            "timeStamp": str(int(clock.now().timestamp())),
            "nonceStr": secrets.token_hex(16),
            "package": f"prepay_id={prepay_id}",
            "signType": str(self._account.sign_type),
        }
        return fields | {"paySign": self._sign(fields)}

    def app_parameters(self, prepay_id: str) -> dict[str, str]:
        """The fields of a PayReq, all text."""
        fields = {
            "appid": self._account.app_appid,
            "partnerid": self.mchid,
            "prepayid": prepay_id,
            "package": "Sign=WXPay",
            "noncestr": secrets.token_hex(16),
            "timestamp": str(int(clock.now().timestamp())),
        }
        return fields | {"sign": self._sign(fields)}

    def query(self, out_trade_no: str) -> Trade:
        """pay/orderquery by our own number, the only one there is before the money."""
        try:
            answer = self.client.order.query(out_trade_no=out_trade_no)
        except GatewayRefused as error:
            if error.their_code in UNKNOWN:
                return Trade(out_trade_no, TradeState.UNKNOWN_NUMBER)
            raise
        return _trade_of({"out_trade_no": out_trade_no, **answer})

    def close(self, out_trade_no: str) -> None:
        """pay/closeorder; one that is closed already says so, which is what we wanted."""
        try:
            self.client.order.close(out_trade_no)
        except GatewayRefused as error:
            if error.their_code != "ORDER_CLOSED":
                raise

    def refund(self, request: RefundRequest) -> RefundNews:
        """secapi/pay/refund, with the merchant's certificate. The answer says no more than that it was taken."""
        answer = self.client.refund.apply(
            request.total_fen,
            request.amount_fen,
            request.out_refund_no,
            transaction_id=request.transaction_id,
            refund_account=None,
            refund_desc=reason_of(request.reason),
            notify_url=self._notify_url,
        )
        taken = refunds.read_taken(answer, request)
        try:
            news = self.query_refund(request.out_refund_no)
        except GatewayError:
            return taken
        return taken if news.status == RefundStatus.UNKNOWN_NUMBER else news  # not to be seen yet

    def query_refund(self, out_refund_no: str, out_trade_no: str = "") -> RefundNews:
        """pay/refundquery by our own number."""
        try:
            answer = self.client.refund.query(out_refund_no=out_refund_no)
        except GatewayRefused as error:
            if error.their_code in UNKNOWN:
                return RefundNews(out_refund_no, RefundStatus.UNKNOWN_NUMBER)
            raise
        return refunds.read_refund(answer, out_refund_no)

    def resend_refund(self, *, refund_id: str, out_refund_no: str, card: BankCard) -> RefundNews:
        """APIv2 cannot; the merchant platform can."""
        raise GatewayRefused(
            "UNSUPPORTED", _("APIv2 不能把退款改到别的银行卡，请到商户平台的交易中心处理这笔退款异常")
        )

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, *, came_at: datetime | None = None
    ) -> Trade | RefundNews | None:
        """Verify, then read. One about a refund is sealed and not signed: what it names is asked about anew.

        Its signature has no age, so `came_at` changes nothing. Raises also: GatewayError when asking failed.
        """
        try:
            fields = read_flat(body)
            if "req_info" in fields:
                return self._read_refund(fields)
            signing.verify(fields, self._account.keys)
            is_payment = fields.get("return_code") == fields.get("result_code") == "SUCCESS"
            return _trade_of({**fields, "trade_state": "SUCCESS"}) if is_payment else None
        except XmlRefused as error:
            raise SignatureInvalid("the notification is no flat XML") from error

    def download_bill(self, kind: BillKind, day: date, target: IO[bytes]) -> str:
        """What was paid by APIv2 stands in the merchant's one bill, which APIv3 fetches; see `books`."""
        raise GatewayRefused("UNSUPPORTED", _("APIv2 没有这个功能"))

    def refresh_keys(self) -> None:
        """The key stands in the settings, and does not change by itself."""

    def self_test(self, message: str) -> None:
        """APIv2 sends no test notifications."""
        raise GatewayRefused("UNSUPPORTED", _("APIv2 没有这个功能"))

    def has_keys(self) -> bool:
        """It was read at the start."""
        return True

    def _read_refund(self, fields: Mapping[str, str]) -> RefundNews:
        theirs = (fields.get("appid"), fields.get("mch_id"))
        if theirs[1] != self.mchid or theirs[0] not in (self._account.appid, self._account.app_appid):
            raise SignatureInvalid("the notification is for another merchant")
        opened = read_flat(signing.open_sealed(fields["req_info"], self._account.keys), root="root")
        if not opened.get("out_refund_no"):
            raise SignatureInvalid("the notification names no refund")
        news = self.query_refund(opened["out_refund_no"])
        if news.status == RefundStatus.UNKNOWN_NUMBER:
            raise SignatureInvalid("WeChat Pay knows nothing of this refund")
        return news

    def _of_way(self, request: PaymentRequest) -> dict[str, Any]:
        """What only this way to pay asks for."""
        match request.way:
            case Way.JSAPI:
                return {"user_id": request.openid}
            case Way.NATIVE | Way.SCAN:
                return {"product_id": request.product_id or request.out_trade_no}
            case Way.H5:
                site = {"type": "Wap", "wap_url": self._site, "wap_name": _body_of(request.description)[:20]}
                return {"scene_info": {"h5_info": site}}
            case _:
                return {}

    def _sign(self, fields: Mapping[str, str]) -> str:
        return signing.sign(fields, self._account.keys[0], self._account.sign_type)


def _body_of(text: str) -> str:
    """What APIv2 takes as a description, which it counts in bytes."""
    return description_of(text).encode()[:BODY_BYTES].decode(errors="ignore").strip() or "订单"


def _trade_of(answer: Mapping[str, str]) -> Trade:
    """Read a query answer or a notification. Raises: GatewayUnreachable when it makes no sense."""
    try:
        state = STATES[answer["trade_state"]]
        trade = Trade(
            out_trade_no=text_of(answer, "out_trade_no"),
            state=state,
            appid=text_of(answer, "appid"),
            mchid=text_of(answer, "mch_id"),
            transaction_id=answer.get("transaction_id", ""),
            amount_fen=whole_of(answer.get("total_fee") or "0"),
            currency=answer.get("fee_type") or "CNY",
            openid=answer.get("openid", ""),
            paid_at=moment_of(answer.get("time_end")),
        )
    except (KeyError, ValueError) as error:
        raise GatewayUnreachable(_("微信支付的应答缺少内容")) from error
    if state == TradeState.PAID and not trade.transaction_id:
        raise GatewayUnreachable(_("微信支付的应答缺少 transaction_id"))
    return trade
