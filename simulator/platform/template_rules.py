"""The values of template messages and subscription notifications, and a small public library of templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call

Keyword = tuple[str, str]  # its name and its rule
DAY = r"\d{4}年(?:0?[1-9]|1[0-2])月(?:0?[1-9]|[12]\d|3[01])日"
CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
NO_CHINESE = re.compile(r"[^\u3400-\u9fff]{1,32}")
TIME = re.compile(rf"{CLOCK}|{DAY}(?: {CLOCK})?|{DAY} ?{CLOCK}~{DAY} ?{CLOCK}|{CLOCK}~{CLOCK}")
DATE = re.compile(rf"{DAY}(?: {CLOCK})?")
RULES: dict[str, Callable[[str], bool]] = {
    "thing": lambda text: len(text) <= 20,
    "number": lambda text: re.fullmatch(r"-?\d{1,32}(?:\.\d{1,32})?", text) is not None,
    "letter": lambda text: re.fullmatch(r"[A-Za-z]{1,32}", text) is not None,
    "symbol": lambda text: re.fullmatch(r"[^\w\s]{1,5}", text) is not None,
    "character_string": lambda text: NO_CHINESE.fullmatch(text) is not None,
    "time": lambda text: TIME.fullmatch(text) is not None,
    "date": lambda text: DATE.fullmatch(text) is not None,
    "amount": lambda text: re.fullmatch(r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?", text) is not None,
    "phone_number": lambda text: re.fullmatch(r"[\d+\- ]{1,17}", text) is not None,
    "car_number": lambda text: len(text) <= 8,
    "name": lambda text: len(text) <= (20 if text.isascii() else 10),
    "phrase": lambda text: re.fullmatch(r"[\u3400-\u9fff]{1,5}", text) is not None,
    "const": lambda text: len(text) <= 20,
}
KEY = re.compile(r"([a-z_]+?)(\d+)")


@dataclass(frozen=True, slots=True)
class Public:
    """A template anybody may take; its keywords are numbered from 1."""

    tid: int
    title: str
    keywords: tuple[Keyword, ...]

    def pick(self, numbers: list[int]) -> str:
        rows = [(number, *self.keywords[number - 1]) for number in numbers]
        return "".join(f"{name}:{{{{{rule}{number}.DATA}}}}\n" for number, name, rule in rows)


ORDER, GOODS = ("订单号", "character_string"), ("商品名称", "thing")
COMPANY, TRACKING = ("快递公司", "thing"), ("快递单号", "character_string")
LIBRARY = (
    Public(43216, "订单发货通知", (ORDER, GOODS, ("发货时间", "time"), COMPANY, TRACKING)),
    Public(43217, "订单支付成功通知", (ORDER, GOODS, ("支付金额", "amount"), ("支付时间", "time"))),
    Public(43219, "订单延迟发货通知", (ORDER, GOODS, ("延迟原因", "thing"), ("预计发货时间", "time"))),
    Public(43220, "商品问题处理通知", (ORDER, GOODS, ("处理办法", "thing"), ("客服电话", "phone_number"))),
    Public(43218, "退款到账通知", (ORDER, GOODS, ("退款金额", "amount"), ("退款原因", "thing"))),
    Public(401, "发货通知", (GOODS, ("快递单号", "character_string"), ("发货时间", "time"))),
    Public(402, "商品到货通知", (GOODS, ("商品价格", "amount"), ("到货时间", "time"), ("备注", "thing"))),
    Public(403, "订单待支付提醒", (GOODS, ("订单金额", "amount"), ("支付截止时间", "time"))),
    Public(404, "优惠券到期提醒", (("券名称", "thing"), ("到期时间", "time"), ("备注", "thing"))),
    Public(405, "预约提醒", (("预约内容", "thing"), ("预约时间", "time"), ("联系电话", "phone_number"))),
)


def public_template(number: Any) -> Public | None:
    text = str(number)
    return next((one for one in LIBRARY if str(one.tid) == text), None)


def read_data(call: Call, content: str, data: Any) -> list[dict[str, str]]:
    """Labels with values, in the order of the template. Raises: PlatformError 47003."""
    given = data if isinstance(data, dict) else {}
    rows = []
    for label, key in re.findall(r"([^\n]*?)[:：]?\{\{(\w+)\.DATA\}\}", content):
        cell = given.get(key)
        value = cell.get("value") if isinstance(cell, dict) else cell
        text = str(value) if isinstance(value, str | int | float) else ""
        found = KEY.fullmatch(key)
        rule = RULES.get(found[1] if found else "", lambda text: len(text) <= 200)
        if not text.strip() or not rule(text):
            call.verdicts.add(f"data.{key}", False, text[:40] or "缺少")
            raise PlatformError(47003, f"argument invalid! data.{key}.value invalid")
        rows.append({"label": label, "value": text})
    call.verdicts.add("data", True, f"{len(rows)} 个关键词")
    return rows
