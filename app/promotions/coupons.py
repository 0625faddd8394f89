"""Coupons as the merchant writes them. What a coupon is worth cannot change once somebody has it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.versions import check_version
from app.pricing.offers import CouponKind
from app.promotions.models import Coupon, FollowerCoupon
from app.promotions.spans import check_span
from app.promotions.states import CouponState

LONGEST_TITLE = 30
WORTH = ("kind", "value", "most_fen", "threshold_fen", "valid_days")


@dataclass(frozen=True, slots=True)
class CouponDraft:
    """As the form says; see `Coupon` for units."""

    title: str
    kind: CouponKind
    value: int
    most_fen: int
    threshold_fen: int
    pieces: int
    per_person: int
    tag_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    valid_days: int
    is_listed: bool


def list_coupons() -> Sequence[Coupon]:
    """Every coupon, the newest first."""
    return db.session.scalars(select(Coupon).order_by(Coupon.id.desc())).all()


def count_used() -> dict[int, int]:
    """How many copies of each coupon were used."""
    query = select(FollowerCoupon.coupon_id, func.count()).where(FollowerCoupon.state == CouponState.USED)
    return {row[0]: row[1] for row in db.session.execute(query.group_by(FollowerCoupon.coupon_id))}


def get_coupon(coupon_id: int) -> Coupon:
    """Raises: NotFound."""
    if (coupon := db.session.get(Coupon, coupon_id)) is None:
        raise NotFound(_("没有这张优惠券"))
    return coupon


def save_coupon(draft: CouponDraft, *, actor: str, coupon_id: int | None = None, version: int = 0) -> Coupon:
    """Make a coupon, or write one anew if nobody changed it since `version`.

    Raises: NotFound, TransitionRefused, InputInvalid with a sentence per field. Opens a transaction.
    """
    _check(draft)
    values = asdict(draft)
    with transaction() as session:
        if coupon_id is None:
            coupon, before = Coupon(**values, created_at=clock.now()), None
            session.add(coupon)
            session.flush()
        else:
            coupon = check_version(get_coupon(coupon_id), version)
            before = _plain(coupon)
            _check_worth(coupon, values)
            for name, value in values.items():
                setattr(coupon, name, value)
        audit.record(
            actor=actor,
            action="coupon.save",
            subject=f"coupon:{coupon.id}",
            before=before,
            after=_plain(coupon),
        )
    return coupon


def set_active(coupon_id: int, is_active: bool, *, actor: str) -> None:
    """Let it be collected, or not; copies in people's hands keep counting. Raises: NotFound."""
    with transaction():
        coupon = get_coupon(coupon_id)
        before, coupon.is_active = {"is_active": coupon.is_active}, is_active
        audit.record(
            actor=actor,
            action="coupon.switch",
            subject=f"coupon:{coupon_id}",
            before=before,
            after={"is_active": is_active},
        )


def _plain(coupon: Coupon) -> dict[str, object]:
    row = {name: getattr(coupon, name) for name in (*WORTH, "title", "pieces", "per_person", "tag_id")}
    moments = {name: getattr(coupon, name).isoformat() for name in ("starts_at", "ends_at")}
    return row | moments | {"kind": str(coupon.kind), "is_listed": coupon.is_listed}


def _check(draft: CouponDraft) -> None:
    wrong = check_span(draft.starts_at, draft.ends_at)
    if not 0 < len(draft.title) <= LONGEST_TITLE:
        wrong["title"] = _("请填写名称，最多 %(most)s 个字", most=LONGEST_TITLE)
    if draft.kind == CouponKind.PERCENT and not 1 <= draft.value <= 99:
        wrong["value"] = _("折扣须在 0.1 到 9.9 折之间，例如 8.5")
    elif draft.value < 1:
        wrong["value"] = _("请填写减多少元，例如 20")
    elif draft.kind == CouponKind.FIXED and draft.threshold_fen and draft.threshold_fen <= draft.value:
        wrong["threshold"] = _("门槛要高于减的金额")
    for name, least in (("per_person", 1), ("pieces", 0), ("valid_days", 0)):
        if not least <= getattr(draft, name) <= 1_000_000:
            wrong[name] = _("请填写整数")
    if wrong:
        raise InputInvalid(_("请检查标红的项"), **wrong)


def _check_worth(coupon: Coupon, values: dict[str, object]) -> None:
    if coupon.issued and any(getattr(coupon, name) != values[name] for name in WORTH):
        raise InputInvalid(_("请检查标红的项"), value=_("已有人领取，优惠内容不能再改；请停止发放后另建一张"))
    pieces = values["pieces"]
    if isinstance(pieces, int) and pieces and pieces < coupon.issued:
        raise InputInvalid(
            _("请检查标红的项"), pieces=_("已领出 %(issued)s 张，不能少于它", issued=coupon.issued)
        )
