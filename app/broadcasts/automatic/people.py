"""Who is due now under a rule: one statement for each kind, at most `AT_ONCE` of them, those due longest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, literal, select

from app.broadcasts.automatic.limits import Limits
from app.broadcasts.automatic.models import AutomaticCause, AutomaticRule, RuleKind, StockRequest
from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.notices.consents import agreed
from app.broadcasts.reach import why_not
from app.broadcasts.reasons import CAPPED, GOODS_GONE, OPTED_OUT
from app.broadcasts.states import RecipientState, Way
from app.carts import service as carts
from app.carts.models import CartLine
from app.catalog.models import Product, Sku
from app.catalog.states import ProductState
from app.conversations.window import reachable
from app.core import clock
from app.core.db import db
from app.followers.models import Follower
from app.notice_templates.assigned import find_template_id
from app.notice_templates.purposes import Purpose
from app.orders.models import Order

AT_ONCE = 100
LATEST = timedelta(hours=48)  # what is due for longer is too late to be told: longer than any night
OWNER = "follower:"
NOTIFIES = {RuleKind.BACK_IN_STOCK: Purpose.BACK_IN_STOCK}  # what WeChat lets go as a notification, too
_NOT_GOT = (RecipientState.SKIPPED, RecipientState.REFUSED)


@dataclass(frozen=True, slots=True)
class Person:
    """A follower who is due. `reason`: why he does not get it; empty when he does."""

    follower_id: int
    openid: str
    reason: str
    cause: str
    slug: str
    request_id: int = 0


def ways_of(kind: RuleKind) -> Sequence[Way]:
    """How its messages go; as a notification where WeChat allows that and a template is chosen."""
    notifies = kind in NOTIFIES and find_template_id(NOTIFIES[kind])
    return (Way.CARD, Way.NOTICE) if notifies else (Way.CARD,)


def find_due(rule: AutomaticRule, broadcast_id: int, limits: Limits, way: Way = Way.CARD) -> Sequence[Person]:
    """Whom it is to be told now, and whom not. `broadcast_id`: who has a line there already waits for tomorrow.

    As a notification: whoever agreed to it and cannot be written to as a customer.
    """
    purpose = NOTIFIES.get(rule.kind)
    query = _query(broadcast_id, limits, why_not(way, purpose if way is Way.NOTICE else None))
    template_id = find_template_id(purpose) if purpose else ""
    if template_id:
        notified = ~Follower.openid.in_(reachable()) & Follower.openid.in_(agreed(template_id))
        query = query.where(notified if way is Way.NOTICE else ~notified)
    return _FINDERS[rule.kind](rule, query)


def _query(broadcast_id: int, limits: Limits, usual: ColumnElement[str]) -> Select[Any]:
    """Followers who may be written to, with the reason why not: that of any broadcast, or our own cap."""
    reason = case((usual == OPTED_OUT, usual), (_is_capped(limits), literal(CAPPED)), else_=usual)
    has_line = select(BroadcastRecipient.follower_id).where(BroadcastRecipient.broadcast_id == broadcast_id)
    return (
        select(Follower.id, Follower.openid, reason.label("reason"))
        .where(Follower.is_subscribed, ~Follower.is_blacklisted, Follower.erased_at.is_(None))
        .where(Follower.id.not_in(has_line))
        .limit(AT_ONCE)
    )


def _is_capped(limits: Limits) -> ColumnElement[bool]:
    cause, line = AutomaticCause, BroadcastRecipient
    same = and_(line.broadcast_id == cause.broadcast_id, line.follower_id == cause.follower_id)
    told = (
        select(func.count())
        .select_from(cause)
        .join(line, same)
        .where(cause.follower_id == Follower.id, line.state.not_in(_NOT_GOT))
        .where(cause.at > clock.now() - timedelta(days=limits.cap_days))
        .correlate(Follower)
    )
    return told.scalar_subquery() >= limits.cap


def _span(rule: AutomaticRule, moment: Any) -> ColumnElement[bool]:
    """The message of that moment became due after the rule was switched on, and not too long ago."""
    now, delay = clock.now(), timedelta(hours=rule.delay_hours)
    earliest = max(now - LATEST, rule.on_since or now) - delay
    return and_(moment <= now - delay, moment >= earliest)


def _find_welcomed(rule: AutomaticRule, query: Select[Any]) -> Sequence[Person]:
    done = select(AutomaticCause.follower_id).where(AutomaticCause.rule_id == rule.id)
    query = query.where(
        _span(rule, Follower.subscribed_at),
        Follower.subscribed_at
        >= (rule.on_since or clock.now()),  # older followers are not greeted as new ones
        Follower.id.not_in(done),
    )
    rows = db.session.execute(query.order_by(Follower.subscribed_at, Follower.id))
    return [Person(*row, cause="follow", slug=rule.slug) for row in rows]


def _find_with_carts(rule: AutomaticRule, query: Select[Any]) -> Sequence[Person]:
    changed = func.max(func.coalesce(CartLine.changed_at, CartLine.created_at))
    owner = cast(func.substr(CartLine.owner, len(OWNER) + 1), BigInteger)
    left = (
        select(owner.label("follower_id"), changed.label("changed_at"))
        .where(CartLine.owner.like(f"{OWNER}%"))
        .group_by(CartLine.owner)
        .having(_span(rule, changed))
        .subquery()
    )
    done = select(AutomaticCause.follower_id).where(
        AutomaticCause.rule_id == rule.id,
        AutomaticCause.follower_id == Follower.id,
        AutomaticCause.at >= left.c.changed_at,
    )
    bought = select(Order.id).where(Order.follower_id == Follower.id, Order.created_at >= left.c.changed_at)
    query = (
        query.add_columns(left.c.changed_at)
        .join(left, left.c.follower_id == Follower.id)
        .where(~done.exists(), ~bought.exists())
    )
    rows = db.session.execute(query.order_by(left.c.changed_at, Follower.id)).all()
    return [_with_goods(*row) for row in rows]


def _with_goods(follower_id: int, openid: str, reason: str, changed_at: datetime) -> Person:
    """What is worth most in his cart stands on the card."""
    views = [view for view in carts.view(f"{OWNER}{follower_id}") if view.can_buy]
    best = max(views, key=lambda view: (view.price_fen * view.line.quantity, -view.line.id), default=None)
    slug = best.line.sku.product.slug if best else ""
    cause = f"cart:{changed_at.timestamp():.6f}"
    return Person(follower_id, openid, reason or ("" if best else GOODS_GONE), cause, slug)


def _find_waiting(rule: AutomaticRule, query: Select[Any]) -> Sequence[Person]:
    """Who had as many messages as he may have waits: he asked for this one."""
    ask = StockRequest
    query = (
        query.add_columns(ask.id.label("request_id"), ask.sku_id, ask.at, Product.slug)
        .join(ask, ask.follower_id == Follower.id)
        .join(Sku, Sku.id == ask.sku_id)
        .join(Product, Product.id == Sku.product_id)
        .where(Sku.stock > 0, Sku.removed_at.is_(None), Product.state == ProductState.ON_SALE)
    )
    found = query.limit(None).subquery()
    told = select(found).where(found.c.reason != CAPPED).order_by(found.c.at, found.c.request_id)
    rows = db.session.execute(told.limit(AT_ONCE))
    people: dict[int, Person] = {}
    for follower_id, openid, reason, request_id, sku_id, at, slug in rows:
        cause = f"sku:{sku_id}:{at.timestamp():.6f}"
        people.setdefault(follower_id, Person(follower_id, openid, reason, cause, slug, request_id))
    return list(people.values())


_FINDERS: Mapping[RuleKind, Callable[[AutomaticRule, Select[Any]], Sequence[Person]]] = {
    RuleKind.WELCOME: _find_welcomed,
    RuleKind.CART_LEFT: _find_with_carts,
    RuleKind.BACK_IN_STOCK: _find_waiting,
}
