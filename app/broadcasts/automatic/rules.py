"""The rules: read, changed, switched on and off."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from app.broadcasts.automatic.models import AutomaticRule, RuleKind
from app.broadcasts.content import MAX_SUMMARY, MAX_TITLE
from app.catalog.news import find_card
from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.core.insert_once import insert_once

STEPS = 3
MOST_HOURS = 47  # the window after a follower's message is over after 48
PLACES = (
    *((RuleKind.WELCOME, step) for step in range(1, STEPS + 1)),
    (RuleKind.CART_LEFT, 0),
    (RuleKind.BACK_IN_STOCK, 0),
)
_USUAL_HOURS = {
    (RuleKind.WELCOME, 1): 1,
    (RuleKind.WELCOME, 2): 20,
    (RuleKind.WELCOME, 3): 44,
    (RuleKind.CART_LEFT, 0): 4,
}


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What the merchant sets. `slug`: only the welcome has a product of its own."""

    is_on: bool
    delay_hours: int = 0
    slug: str = ""
    title: str = ""
    summary: str = ""


def list_rules() -> Sequence[AutomaticRule]:
    """All of them in the order of the page; those nobody set yet are made, switched off. May open a transaction."""
    rules = _load()
    if len(rules) < len(PLACES):
        with transaction():
            for kind, step in PLACES:
                hours = _USUAL_HOURS.get((kind, step), 0)
                insert_once(
                    AutomaticRule,
                    kind=kind,
                    step=step,
                    version=1,
                    delay_hours=hours,
                    slug="",
                    title="",
                    summary="",
                )
        rules = _load()
    return sorted(rules, key=lambda rule: PLACES.index((rule.kind, rule.step)))


def get_rule(rule_id: int) -> AutomaticRule:
    """Raises: NotFound."""
    row = db.session.get(AutomaticRule, rule_id)
    if row is None:
        raise NotFound(_("没有这种自动消息"))
    return row


def find_on(kind: RuleKind) -> Sequence[AutomaticRule]:
    """Those of this kind that are switched on."""
    query = select(AutomaticRule).where(AutomaticRule.kind == kind, AutomaticRule.on_since.is_not(None))
    return db.session.scalars(query.order_by(AutomaticRule.step, AutomaticRule.id)).all()


def change_rule(rule_id: int, values: RuleValues, *, version: int, actor: str) -> None:
    """Set it; what was due before it was switched on is not made up for. Opens a transaction.

    Raises: NotFound; InputInvalid; TransitionRefused when somebody changed it meanwhile.
    """
    with transaction():
        row = get_rule(rule_id)
        lock(row)
        if row.version != version:
            raise TransitionRefused(_("有人刚刚改过它，请重新打开再改"))
        _check(row, values)
        before = asdict(values_of(row))
        row.delay_hours, row.slug = values.delay_hours, values.slug
        row.title, row.summary = values.title, values.summary
        row.on_since = (row.on_since or clock.now()) if values.is_on else None
        row.version += 1
        audit.record(
            actor=actor,
            action="automatic.changed",
            subject=f"automatic:{row.id}",
            before=before,
            after=asdict(values),
        )


def values_of(row: AutomaticRule) -> RuleValues:
    """As they are kept."""
    return RuleValues(row.on_since is not None, row.delay_hours, row.slug, row.title, row.summary)


def _check(row: AutomaticRule, values: RuleValues) -> None:
    if len(values.title) > MAX_TITLE or len(values.summary) > MAX_SUMMARY:
        raise InputInvalid(
            _("标题最多 %(title)d 个字，摘要最多 %(summary)d 个字", title=MAX_TITLE, summary=MAX_SUMMARY)
        )
    if row.kind is not RuleKind.BACK_IN_STOCK and not 1 <= values.delay_hours <= MOST_HOURS:
        raise InputInvalid(_("要等 1 到 %(most)d 个小时：再晚，微信的 48 小时就过了", most=MOST_HOURS))
    if row.kind is RuleKind.WELCOME and values.is_on and find_card(values.slug) is None:
        raise InputInvalid(_("先选一件上架的商品") if not values.slug else _("这件商品没有上架，先换掉它"))


def _load() -> list[AutomaticRule]:
    return list(db.session.scalars(select(AutomaticRule).order_by(AutomaticRule.id)))
