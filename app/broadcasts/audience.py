"""Who is meant: conditions that all have to hold, as values, as JSON, and as SQL over followers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, select

from app.carts.models import CartLine
from app.conversations.window import reachable
from app.core import clock
from app.core.errors import InputInvalid
from app.followers.models import Follower, FollowerTag
from app.followers.service import NEVER_SEEN
from app.orders.models import Order, OrderLine

MAX_CONDITIONS = 10
MAX_DAYS = 3650
MAX_FEN = 1_000_000_00
LONGEST_WORD = 60  # a slug, a source
AS_SENT = "as_sent"  # beside kept conditions: those the named segment had when the sending began
_OWNER = "follower:"


class ConditionKind(StrEnum):
    """What is asked of a follower; in brackets what the value is."""

    TAG = "tag"  # (number of a tag)
    SOURCE = "source"  # (WeChat's subscribe_scene)
    BOUGHT = "bought"  # (slug of a product; empty: anything)
    SPENT_OVER = "spent_over"  # (fen)
    CART_LEFT = "cart_left"  # something has lain in his cart for so long (days)
    NEW = "new"  # follows since (days)
    SILENT = "silent"  # was not seen for (days)
    IN_WINDOW = "in_window"  # can be written to now as a customer


NUMBERS: Mapping[ConditionKind, tuple[int, int]] = {
    ConditionKind.TAG: (1, 2**53),
    ConditionKind.SPENT_OVER: (0, MAX_FEN),
    ConditionKind.CART_LEFT: (0, MAX_DAYS),
    ConditionKind.NEW: (1, MAX_DAYS),
    ConditionKind.SILENT: (1, MAX_DAYS),
}
WORDS = (ConditionKind.SOURCE, ConditionKind.BOUGHT)


@dataclass(frozen=True, slots=True)
class Condition:
    """One of them. `is_not` turns it round: has never bought, does not carry the tag."""

    kind: ConditionKind
    value: int | str = ""
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Those of whom every condition holds; without one, everybody who follows."""

    conditions: tuple[Condition, ...] = ()

    def keep(self) -> dict[str, Any]:
        """A form that a JSON column holds."""
        return {
            "conditions": [
                {"kind": each.kind.value, "value": each.value, "is_not": each.is_not}
                for each in self.conditions
            ]
        }


def read_audience(kept: Mapping[str, Any]) -> Audience:
    """What a form or a JSON column holds, checked.

    Raises: InputInvalid, naming what cannot be used.
    """
    rows = kept.get("conditions", [])
    if not isinstance(rows, list) or len(rows) > MAX_CONDITIONS:
        raise InputInvalid(_("条件太多，最多 %(most)d 个", most=MAX_CONDITIONS))
    return Audience(tuple(_read_condition(row) for row in rows))


def match(audience: Audience) -> Select[tuple[int]]:
    """The numbers of those who are meant and may be written to: who left, is blacklisted or erased is not.

    Who opted out is still among them: the forecast says how many these are.
    """
    query = select(Follower.id).where(
        Follower.is_subscribed, ~Follower.is_blacklisted, Follower.erased_at.is_(None)
    )
    return query.where(*map(_to_sql, audience.conditions))


def _read_condition(row: Any) -> Condition:
    if not isinstance(row, Mapping) or row.get("kind") not in set(ConditionKind):
        raise InputInvalid(_("没有这种条件"))
    kind, value = ConditionKind(row["kind"]), row.get("value", "")
    if kind in NUMBERS:
        least, most = NUMBERS[kind]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise InputInvalid(_say_limits(kind, least, most))
    elif kind in WORDS:
        if not isinstance(value, str) or len(value) > LONGEST_WORD:
            raise InputInvalid(_("条件里的内容太长"))
    else:
        value = ""
    return Condition(kind, value, bool(row.get("is_not")))


def _say_limits(kind: ConditionKind, least: int, most: int) -> str:
    """What to fill in, by the name the condition has in the form; money in yuan, as it is typed."""
    if kind is ConditionKind.TAG:
        return _("“有标签”：请选一个标签")
    if kind is ConditionKind.SPENT_OVER:
        return _("“消费超过”：请填 %(least)d 到 %(most)d 元", least=least // 100, most=most // 100)
    if kind is ConditionKind.CART_LEFT:
        return _("“购物车放着没买”：请填 %(least)d 到 %(most)d 天，整数", least=least, most=most)
    if kind is ConditionKind.NEW:
        return _("“新关注”：请填 %(least)d 到 %(most)d 天，整数", least=least, most=most)
    return _("“很久没来”：请填 %(least)d 到 %(most)d 天，整数", least=least, most=most)


def _to_sql(condition: Condition) -> ColumnElement[bool]:
    holds = _MAKERS[condition.kind](condition.value)
    return ~holds if condition.is_not else holds


def _among(ids: Select[Any]) -> ColumnElement[bool]:
    return Follower.id.in_(ids)


def _ago(days: Any) -> Any:
    return clock.now() - timedelta(days=int(days))


def _bought(slug: Any) -> ColumnElement[bool]:
    if not slug:
        return Follower.paid_orders > 0
    paid = select(Order.follower_id).join(OrderLine, OrderLine.order_id == Order.id)
    return _among(paid.where(OrderLine.product_slug == slug, Order.paid_at.is_not(None)))


def _cart_left(days: Any) -> ColumnElement[bool]:
    """The last thing was put in before then: who is still choosing is left alone."""
    owner = cast(func.substr(CartLine.owner, len(_OWNER) + 1), BigInteger)
    left = select(owner).where(CartLine.owner.like(f"{_OWNER}%")).group_by(CartLine.owner)
    return _among(left.having(func.max(CartLine.created_at) <= _ago(days)))


def _silent(days: Any) -> ColumnElement[bool]:
    return and_(Follower.last_seen_at < _ago(days), Follower.last_seen_at > NEVER_SEEN)


_MAKERS = {
    ConditionKind.TAG: lambda value: _among(
        select(FollowerTag.follower_id).where(FollowerTag.tag_id == value)
    ),
    ConditionKind.SOURCE: lambda value: Follower.source == value,
    ConditionKind.BOUGHT: _bought,
    ConditionKind.SPENT_OVER: lambda value: Follower.spent_fen > value,
    ConditionKind.CART_LEFT: _cart_left,
    ConditionKind.NEW: lambda value: func.coalesce(Follower.subscribed_at, NEVER_SEEN) > _ago(value),
    ConditionKind.SILENT: _silent,
    ConditionKind.IN_WINDOW: lambda _value: Follower.openid.in_(reachable()),
}
