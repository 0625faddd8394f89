"""Refunds of APIv3 as they stand on the wire: what we send, what comes back as an answer or a notification.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012791862 (2026-11-30)
"""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from flask_babel import gettext as _

from app.core.errors import GatewayUnreachable
from app.payments.gateways.apiv3_crypto import encrypt_field
from app.payments.gateways.apiv3_values import moment_of, part_of, text_of, whole_of
from app.payments.gateways.contract import BankCard, RefundNews, RefundRequest, RefundStatus

PATH = "/v3/refund/domestic/refunds"
REASON_BYTES = 80

_STATUSES = {
    "PROCESSING": RefundStatus.UNDER_WAY,
    "SUCCESS": RefundStatus.DONE,
    "ABNORMAL": RefundStatus.ABNORMAL,
    "CLOSED": RefundStatus.CLOSED,
}
_EVENTS = ("REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED")


def body_of(request: RefundRequest, *, notify_url: str) -> dict[str, Any]:
    """The same body for the same request, whenever it is written: WeChat compares it with the first one."""
    reason = reason_of(request.reason)
    return {
        "transaction_id": request.transaction_id,
        "out_refund_no": request.out_refund_no,
        **({"reason": reason} if reason else {}),
        "notify_url": notify_url,
        "amount": {"refund": request.amount_fen, "total": request.total_fen, "currency": "CNY"},
    }


def card_body_of(out_refund_no: str, card: BankCard, key: RSAPublicKey) -> dict[str, Any]:
    """Where an abnormal refund shall go instead."""
    return {
        "out_refund_no": out_refund_no,
        "type": "USER_BANK_CARD",
        "bank_type": card.bank_type,
        "bank_account": encrypt_field(key, card.number),
        "real_name": encrypt_field(key, card.holder),
    }


def reason_of(text: str) -> str:
    """What WeChat takes as a reason: at most 80 bytes of UTF-8, no character of four bytes, none cut in two."""
    plain = "".join(char for char in text if ord(char) <= 0xFFFF and char.isprintable()).strip()
    return plain.encode()[:REASON_BYTES].decode(errors="ignore").strip()


def is_refund(envelope: Mapping[str, Any]) -> bool:
    """Whether a notification tells of a refund."""
    kind = envelope["resource"].get("original_type", "refund")
    return envelope["event_type"] in _EVENTS and kind == "refund"


def read_refund(answer: Mapping[str, Any]) -> RefundNews:
    """An answer, which has a `status`, or a notification, which has a `refund_status`, the merchant and less else.

    Raises: GatewayUnreachable when it makes no sense.
    """
    try:
        amount = answer["amount"]
        return RefundNews(
            out_refund_no=text_of(answer, "out_refund_no"),
            status=_STATUSES[answer["refund_status"] if "refund_status" in answer else answer["status"]],
            refund_id=text_of(answer, "refund_id"),
            out_trade_no=text_of(answer, "out_trade_no"),
            transaction_id=text_of(answer, "transaction_id"),
            mchid=str(answer.get("mchid") or ""),
            amount_fen=whole_of(amount["refund"]),
            total_fen=whole_of(amount["total"]),
            payer_fen=part_of(amount.get("payer_refund"), amount["refund"]),
            settled_fen=part_of(amount.get("settlement_refund"), amount["refund"]),
            received_account=str(answer.get("user_received_account") or "")[:64],
            created_at=moment_of(answer.get("create_time")),
            succeeded_at=moment_of(answer.get("success_time")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GatewayUnreachable(_("微信支付的应答缺少内容")) from error
