"""What a coupon of WeChat Pay's makes of a payment and its refunds; nobody pays it to the merchant (免充值代金券)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def take_off(switch: str, amount_fen: int) -> int:
    """What the coupon of this switch takes off a payment; the buyer pays a fen at least."""
    return 0 if switch == "off" else min(int(switch), amount_fen - 1)


def coupon_of(document: dict[str, Any]) -> int:
    """Its part of a payment or a refund, in fen."""
    return int(document.get("coupon_fen") or 0)


def money_of(document: dict[str, Any]) -> int:
    """What the buyer pays, or gets back; the merchant's account moves by as much."""
    return int(document["amount_fen"]) - coupon_of(document)


def share_of(order: dict[str, Any], refund_fen: int, others: Iterable[dict[str, Any]]) -> int:
    """What of a refund goes back to the coupon: all refunds of a payment together bring all of it back."""
    before = [each for each in others if each["status"] != "CLOSED"]
    back_fen = sum(each["amount_fen"] for each in before) + refund_fen
    due_fen = coupon_of(order) * back_fen // order["amount_fen"] - sum(map(coupon_of, before))
    return max(0, min(due_fen, refund_fen))
