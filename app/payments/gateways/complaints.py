"""What WeChat's complaints are to us, whoever carries them: no other gateway has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class TheirState(StrEnum):
    PENDING = "pending"  # nobody of the shop has answered
    PROCESSING = "processing"
    PROCESSED = "processed"


class RefundAction(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class ComplainedOrder:
    """A payment that a complaint is about."""

    transaction_id: str
    out_trade_no: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ComplaintFacts:
    """A complaint as WeChat describes it now. What a list leaves out is empty."""

    complaint_id: str
    state: TheirState
    complained_at: datetime
    detail: str
    problem: str
    problem_type: str = ""  # REFUND, SERVICE_NOT_WORK, OTHERS
    wanted_fen: int = 0  # what the buyer wants back
    orders: tuple[ComplainedOrder, ...] = ()
    openid: str = ""
    sealed_phone: str = field(default="", repr=False)  # for `decrypt_phone`
    pictures: tuple[str, ...] = ()  # addresses, for `download_picture`
    waits_for_us: bool = False
    is_fully_refunded: bool = False
    is_mediated: bool = False  # the platform has been asked to help
    is_served_at_once: bool = False  # he waits in a chat for an answer: `answer_at_once`
    times: int = 1  # how often this buyer has complained
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of what was said and done; `kind` is WeChat's own word."""

    log_id: str
    at: datetime
    kind: str
    operator: str = ""
    text: str = ""
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundDecision:
    """Whether we pay back, said to the buyer. It moves no money."""

    action: RefundAction
    days: int = 0  # working days until the refund begins; of an approval
    reason: str = ""  # of a rejection
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Jump:
    """A button under our words: to a page (`url`), or to a mini-program (`appid`, `path`)."""

    text: str
    url: str = ""
    appid: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What we say to a buyer: at least `text`."""

    text: str
    media_ids: tuple[str, ...] = ()
    jump: Jump | None = None


@dataclass(frozen=True, slots=True)
class ComplaintNotice:
    """A notification that something happened to a complaint."""

    notification_id: str
    complaint_id: str
    action: str  # WeChat's word; new ones may come


class ComplaintDesk(Protocol):
    """Where complaints are read and answered.

    Every call raises GatewayRefused for a no, GatewayUnreachable when the result is unknown. No call may be made
    inside a transaction.
    """

    def list_page(self, first: date, last: date, offset: int) -> tuple[list[ComplaintFacts], int]:
        """A page of what was complained of on these days (30 at most), and how many there are in all."""

    def get(self, complaint_id: str) -> ComplaintFacts:
        """One of them, whole."""

    def history(self, complaint_id: str) -> list[HistoryEntry]:
        """All that was said and done."""

    def reply(self, complaint_id: str, words: Words) -> None:
        """Say something to the buyer. The same twice is said twice."""

    def answer_at_once(self, complaint_id: str, words: Words, *, once: str) -> None:
        """Say it into the chat in which he waits; the same `once` (128 characters at most) is said once."""

    def decide_refund(self, complaint_id: str, decision: RefundDecision) -> None:
        """Tell the buyer whether he gets his money back."""

    def complete(self, complaint_id: str) -> None:
        """Say that it is dealt with."""

    def upload_picture(self, data: bytes, mimetype: str) -> str:
        """Hand in a JPEG or PNG of at most 2 MB; returns its media_id."""

    def download_picture(self, address: str, most: int) -> bytes:
        """A picture that WeChat named, of at most `most` bytes."""

    def decrypt_phone(self, sealed: str) -> str:
        """The number. Raises: SignatureInvalid when it was closed for another key."""

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> ComplaintNotice | None:
        """Verify, decrypt and read; None for another kind of event. Raises: SignatureInvalid."""

    def notify_address(self) -> str:
        """Where notifications go now; empty when nowhere."""

    def set_notify_address(self, url: str) -> None:
        """Have them sent here, in place of where they went."""

    def remove_notify_address(self) -> None:
        """Have none sent any more."""
