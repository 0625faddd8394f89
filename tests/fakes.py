"""Stand-ins at our own borders. They do what the real thing does, in memory, and can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha1
from typing import IO

from app.core import clock
from app.core.db import leave_database
from app.core.errors import (
    BillAbsent,
    BillNotReady,
    GatewayRefused,
    GatewayUnreachable,
    SignatureInvalid,
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


@dataclass
class FakeGateway:
    """A gateway that keeps trades and refunds in dicts. A notification to it is the text of one of their numbers."""

    name: str = "wechatpay_v3"
    appid: str = "wx5a1b2c3d4e5f6a7b"
    app_appid: str = "wxa1b2c3d4e5f60718"
    mchid: str = "1900000001"
    trades: dict[str, Trade] = field(default_factory=dict)
    requests: list[PaymentRequest] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    refunds: dict[str, RefundNews] = field(default_factory=dict)
    coupon_fen: int = 0  # what of each refund a coupon had paid
    refund_requests: list[RefundRequest] = field(default_factory=list)
    refund_queries: list[str] = field(default_factory=list)
    resent: list[BankCard] = field(default_factory=list)
    refund_refusal: str = ""
    forgets_to_answer: bool = False  # takes a refund and never says so
    self_tests: list[str] = field(default_factory=list)
    bills: dict[tuple[BillKind, date], bytes] = field(default_factory=dict)
    bills_are_late: bool = False
    bill_requests: list[tuple[BillKind, date]] = field(default_factory=list)
    is_down: bool = False
    keys_are_wrong: bool = False
    refusal: str = ""
    pays_before_closing: bool = False

    def appid_of(self, way: Way) -> str:
        """The mobile app has one of its own."""
        return self.app_appid if way is Way.APP else self.appid

    def create(self, request: PaymentRequest) -> str:
        """Remember the request; a paid or closed number is refused as WeChat does."""
        self._answer()
        if self.refusal:
            raise GatewayRefused(self.refusal, "refused")
        self.requests.append(request)
        known = self.trades.get(request.out_trade_no)
        if known is not None and known.state != TradeState.UNPAID:
            raise GatewayRefused("ORDERPAID" if known.state == TradeState.PAID else "ORDER_CLOSED", "no")
        self.trades[request.out_trade_no] = Trade(
            request.out_trade_no,
            TradeState.UNPAID,
            appid=self.appid_of(request.way),
            mchid=self.mchid,
            amount_fen=request.amount_fen,
            currency="CNY",
            openid=request.openid,
        )
        made = f"wx{len(self.requests):034d}"
        return {
            Way.JSAPI: made,
            Way.APP: made,
            Way.SCAN: made,
            Way.NATIVE: f"weixin://wxpay/bizpayurl?pr={made}",
        }.get(request.way, f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={made}&package=1")

    def client_parameters(self, prepay_id: str) -> dict[str, str]:
        """Parameters with nothing signed."""
        return {
            "appId": self.appid,
            "timeStamp": "1795219200",
            "nonceStr": "n",
            "package": f"prepay_id={prepay_id}",
            "signType": "RSA",
            "paySign": "fake",
        }

    def app_parameters(self, prepay_id: str) -> dict[str, str]:
        """A PayReq with nothing signed."""
        return {
            "appid": self.app_appid,
            "partnerid": self.mchid,
            "prepayid": prepay_id,
            "package": "Sign=WXPay",
            "noncestr": "n",
            "timestamp": "1795219200",
            "sign": "fake",
        }

    def query(self, out_trade_no: str) -> Trade:
        """What became of it."""
        self._answer()
        self.queries.append(out_trade_no)
        return self.trades.get(out_trade_no, Trade(out_trade_no, TradeState.UNKNOWN_NUMBER))

    def close(self, out_trade_no: str) -> None:
        """Close it, unless it is paid."""
        self._answer()
        if self.pays_before_closing:
            self.pay(out_trade_no)
        if self.trades[out_trade_no].state == TradeState.PAID:
            raise GatewayRefused("ORDERPAID", "paid")
        self.closed.append(out_trade_no)
        self.trades[out_trade_no] = replace(self.trades[out_trade_no], state=TradeState.CLOSED)

    def refund(self, request: RefundRequest) -> RefundNews:
        """Take it as WeChat does: the same number is the same refund, and no more than was paid."""
        self._answer()
        self.refund_requests.append(request)
        known = self.refunds.get(request.out_refund_no)
        if known is None:
            if self.refund_refusal:
                if self.refund_refusal in ("FREQUENCY_LIMITED", "SYSTEM_ERROR"):
                    raise GatewayUnreachable("busy", their_code=self.refund_refusal)
                raise GatewayRefused(self.refund_refusal, "refused")
            if request.amount_fen > request.total_fen - self.given_back(request.transaction_id):
                raise GatewayRefused("INVALID_REQUEST", "订单已全额退款")
            known = self.refunds[request.out_refund_no] = RefundNews(
                request.out_refund_no,
                RefundStatus.UNDER_WAY,
                refund_id=f"503{request.out_refund_no[-26:]}",
                out_trade_no=request.out_trade_no,
                transaction_id=request.transaction_id,
                amount_fen=request.amount_fen,
                total_fen=request.total_fen,
                payer_fen=request.amount_fen - self.coupon_fen,
                settled_fen=request.amount_fen - self.coupon_fen,
                received_account="支付用户零钱",
                created_at=clock.now(),
            )
        elif (known.amount_fen, known.total_fen) != (request.amount_fen, request.total_fen):
            raise GatewayRefused("INVALID_REQUEST", "与之前请求不一致")
        if self.forgets_to_answer:
            raise GatewayUnreachable("lost")
        return known

    def query_refund(self, out_refund_no: str, out_trade_no: str = "") -> RefundNews:
        """What became of it."""
        self._answer()
        self.refund_queries.append(out_refund_no)
        return self.refunds.get(out_refund_no, RefundNews(out_refund_no, RefundStatus.UNKNOWN_NUMBER))

    def resend_refund(self, *, refund_id: str, out_refund_no: str, card: BankCard) -> RefundNews:
        """An abnormal one is under way again."""
        self._answer()
        if self.refunds[out_refund_no].status != RefundStatus.ABNORMAL:
            raise GatewayRefused("INVALID_REQUEST", "not abnormal")
        self.resent.append(card)
        return self.turn_refund(out_refund_no, RefundStatus.UNDER_WAY)

    def turn_refund(self, number: str, status: RefundStatus, **differently: object) -> RefundNews:
        """The refund has come so far; `differently` changes what the gateway then says."""
        is_done = status == RefundStatus.DONE
        news = replace(self.refunds[number], status=status, succeeded_at=clock.now() if is_done else None)
        self.refunds[number] = replace(news, **differently)  # type: ignore[arg-type]
        return self.refunds[number]

    def given_back(self, transaction_id: str) -> int:
        """Fen that went back or are on their way."""
        mine = [each for each in self.refunds.values() if each.transaction_id == transaction_id]
        return sum(each.amount_fen for each in mine if each.status != RefundStatus.CLOSED)

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, *, came_at: datetime | None = None
    ) -> Trade | RefundNews | None:
        """The trade or refund named in the body; `forged` is refused."""
        if body == b"forged" or self.keys_are_wrong:
            raise SignatureInvalid("forged")
        number = body.decode()
        if number in self.refunds:
            return replace(self.refunds[number], mchid=self.mchid)
        return self.trades.get(number)

    def download_bill(self, kind: BillKind, day: date, target: IO[bytes]) -> str:
        """The bill that the test has written."""
        self._answer()
        self.bill_requests.append((kind, day))
        if self.bills_are_late:
            raise BillNotReady("late")
        if (kind, day) not in self.bills:
            raise BillAbsent("none")
        target.write(self.bills[kind, day])
        return sha1(self.bills[kind, day]).hexdigest()

    def refresh_keys(self) -> None:
        """Nothing to fetch."""

    def self_test(self, message: str) -> None:
        """Nothing follows: the tests send their notifications themselves."""
        self._answer()
        if self.refusal:
            raise GatewayRefused(self.refusal, "refused")
        self.self_tests.append(message)

    def has_keys(self) -> bool:
        """Always."""
        return True

    def pay(self, number: str, *, at: datetime | None = None, **differently: object) -> Trade:
        """The buyer pays; `differently` changes what the gateway then says."""
        trade = replace(
            self.trades[number],
            state=TradeState.PAID,
            transaction_id=f"42{len(number):02d}{abs(hash(number)) % 10**24:024d}",
            paid_at=at or clock.now(),
        )
        self.trades[number] = replace(trade, **differently)  # type: ignore[arg-type]
        return self.trades[number]

    def _answer(self) -> None:
        leave_database()
        if self.is_down:
            raise GatewayUnreachable("down")
