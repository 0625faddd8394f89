"""The keywords of a template: what stands behind each, and what WeChat takes there.

Source: https://developers.weixin.qq.com/doc/service/api/notify/notify/api_sendnewsubscribemsg.html
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import InputInvalid
from app.core.money import format_yuan
from app.notice_templates.purposes import ABOUT_ORDERS, BY_ORDERS, Purpose

FIXED = "fixed:"  # what follows stands there always
LONGEST_THING = 20


class Source(StrEnum):
    """What fills a keyword when it is sent."""

    GOODS = "goods"  # the product's title
    WORDS = "words"  # the merchant's words of this message
    PRICE = "price"  # the product's; or the sum that was paid or goes back
    NOW = "now"  # when it is sent; or when it was paid, left or arrived
    ORDER = "order"  # the number of his order
    CARRIER = "carrier"
    TRACKING = "tracking"  # the parcel's number
    REASON = "reason"  # why money goes back
    ACCOUNT = "account"  # where it goes


@dataclass(frozen=True, slots=True)
class Keyword:
    """One line of a template. `key`: `thing1`, WeChat's rule for the value and a number."""

    key: str
    label: str

    @property
    def rule(self) -> str:
        """Which values WeChat takes: `thing`, `amount` …"""
        return self.key.rstrip("0123456789")


@dataclass(frozen=True, slots=True)
class Facts:
    """What one message knows; empty is what it is not about."""

    goods: str
    words: str
    price_fen: int
    at: datetime  # aware
    order_no: str = ""
    carrier: str = ""
    tracking_no: str = ""
    reason: str = ""
    account: str = ""


_LINE = re.compile(r"([^\n{]*?)[:：]?\s*\{\{(\w+)\.DATA\}\}")
_SOURCES: Mapping[str, Sequence[Source]] = {
    "thing": (Source.GOODS, Source.WORDS, Source.CARRIER, Source.REASON, Source.ACCOUNT),
    "amount": (Source.PRICE,),
    "time": (Source.NOW,),
    "date": (Source.NOW,),
    "character_string": (Source.ORDER, Source.TRACKING),
}
_OF_PRODUCTS = (Source.GOODS, Source.WORDS, Source.PRICE, Source.NOW)
_OF_ORDERS = (Source.GOODS, Source.PRICE, Source.NOW, Source.ORDER)
_KNOWN: Mapping[Purpose, Collection[Source]] = {
    **dict.fromkeys(Purpose, _OF_PRODUCTS),
    **dict.fromkeys(ABOUT_ORDERS, (*_OF_PRODUCTS, Source.ORDER)),
    Purpose.PAID: _OF_ORDERS,
    Purpose.SHIPPED: (*_OF_ORDERS, Source.CARRIER, Source.TRACKING),
    Purpose.REFUNDED: (*_OF_ORDERS, Source.REASON, Source.ACCOUNT),
}
# What WeChat's public templates call them; who chooses sees the guess and can change it.
_USUAL_LABELS: Mapping[Source, re.Pattern[str]] = {
    Source.TRACKING: re.compile("(?:快递|物流|运单|包裹).*号|运单"),
    Source.CARRIER: re.compile("快递|物流|承运|配送"),
    Source.REASON: re.compile("原因|说明"),
    Source.ACCOUNT: re.compile("方式|去向|账户|账号|路径"),
    Source.GOODS: re.compile("商品|产品|物品|货物"),
}
NOTHING = "-"  # WeChat takes no empty value, and none against its rule
_DAY = r"\d{4}年\d{1,2}月\d{1,2}日"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_TAKEN: Mapping[str, re.Pattern[str]] = {
    "thing": re.compile(rf".{{1,{LONGEST_THING}}}"),
    "const": re.compile(r".{1,20}"),
    "number": re.compile(r"-?\d{1,32}(?:\.\d{1,32})?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[^\u3400-\u9fff]{1,32}"),
    "time": re.compile(rf"{_CLOCK}|{_DAY}(?: {_CLOCK})?"),
    "date": re.compile(rf"{_DAY}(?: {_CLOCK})?"),
    "amount": re.compile(r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?"),
    "phone_number": re.compile(r"[\d+\- ]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r"[\x20-\x7e]{1,20}|.{1,10}"),
    "phrase": re.compile(r"[\u3400-\u9fff]{1,5}"),
}
_ANY = re.compile(r".{1,200}")


def read_keywords(content: str) -> Sequence[Keyword]:
    """The keywords of a template's content, in its order."""
    return [Keyword(key, label.strip() or key) for label, key in _LINE.findall(content)]


def sources_for(keyword: Keyword, purpose: Purpose) -> Sequence[Source]:
    """What may fill it."""
    return [each for each in _SOURCES.get(keyword.rule, ()) if each in _KNOWN[purpose]]


def guess_fields(keywords: Sequence[Keyword], purpose: Purpose) -> dict[str, str]:
    """A first proposal: each source once, by its usual label; and empty fixed words where none fits."""
    named = {keyword.key: _find_named(keyword, purpose) for keyword in keywords}
    fields: dict[str, str] = {}
    for keyword in keywords:
        free = [each for each in sources_for(keyword, purpose) if each not in fields.values()]
        spare = [each for each in free if each not in named.values()]
        mine = named[keyword.key]
        fields[keyword.key] = mine.value if mine in free else spare[0].value if spare else FIXED
    return fields


def _find_named(keyword: Keyword, purpose: Purpose) -> Source | None:
    """What a notice of an order has under this label; composed ones have their words to say it."""
    if purpose not in BY_ORDERS:
        return None
    fitting = sources_for(keyword, purpose)
    found = (each for each, label in _USUAL_LABELS.items() if each in fitting and label.search(keyword.label))
    return next(found, None)


def check_fields(keywords: Sequence[Keyword], fields: Mapping[str, str], purpose: Purpose) -> dict[str, str]:
    """What is to stand behind each keyword. Raises: InputInvalid, naming the one that cannot be sent so."""
    checked: dict[str, str] = {}
    for keyword in keywords:
        field = fields.get(keyword.key, "")
        if field.startswith(FIXED):
            text = " ".join(field.removeprefix(FIXED).split())
            if not takes(keyword, text):
                raise InputInvalid(
                    _("“%(label)s”的固定内容微信不收：%(rule)s", label=keyword.label, rule=say_rule(keyword))
                )
            checked[keyword.key] = FIXED + text
        elif field in {each.value for each in sources_for(keyword, purpose)}:
            checked[keyword.key] = field
        else:
            raise InputInvalid(_("请选“%(label)s”里填什么", label=keyword.label))
    return checked


def takes(keyword: Keyword, text: str) -> bool:
    """Whether WeChat takes this value there."""
    return _TAKEN.get(keyword.rule, _ANY).fullmatch(text) is not None


def say_rule(keyword: Keyword) -> str:
    """What WeChat takes there, as a person reads it."""
    return {
        "thing": _("1 到 20 个字"),
        "const": _("1 到 20 个字"),
        "number": _("只能是数字"),
        "letter": _("只能是字母"),
        "symbol": _("1 到 5 个符号"),
        "character_string": _("最多 32 个字母、数字或符号，不能有汉字"),
        "time": _("像 15:01 或 2026年11月21日 15:01"),
        "date": _("像 2026年11月21日"),
        "amount": _("像 88.00元"),
        "phone_number": _("电话号码"),
        "car_number": _("最多 8 个字"),
        "name": _("最多 10 个汉字或 20 个字母"),
        "phrase": _("最多 5 个汉字"),
    }.get(keyword.rule, _("不能空着"))


def fill(keywords: Sequence[Keyword], fields: Mapping[str, str], facts: Facts) -> dict[str, str]:
    """The values of one message, each as WeChat takes it."""
    values = {keyword: _value(keyword, fields.get(keyword.key, FIXED), facts) for keyword in keywords}
    return {keyword.key: value if takes(keyword, value) else NOTHING for keyword, value in values.items()}


def _value(keyword: Keyword, field: str, facts: Facts) -> str:
    if field.startswith(FIXED):
        return field.removeprefix(FIXED)
    at = facts.at.astimezone(clock.BEIJING)
    day = f"{at.year}年{at.month}月{at.day}日"
    values = {
        Source.GOODS: _cut(facts.goods),
        Source.WORDS: _cut(facts.words),
        Source.PRICE: f"{format_yuan(facts.price_fen).replace(',', '')}元",
        Source.NOW: day if keyword.rule == "date" else f"{day} {at:%H:%M}",
        Source.ORDER: facts.order_no,
        Source.CARRIER: _cut(facts.carrier),
        Source.TRACKING: facts.tracking_no,
        Source.REASON: _cut(facts.reason),
        Source.ACCOUNT: _cut(facts.account),
    }
    return values[Source(field)]


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_THING else f"{text[: LONGEST_THING - 1]}…"
