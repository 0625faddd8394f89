"""What the address of a pay page must ask for (https://opendocs.alipay.com/open/59da99d0_alipay.trade.page.pay)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.alipay.wire import AlipayError, read_time, read_yuan

if TYPE_CHECKING:
    from simulator.engine import Engine

PAGES = {"alipay.trade.page.pay": "电脑网站支付", "alipay.trade.wap.pay": "手机网站支付"}
PRODUCTS = {
    "alipay.trade.page.pay": ("FAST_INSTANT_TRADE_PAY",),
    "alipay.trade.wap.pay": ("QUICK_WAP_WAY", "QUICK_WAP_PAY"),  # both are in use
}
OUT_TRADE_NO = re.compile(r"[0-9A-Za-z_]{1,64}")
FORBIDDEN = re.compile(r"[/=&]")
LONGEST_SUBJECT = 256
DAYS_15 = 15 * 86_400


def check_payment(
    engine: Engine, method: str, content: dict[str, Any], fields: dict[str, str]
) -> dict[str, Any]:
    """What the page needs to know. Raises: AlipayError."""
    number, subject = content.get("out_trade_no"), content.get("subject")
    if not isinstance(number, str) or not OUT_TRADE_NO.fullmatch(number):
        raise _wrong("out_trade_no")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or FORBIDDEN.search(subject):
        raise _wrong("subject")
    if content.get("product_code") not in PRODUCTS[method]:
        raise _wrong("product_code")
    life = DAYS_15
    if content.get("time_expire") is not None:  # by the shop's clock, as it was written
        life = int(read_time("time_expire", content["time_expire"]) - engine.clock.wall())
    if life <= 0:
        raise AlipayError("ACQ.TRADE_HAS_CLOSE", "交易已超过付款时间")
    for name in ("notify_url", "return_url"):
        if fields.get(name) and not re.fullmatch(r"https?://\S{4,250}", fields[name]):
            raise _wrong(name)
    return {
        "method": method,
        "out_trade_no": number,
        "subject": subject,
        "amount_fen": read_yuan("total_amount", content.get("total_amount")),
        "expires_at": engine.clock.now() + life,
        "notify_url": fields.get("notify_url", ""),
        "return_url": fields.get("return_url", ""),
        "quit_url": str(content.get("quit_url") or ""),
    }


def _wrong(name: str) -> AlipayError:
    return AlipayError("ACQ.INVALID_PARAMETER", f"参数无效：{name}")
