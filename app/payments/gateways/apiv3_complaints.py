"""Complaints over APIv3 (消费者投诉 2.0), spoken through the same transport as payments.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012467250 (2026-11-30)
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from flask_babel import gettext as _

from app.core.db import leave_database
from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments.gateways import apiv3_crypto as crypto
from app.payments.gateways.apiv3_complaint_facts import read_complaint, read_entry
from app.payments.gateways.apiv3_complaint_words import message_body, reply_body
from app.payments.gateways.apiv3_keys import VerificationKeys
from app.payments.gateways.apiv3_transport import Apiv3Transport
from app.payments.gateways.complaints import (
    ComplaintFacts,
    ComplaintNotice,
    HistoryEntry,
    RefundAction,
    RefundDecision,
    Words,
)

BASE = "/v3/merchant-service"
PAGE = 50
HISTORY_PAGE = 300
MOST_HISTORY = 3000  # entries; a talk of that length is read no further
UNKNOWN_IDS = ("NOT_FOUND", "RESOURCE_NOT_EXISTS")
EVENTS = ("COMPLAINT.CREATE", "COMPLAINT.STATE_CHANGE")
_PICTURE = re.compile(r"https?://[^/]+/v3/merchant-service/images/([^/?#]+)$")


class Apiv3Complaints:
    """A ComplaintDesk (see `complaints`)."""

    def __init__(
        self, mchid: str, apiv3_keys: tuple[str, ...], *, transport: Apiv3Transport, keys: VerificationKeys
    ) -> None:
        self._mchid, self._apiv3_keys = mchid, apiv3_keys
        self._transport, self._keys = transport, keys

    def list_page(self, first: date, last: date, offset: int) -> tuple[list[ComplaintFacts], int]:
        """GET /complaints-v2; what makes no sense raises as if there had been no answer."""
        query = f"limit={PAGE}&offset={offset}&begin_date={first}&end_date={last}"
        answer = self._call("GET", f"/complaints-v2?{query}&complainted_mchid={self._mchid}")
        rows = [read_complaint(row) for row in _rows(answer)]
        return rows, _total(answer, len(rows))

    def get(self, complaint_id: str) -> ComplaintFacts:
        """GET /complaints-v2/{id}."""
        return read_complaint(self._call("GET", _path(complaint_id)))

    def history(self, complaint_id: str) -> list[HistoryEntry]:
        """GET …/negotiation-historys, page by page."""
        entries: list[HistoryEntry] = []
        while len(entries) < MOST_HISTORY:
            query = f"limit={HISTORY_PAGE}&offset={len(entries)}"
            answer = self._call("GET", f"{_path(complaint_id)}/negotiation-historys?{query}")
            rows = [read_entry(row) for row in _rows(answer)]
            entries += rows
            if not rows or len(entries) >= _total(answer, len(rows)):
                break
        return entries

    def reply(self, complaint_id: str, words: Words) -> None:
        """POST …/response."""
        self._call("POST", f"{_path(complaint_id)}/response", reply_body(self._mchid, words))

    def answer_at_once(self, complaint_id: str, words: Words, *, once: str) -> None:
        """POST …/response-immediate-service."""
        body = message_body(self._mchid, words, once)
        self._call("POST", f"{_path(complaint_id)}/response-immediate-service", body)

    def decide_refund(self, complaint_id: str, decision: RefundDecision) -> None:
        """POST …/update-refund-progress."""
        body: dict[str, Any] = {"action": decision.action.value.upper()}
        if decision.action == RefundAction.APPROVE:
            body["launch_refund_day"] = decision.days
        else:
            body["reject_reason"] = decision.reason
        if decision.remark:
            body["remark"] = decision.remark
        self._call("POST", f"{_path(complaint_id)}/update-refund-progress", body)

    def complete(self, complaint_id: str) -> None:
        """POST …/complete."""
        self._call("POST", f"{_path(complaint_id)}/complete", {"complainted_mchid": self._mchid})

    def upload_picture(self, data: bytes, mimetype: str) -> str:
        """POST /images/upload."""
        self._prepare()
        name = "picture.png" if mimetype == "image/png" else "picture.jpg"
        answer = self._transport.upload(f"{BASE}/images/upload", name=name, data=data, mimetype=mimetype)
        media_id = answer.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise GatewayUnreachable(_("微信支付的应答缺少内容"))
        return media_id

    def download_picture(self, address: str, most: int) -> bytes:
        """GET /images/{media_id}, at our gateway's own host whatever host the address names."""
        found = _PICTURE.fullmatch(address)
        if found is None:
            raise GatewayRefused("STRANGE_ADDRESS", "")
        data = bytearray()
        with self._transport.open_file(self._transport.at_our_host(f"{BASE}/images/{found[1]}")) as pieces:
            for piece in pieces:
                data += piece
                if len(data) > most:
                    raise GatewayRefused("TOO_LARGE", "")
        return bytes(data)

    def decrypt_phone(self, sealed: str) -> str:
        """RSA-OAEP with the key of the merchant's certificate."""
        return self._transport.decrypt_field(sealed)

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> ComplaintNotice | None:
        """Verify, then decrypt, then read."""
        self._transport.verify(dict(headers), body)
        try:
            envelope = json.loads(body)
            if envelope["event_type"] not in EVENTS:
                return None
            content = json.loads(crypto.open_resource(self._apiv3_keys, envelope["resource"]))
            complaint_id, action = content["complaint_id"], str(content.get("action_type") or "")
            if not isinstance(complaint_id, str) or not 0 < len(complaint_id) <= 64:
                raise SignatureInvalid("the notification names no complaint")
            return ComplaintNotice(str(envelope.get("id") or "")[:64], complaint_id, action[:60])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SignatureInvalid("the notification is signed but cannot be read") from error

    def notify_address(self) -> str:
        """GET /complaint-notifications; none is a 404."""
        try:
            return str(self._call("GET", "/complaint-notifications").get("url") or "")
        except GatewayRefused as error:
            if error.their_http_status == 404 or error.their_code in UNKNOWN_IDS:
                return ""
            raise

    def set_notify_address(self, url: str) -> None:
        """POST where there is none, else PUT."""
        known = self.notify_address()
        if known != url:
            self._call("PUT" if known else "POST", "/complaint-notifications", {"url": url})

    def remove_notify_address(self) -> None:
        """DELETE; where there is none, that is what was wanted."""
        try:
            self._call("DELETE", "/complaint-notifications")
        except GatewayRefused as error:
            if error.their_http_status != 404 and error.their_code not in UNKNOWN_IDS:
                raise

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        self._prepare()
        return self._transport.call(method, BASE + path, body)

    def _prepare(self) -> None:
        leave_database()
        if not self._keys.current():
            self._keys.download(self._transport.send)


def _path(complaint_id: str) -> str:
    return f"/complaints-v2/{quote(complaint_id, safe='')}"


def _rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    rows = answer.get("data")
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise GatewayUnreachable(_("微信支付的应答缺少内容"))
    return rows


def _total(answer: dict[str, Any], read: int) -> int:
    total = answer.get("total_count")
    return total if isinstance(total, int) and not isinstance(total, bool) else read
