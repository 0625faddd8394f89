"""The complaints of WeChat Pay's buyers: what was said, in which state each is, the pictures that go with it."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any

from simulator.clock import iso
from simulator.crypto import payments

if TYPE_CHECKING:
    from simulator.engine import Engine

PENDING, PROCESSING, PROCESSED = "PENDING", "PROCESSING", "PROCESSED"
BUYER, SYSTEM = "投诉人", "系统"
PHONE = "13800001234"
PROBLEMS = {"REFUND": "申请退款", "SERVICE_NOT_WORK": "服务未生效", "OTHERS": "其他问题"}


class Complaints:
    def __init__(self, engine: Engine) -> None:
        self._engine, self._store = engine, engine.store

    # -- looking

    def find(self, complaint_id: str) -> dict[str, Any] | None:
        self._end_when_paid_back(complaint_id)
        return self._store.find("complaints", complaint_id)

    def list(self) -> list[dict[str, Any]]:
        """The newest first."""
        rows = [self.find(row["complaint_id"]) for row in self._store.all("complaints")]
        return sorted((row for row in rows if row), key=lambda row: -row["number"])

    # -- the buyer

    def open(
        self,
        order: dict[str, Any],
        *,
        text: str,
        problem: str,
        wanted_fen: int,
        picture: bytes,
        at_once: bool = False,
    ) -> str:
        """A buyer complains about what he has paid; answers the complaint's id."""
        now, number = self._engine.clock.now(), self._store.number("complaint")
        complaint_id = f"2000000{iso(now)[:10].replace('-', '')}{number:012d}"
        times = 1 + sum(row["openid"] == order["openid"] for row in self._store.all("complaints"))
        complaint = {
            "complaint_id": complaint_id,
            "number": number,
            "openid": order["openid"],
            "out_trade_no": order["out_trade_no"],
            "transaction_id": order["transaction_id"],
            "amount_fen": order["amount_fen"],
            "detail": text,
            "problem_type": problem,
            "wanted_fen": wanted_fen if problem == "REFUND" else 0,
            "times": times,
            "state": PENDING,
            "waits": True,
            "approved": False,
            "at_once": at_once,
            "phone": PHONE,
            "pictures": [self.keep_picture(picture, "image/png")] if picture else [],
            "created_at": now,
            "history": [],
            "notifications": [],
        }
        self._keep(complaint)
        self.add(complaint_id, "USER_CREATE_COMPLAINT", BUYER, text, complaint["pictures"])
        self._engine.complaint_notifier.schedule(complaint_id, "COMPLAINT.CREATE", "CREATE_COMPLAINT")
        return complaint_id

    def speak(self, complaint_id: str, text: str, picture: bytes) -> None:
        """The buyer says more; about one that is over he complains again."""
        complaint = self._store.find("complaints", complaint_id) or {}
        pictures = [self.keep_picture(picture, "image/png")] if picture else []
        goes_on = complaint["state"] == PROCESSED
        kind = "USER_CONTINUE_COMPLAINT" if goes_on else "USER_RESPONSE"
        if goes_on:
            state = self._engine.faults.take("complaint_continued")
            self.change(complaint_id, state=state, times=complaint["times"] + 1, approved=False)
        self.change(complaint_id, waits=True)
        self.add(complaint_id, kind, BUYER, text, pictures)
        action = "CONTINUE_COMPLAINT" if goes_on else "USER_RESPONSE"
        self._engine.complaint_notifier.schedule(complaint_id, "COMPLAINT.STATE_CHANGE", action)

    # -- the merchant

    def answer(
        self,
        complaint_id: str,
        kind: str,
        text: str,
        *,
        pictures: list[str],
        line: dict[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        """The merchant says or does something; `line` is what else its line of the history holds."""
        self.change(complaint_id, waits=False, **changes)
        self.add(complaint_id, kind, self._engine.settings.account.name, text, pictures, **(line or {}))

    def add(
        self, complaint_id: str, kind: str, operator: str, text: str, pictures: list[str], **more: Any
    ) -> None:
        """A line of the history."""
        with self._store.lock:
            complaint = self._store.find("complaints", complaint_id) or {}
            number = self._store.number("complaint_log")
            line = {
                "log_id": f"3000000{iso(self._engine.clock.now())[:10].replace('-', '')}{number:012d}",
                "operator": operator,
                "at": self._engine.clock.now(),
                "kind": kind,
                "text": text,
                "pictures": pictures,
                **more,
            }
            self.change(complaint_id, history=[*complaint["history"], line])

    def change(self, complaint_id: str, **changes: Any) -> dict[str, Any]:
        complaint = self._store.change("complaints", complaint_id, **changes)
        self._engine.events.publish("complaints", complaint_id=complaint_id, state=complaint["state"])
        return complaint

    def note_try(self, complaint_id: str, entry: dict[str, Any]) -> None:
        with self._store.lock:
            complaint = self._store.find("complaints", complaint_id)
            if complaint is not None:
                self.change(complaint_id, notifications=[*complaint["notifications"], entry])

    # -- pictures

    def keep_picture(self, data: bytes, mimetype: str) -> str:
        media_id = f"ChsyMDAw{secrets.token_urlsafe(24)}"
        row = {"mimetype": mimetype, "data": base64.b64encode(data).decode()}
        self._store.put("complaint_pictures", media_id, row)
        return media_id

    def find_picture(self, media_id: str) -> bytes | None:
        row = self._store.find("complaint_pictures", media_id)
        return base64.b64decode(row["data"]) if row else None

    # -- inside

    def _keep(self, complaint: dict[str, Any]) -> None:
        self._store.put("complaints", complaint["complaint_id"], complaint)
        self._engine.events.publish("complaints", complaint_id=complaint["complaint_id"], state=PENDING)

    def _end_when_paid_back(self, complaint_id: str) -> None:
        """A complaint whose refund was agreed to is over when the money has arrived; seen when somebody looks."""
        with self._store.lock:
            complaint = self._store.find("complaints", complaint_id)
            if complaint is None or not complaint["approved"] or complaint["state"] == PROCESSED:
                return
            if paid_back(self._engine, complaint) < (complaint["wanted_fen"] or 1):
                return
            self.change(complaint_id, state=PROCESSED, waits=False)
            self.add(complaint_id, "COMPLAINT_REFUND_RECEIVED_SYSTEM_MESSAGE", SYSTEM, "退款已到账", [])
        self._engine.complaint_notifier.schedule(complaint_id, "COMPLAINT.STATE_CHANGE", "REFUND_SUCCESS")


def paid_back(engine: Engine, complaint: dict[str, Any]) -> int:
    """What the buyer has back of the payment he complains about, in fen."""
    refunds = engine.refunds.of_order(complaint["out_trade_no"])
    return sum(refund["amount_fen"] for refund in refunds if refund["status"] == "SUCCESS")


def as_complaint(engine: Engine, complaint: dict[str, Any], *, is_whole: bool) -> dict[str, Any]:
    """As the merchant's API tells it; `is_whole` of one that was asked for by its id."""
    order = {
        "transaction_id": complaint["transaction_id"],
        "out_trade_no": complaint["out_trade_no"],
        "amount": complaint["amount_fen"],
    }
    said: dict[str, Any] = {
        "complaint_id": complaint["complaint_id"],
        "complaint_time": iso(complaint["created_at"]).replace("+08:00", ".120+08:00"),
        "complaint_detail": complaint["detail"],
        "complaint_state": complaint["state"],
        "complainted_mchid": engine.settings.merchant.mchid,
        "payer_phone": payments.encrypt_field(complaint["phone"], engine.settings.merchant.public_key),
        "complaint_order_info": [order],
        "complaint_full_refunded": paid_back(engine, complaint) >= complaint["amount_fen"],
        "incoming_user_response": complaint["waits"],
        "problem_description": PROBLEMS[complaint["problem_type"]],
        "problem_type": complaint["problem_type"],
        "user_tag_list": ["TRUSTED"],
        "user_complaint_times": complaint["times"],
        "in_platform_service": False,
        "need_immediate_service": bool(complaint.get("at_once")) and complaint["state"] != PROCESSED,
        "is_agent_mode": False,
    }
    if complaint["problem_type"] == "REFUND":
        said["apply_refund_amount"] = complaint["wanted_fen"]
    if complaint["pictures"]:
        said["complaint_media_list"] = [_media(engine, complaint["pictures"])]
    return {**said, "payer_openid": complaint["openid"]} if is_whole else said


def as_line(engine: Engine, line: dict[str, Any]) -> dict[str, Any]:
    """A line of the history as the merchant's API tells it."""
    said: dict[str, Any] = {
        "log_id": line["log_id"],
        "operator": line["operator"],
        "operate_time": iso(line["at"]),
        "operate_type": line["kind"],
        "operate_details": line["text"],
        "image_list": [],
    }
    if line.get("once"):
        blocks = [{"type": "TEXT", "text": {"text": line["text"]}}]
        said |= {"operate_details": "", "normal_message": {"blocks": blocks, "sender_identity": "MANUAL"}}
    if line["pictures"]:
        media = _media(engine, line["pictures"])
        said["complaint_media_list"] = [media] if engine.faults.peek("complaint_media") == "array" else media
    return said


def _media(engine: Engine, media_ids: list[str]) -> dict[str, Any]:
    base = f"{engine.settings.base}/v3/merchant-service/images/"
    return {
        "media_type": "USER_COMPLAINT_IMAGE",
        "media_url": [f"{base}{media_id}" for media_id in media_ids],
    }
