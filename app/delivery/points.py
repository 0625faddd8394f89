"""Pick-up points: list, keep, find."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.versions import check_version
from app.delivery.models import PickupPoint

_PHONE = re.compile(r"[\d\-+ ]{6,20}")
_LIMITS = {"title": 30, "address": 120, "hours": 60}


@dataclass(frozen=True, slots=True)
class PointDraft:
    """A point as the merchant writes it."""

    title: str
    address: str
    phone: str = ""
    hours: str = ""
    is_active: bool = True


def list_points() -> Sequence[PickupPoint]:
    """Every point, for the merchant."""
    return db.session.scalars(select(PickupPoint).order_by(PickupPoint.position, PickupPoint.id)).all()


def list_open_points() -> list[PickupPoint]:
    """Where buyers may fetch goods now."""
    return [point for point in list_points() if point.is_active]


def get_point(point_id: int) -> PickupPoint:
    """Raises: NotFound."""
    if (point := db.session.get(PickupPoint, point_id)) is None:
        raise NotFound(_("没有这个自提点"))
    return point


def get_open_point(point_id: int) -> PickupPoint:
    """A point where buyers may fetch goods now. Raises: NotFound."""
    if not (point := get_point(point_id)).is_active:
        raise NotFound(_("这个自提点暂停使用了，请选择别的自提点"))
    return point


def save_point(
    draft: PointDraft, *, actor: str, point_id: int | None = None, version: int = 0
) -> PickupPoint:
    """Make a point, or write one anew if nobody changed it since `version`.

    Raises: NotFound, InputInvalid with a sentence per field, TransitionRefused. Opens a transaction.
    """
    _check(draft)
    with transaction() as session:
        before = None
        if point_id is None:
            point = PickupPoint(**asdict(draft), position=len(list_points()), created_at=clock.now())
            session.add(point)
            session.flush()
        else:
            point = check_version(get_point(point_id), version)
            before = {name: getattr(point, name) for name in asdict(draft)}
            for name, value in asdict(draft).items():
                setattr(point, name, value)
        subject, after = f"pickup_point:{point.id}", asdict(draft)
        audit.record(actor=actor, action="pickup_point.save", subject=subject, before=before, after=after)
    return point


def _check(draft: PointDraft) -> None:
    wrong = {}
    if not draft.title:
        wrong["title"] = _("请填写自提点名称")
    if not draft.address:
        wrong["address"] = _("请填写地址")
    if draft.phone and not _PHONE.fullmatch(draft.phone):
        wrong["phone"] = _("电话只能是数字、空格和短横线")
    for name, limit in _LIMITS.items():
        if len(getattr(draft, name)) > limit:
            wrong[name] = _("最多 %(limit)s 个字", limit=limit)
    if wrong:
        raise InputInvalid(_("请检查标红的项"), **wrong)
