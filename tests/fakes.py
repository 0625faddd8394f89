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
from app.payments.gateways.contract import BillKind, PaymentRequest, Trade, TradeState


@dataclass
class FakeGateway:
    """A gateway that keeps its trades in a dict. A notification to it is the text of an out_trade_no."""

    name: str = "wechatpay_v3"
    appid: str = "wx5a1b2c3d4e5f6a7b"
    mchid: str = "1900000001"
    trades: dict[str, Trade] = field(default_factory=dict)
    requests: list[PaymentRequest] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    self_tests: list[str] = field(default_factory=list)
    bills: dict[tuple[BillKind, date], bytes] = field(default_factory=dict)
    bills_are_late: bool = False
    bill_requests: list[tuple[BillKind, date]] = field(default_factory=list)
    is_down: bool = False
    refusal: str = ""
    pays_before_closing: bool = False

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
            appid=self.appid,
            mchid=self.mchid,
            amount_fen=request.amount_fen,
            currency="CNY",
            openid=request.openid,
        )
        return f"wx{len(self.requests):034d}"

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

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> Trade | None:
        """The trade named in the body; `forged` is refused."""
        if body == b"forged":
            raise SignatureInvalid("forged")
        return self.trades.get(body.decode())

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
