"""WeChat's side of complaints for tests: a desk that keeps them in memory, and words to play the buyer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from app.core import clock
from app.core.db import leave_database
from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments.gateways.complaints import (
    ComplainedOrder,
    ComplaintFacts,
    ComplaintNotice,
    HistoryEntry,
    RefundAction,
    RefundDecision,
    TheirState,
    Words,
)

NUMBER = "200000020261121000000000017"


@dataclass
class FakeComplaintDesk:
    """Does what WeChat does. `is_lost` answers nothing after the effect, `is_down` before it."""

    complaints: dict[str, ComplaintFacts] = field(default_factory=dict)
    histories: dict[str, list[HistoryEntry]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: list[bytes] = field(default_factory=list)
    replies: list[Words] = field(default_factory=list)
    at_once: dict[str, Words] = field(default_factory=dict)
    listed: list[tuple[date, date, int]] = field(default_factory=list)
    address: str = ""
    page: int = 50
    is_down: bool = False
    is_lost: bool = False
    refusal: str = ""

    def complain(self, number: str = NUMBER, *, words: str = "一只杯子碎了", **facts: Any) -> ComplaintFacts:
        """A buyer complains."""
        given = {"detail": words, "problem": "商品破损", "problem_type": "REFUND", "wanted_fen": 590}
        given |= {
            "openid": "oTeaShop_0000000000000000001",
            "waits_for_us": True,
            "complained_at": clock.now(),
        }
        self.complaints[number] = ComplaintFacts(
            complaint_id=number, state=TheirState.PENDING, **(given | facts)
        )
        self.add(number, "USER_CREATE_COMPLAINT", words, operator="投诉人")
        return self.complaints[number]

    def about(self, out_trade_no: str) -> tuple[ComplainedOrder, ...]:
        return (ComplainedOrder("4200002611202611210000000017", out_trade_no, 7600),)

    def say(self, words: str, number: str = NUMBER, kind: str = "USER_RESPONSE") -> None:
        """The buyer says something more."""
        self.change(number, waits_for_us=True)
        self.add(number, kind, words, operator="投诉人")

    def change(self, number: str = NUMBER, **facts: Any) -> None:
        self.complaints[number] = replace(self.complaints[number], **facts)

    def add(self, number: str, kind: str, text: str = "", **more: Any) -> None:
        lines = self.histories.setdefault(number, [])
        log_id = f"{number[-6:]}{len(lines):06d}"
        lines.append(HistoryEntry(log_id=log_id, at=clock.now(), kind=kind, text=text, **more))

    def list_page(self, first: date, last: date, offset: int) -> tuple[list[ComplaintFacts], int]:
        self._answer()
        self.listed.append((first, last, offset))
        days = {number: _day(each.complained_at) for number, each in self.complaints.items()}
        rows = [each for number, each in self.complaints.items() if first <= days[number] <= last]
        return rows[offset : offset + self.page], len(rows)

    def get(self, complaint_id: str) -> ComplaintFacts:
        self._answer()
        if complaint_id not in self.complaints:
            raise GatewayRefused("RESOURCE_NOT_EXISTS", "投诉单不存在", http_status=404)
        return self.complaints[complaint_id]

    def history(self, complaint_id: str) -> list[HistoryEntry]:
        self._answer()
        return list(self.histories[complaint_id])

    def reply(self, complaint_id: str, words: Words) -> None:
        self._act()
        self.replies.append(words)
        self._say(complaint_id, words.text)

    def answer_at_once(self, complaint_id: str, words: Words, *, once: str) -> None:
        self._act()
        if once not in self.at_once:
            self.at_once[once] = words
            self._say(complaint_id, words.text)
        else:
            self._lose()

    def _say(self, complaint_id: str, text: str) -> None:
        if self.complaints[complaint_id].state == TheirState.PENDING:
            self.change(complaint_id, state=TheirState.PROCESSING)
        self.change(complaint_id, waits_for_us=False)
        self.add(complaint_id, "MERCHANT_RESPONSE", text, operator="小铺")
        self._lose()

    def decide_refund(self, complaint_id: str, decision: RefundDecision) -> None:
        self._act()
        is_yes = decision.action == RefundAction.APPROVE
        state = TheirState.PROCESSING if is_yes else TheirState.PROCESSED
        self.change(complaint_id, state=state, waits_for_us=False)
        kind = "MERCHANT_APPROVE_REFUND" if is_yes else "MERCHANT_REFUSE_RERUND"
        self.add(complaint_id, kind, decision.reason or decision.remark)
        self._lose()

    def complete(self, complaint_id: str) -> None:
        self._act()
        self.change(complaint_id, state=TheirState.PROCESSED, waits_for_us=False)
        self.add(complaint_id, "MERCHANT_CONFIRM_COMPLETE")
        self._lose()

    def upload_picture(self, data: bytes, mimetype: str) -> str:
        self._answer()
        self.uploads.append(data)
        return f"media{len(self.uploads)}"

    def download_picture(self, address: str, most: int) -> bytes:
        self._answer()
        if address not in self.files:
            raise GatewayRefused("NOT_FOUND", "", http_status=404)
        return self.files[address]

    def decrypt_phone(self, sealed: str) -> str:
        if not sealed.startswith("sealed:"):
            raise SignatureInvalid("another key")
        return sealed.removeprefix("sealed:")

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> ComplaintNotice | None:
        """A body is `<notification id>|<complaint id>`; `forged` is refused, `other` is another event."""
        if body == b"forged":
            raise SignatureInvalid("forged")
        if body == b"other":
            return None
        notification_id, _, number = body.decode().partition("|")
        return ComplaintNotice(notification_id, number, "USER_RESPONSE")

    def notify_address(self) -> str:
        self._act()
        return self.address

    def set_notify_address(self, url: str) -> None:
        self._answer()
        self.address = url

    def remove_notify_address(self) -> None:
        self._answer()
        self.address = ""

    def _answer(self) -> None:
        leave_database()
        if self.is_down:
            raise GatewayUnreachable("down")

    def _act(self) -> None:
        self._answer()
        if self.refusal:
            raise GatewayRefused(self.refusal, "不行")

    def _lose(self) -> None:
        if self.is_lost:
            raise GatewayUnreachable("lost")


def _day(at: datetime) -> date:
    return at.astimezone(clock.BEIJING).date()
