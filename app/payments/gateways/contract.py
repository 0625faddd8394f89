"""What every payment gateway can do. The shop knows gateways only by this; each passes the same tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import IO, Protocol


class TradeState(StrEnum):
    """What a gateway says of a payment, in words of ours."""

    PAID = "paid"
    UNPAID = "unpaid"
    CLOSED = "closed"
    UNKNOWN_NUMBER = "unknown_number"  # the gateway has never heard of it


class BillKind(StrEnum):
    """What a gateway writes down of a day."""

    TRADE = "trade"  # payments and refunds with their fees
    FUNDS = "funds"  # what moved on the merchant's account


class Way(StrEnum):
    """Where the buyer stands when he pays."""

    JSAPI = "jsapi"  # a page inside WeChat: he alone can pay
    NATIVE = "native"  # WeChat's scanner, pointed at a QR code: whoever scans it pays
    SCAN = "scan"  # WeChat's scanner, pointed at a product's static code: WeChat asks us, and we answer it
    H5 = "h5"  # a browser on a phone outside WeChat, which opens it
    PAGE = "page"  # a browser on a computer: Alipay's own page
    WAP = "wap"  # a browser on a phone: Alipay's own page, or its app
    APP = "app"  # the merchant's own app, whose SDK opens WeChat


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What we ask a gateway to let the buyer pay. The same request may be made again with no harm."""

    out_trade_no: str
    description: str
    amount_fen: int
    expires_at: datetime
    way: Way = Way.JSAPI
    openid: str = ""  # JSAPI: who alone may pay
    client_ip: str = ""  # H5: of the browser that will open WeChat
    product_id: str = ""  # SCAN: what the static code says
    return_url: str = ""  # PAGE, WAP: where the browser goes afterwards; proves nothing


@dataclass(frozen=True, slots=True)
class Trade:
    """A payment as the gateway tells it, its signature verified. `amount_fen` is what we asked for."""

    out_trade_no: str
    state: TradeState
    appid: str = ""
    mchid: str = ""
    transaction_id: str = ""
    amount_fen: int = 0
    currency: str = ""
    openid: str = ""
    paid_at: datetime | None = None
    refund_no: str = ""  # of a refund the news is about, too; its sum has to be asked for


class RefundStatus(StrEnum):
    """What a gateway says of a refund, in words of ours."""

    UNDER_WAY = "under_way"
    DONE = "done"
    ABNORMAL = "abnormal"  # the buyer's card or wallet does not take it
    CLOSED = "closed"  # it will not happen, and no money moved
    UNKNOWN_NUMBER = "unknown_number"  # the gateway has never heard of it


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What we ask a gateway to give back of one payment. The same request may be made again with no harm."""

    out_refund_no: str
    out_trade_no: str
    transaction_id: str
    amount_fen: int
    total_fen: int  # of the payment
    reason: str


@dataclass(frozen=True, slots=True)
class RefundNews:
    """A refund as the gateway tells it, its signature verified.

    `mchid` is empty where the gateway leaves it out, `refund_id` where it has no number of its own for a refund.
    `payer_fen` of it come back to the buyer and `settled_fen` leave the merchant's account: less than `amount_fen`
    where a coupon of WeChat's had paid a part; None where it is not told.
    """

    out_refund_no: str
    status: RefundStatus
    refund_id: str = ""
    out_trade_no: str = ""
    transaction_id: str = ""
    mchid: str = ""
    amount_fen: int = 0
    total_fen: int = 0
    payer_fen: int | None = None
    settled_fen: int | None = None
    received_account: str = ""
    created_at: datetime | None = None
    succeeded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BankCard:
    """A debit card of the buyer. Goes to the gateway encrypted; is kept, logged and shown nowhere."""

    bank_type: str
    number: str = field(repr=False)
    holder: str = field(repr=False)


class Gateway(Protocol):
    """One way for money to come in and to go back.

    Every method may raise GatewayUnreachable (result unknown: ask again with the same numbers) and
    GatewayRefused (final). None of them is called inside a transaction.
    """

    name: str
    mchid: str

    def appid_of(self, way: Way) -> str:
        """The AppID that a payment of this way is ordered under; empty where the shop has none for it."""

    def create(self, request: PaymentRequest) -> str:
        """Make the payment known; repeating it returns a current answer.

        Returns what it is paid with: JSAPI, APP and SCAN the prepay_id, Native the text of the QR code (code_url),
        H5 the address that opens WeChat (h5_url), PAGE and WAP the signed address of Alipay's page, good until
        `expires_at`.
        """

    def client_parameters(self, prepay_id: str) -> dict[str, str]:
        """What the page hands to WeChat to open the pay sheet; signed afresh at each call."""

    def app_parameters(self, prepay_id: str) -> dict[str, str]:
        """What the merchant's app hands to WeChat's SDK as a PayReq; signed afresh at each call."""

    def query(self, out_trade_no: str) -> Trade:
        """Ask what has become of a payment."""

    def close(self, out_trade_no: str) -> None:
        """Make sure that nobody can start paying any more; closing what is closed is no error."""

    def refund(self, request: RefundRequest) -> RefundNews:
        """Ask for money to go back. Repeating it, with the same number and content, is the same refund."""

    def query_refund(self, out_refund_no: str, out_trade_no: str = "") -> RefundNews:
        """Ask what has become of a refund; Alipay wants the number of its payment, too."""

    def resend_refund(self, *, refund_id: str, out_refund_no: str, card: BankCard) -> RefundNews:
        """Send an abnormal refund on to a card of the buyer."""

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, *, came_at: datetime | None = None
    ) -> Trade | RefundNews | None:
        """What a notification says of a payment or a refund; None when it is genuine but of another kind.

        `came_at`: for one that was kept; its signature is held to the moment at which it came.
        Raises: SignatureInvalid when it does not prove where it comes from.
        """

    def download_bill(self, kind: BillKind, day: date, target: IO[bytes]) -> str:
        """Write the bill of a Beijing day into `target` as it comes, packed or plain; returns the SHA-1 of its text.

        Nothing that was written counts when this raises. Raises: BillAbsent, BillNotReady, GatewayError.
        """

    def refresh_keys(self) -> None:
        """Renew what answers are verified with, where that changes by itself. Raises: GatewayError."""

    def self_test(self, message: str) -> None:
        """Ask the gateway to send a signed test notification, which is kept and changes nothing."""

    def has_keys(self) -> bool:
        """Whether an answer could be verified now."""
