"""What a refund request may contain, which payments allow it, and where an abnormal one may go.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012791862
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.crypto import payments
from simulator.pay.errors import PayError, param_error

if TYPE_CHECKING:
    from simulator.engine import Engine

OUT_REFUND_NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
REASON_BYTES = 80
ONE_YEAR_SECONDS = 365 * 86_400
MOST_REFUNDS = 50
BETWEEN_TWO_SECONDS = 60
BANK_TYPES = (
    *(
        "CMB_DEBIT",
        "COMM_DEBIT",
        "ABC_DEBIT",
        "CCB_DEBIT",
        "ICBC_DEBIT",
        "BOC_DEBIT",
        "PAB_DEBIT",
        "SPDB_DEBIT",
    ),
    *("CITIC_DEBIT", "CEB_DEBIT", "CMBC_DEBIT", "CIB_DEBIT", "GDB_DEBIT", "PSBC_DEBIT", "NBCB_DEBIT"),
)


def check_refund(body: dict[str, Any]) -> None:
    """Raises: PayError PARAM_ERROR with the field that is wrong."""
    number = body.get("out_refund_no")
    if not isinstance(number, str) or not OUT_REFUND_NO.fullmatch(number):
        raise param_error("/out_refund_no", number, "1 to 64 of digits, letters and _-|*@")
    names = [name for name in ("transaction_id", "out_trade_no") if body.get(name)]
    if not names or not all(isinstance(body[name], str) for name in names):
        raise param_error("/transaction_id", None, "transaction_id or out_trade_no is required")
    reason = body.get("reason")
    if reason is not None and (not isinstance(reason, str) or not reason):
        raise param_error("/reason", reason, "must be a text")
    if reason and (len(reason.encode()) > REASON_BYTES or any(ord(char) > 0xFFFF for char in reason)):
        raise param_error("/reason", reason, "at most 80 bytes, no characters of four bytes")
    url = body.get("notify_url")
    if url is not None and not (isinstance(url, str) and re.fullmatch(r"https?://[^\s?#]{1,248}", url)):
        raise param_error("/notify_url", url, "must be an http(s) address without a query string")
    _check_amount(body.get("amount"))


def _check_amount(amount: Any) -> None:
    if not isinstance(amount, dict):
        raise param_error("/amount", amount, "is required and must be an object")
    for name in ("refund", "total"):
        value = amount.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise param_error(f"/amount/{name}", value, "must be an integer of fen, at least 1")
    if amount.get("currency") != "CNY":
        raise param_error("/amount/currency", amount.get("currency"), "must be CNY")


def check_order(
    order: dict[str, Any], body: dict[str, Any], refunds: list[dict[str, Any]], now: float
) -> None:
    """Raises: PayError where this payment does not allow it. `refunds`: those it has already."""
    amount, held = body["amount"], [each for each in refunds if each["status"] != "CLOSED"]
    if amount["total"] != order["amount_fen"]:
        raise PayError(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    left = order["amount_fen"] - sum(each["amount_fen"] for each in held)
    if left <= 0:
        raise PayError(400, "INVALID_REQUEST", "订单已全额退款")
    if amount["refund"] > left:
        raise PayError(400, "INVALID_REQUEST", "退款金额大于可退金额")
    if now - order["paid_at"] > ONE_YEAR_SECONDS:
        raise PayError(400, "INVALID_REQUEST", "订单已超过可退款期限（一年）")
    if len(held) >= MOST_REFUNDS:
        raise PayError(400, "INVALID_REQUEST", "部分退款次数超过 50 次")
    if any(now - each["created_at"] < BETWEEN_TWO_SECONDS for each in held):
        raise PayError(429, "FREQUENCY_LIMITED", "同一笔订单的两次部分退款要间隔 1 分钟")


def check_card(engine: Engine, body: dict[str, Any]) -> str:
    """Where an abnormal refund goes now, in words. Raises: PayError."""
    if body.get("type") == "MERCHANT_BANK_CARD":
        return "商户结算银行账户"
    if body.get("type") != "USER_BANK_CARD":
        raise param_error("/type", body.get("type"), "USER_BANK_CARD or MERCHANT_BANK_CARD")
    if body.get("bank_type") not in BANK_TYPES:
        raise param_error("/bank_type", body.get("bank_type"), "only debit cards of the listed banks")
    plain = {}
    for name in ("bank_account", "real_name"):
        try:
            plain[name] = payments.decrypt_field(str(body.get(name)), engine.settings.wechatpay.private_key)
        except ValueError as error:
            raise param_error(f"/{name}", "…", "cannot be decrypted with our key") from error
    if not re.fullmatch(r"\d{12,19}", plain["bank_account"]):
        raise param_error("/bank_account", "…", "12 to 19 digits")
    if not plain["real_name"].strip():
        raise param_error("/real_name", "…", "is required")
    return f"{body['bank_type'].removesuffix('_DEBIT')}借记卡{plain['bank_account'][-4:]}"
