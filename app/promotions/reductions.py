"""Full reductions: as the merchant writes them, and which count now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.versions import check_version
from app.pricing.offers import ReductionRule, ReductionStep
from app.promotions.models import Reduction
from app.promotions.spans import check_span

LONGEST_TITLE = 30
MOST_STEPS = 5


@dataclass(frozen=True, slots=True)
class ReductionDraft:
    """As the form says. `product_ids` None: for all goods."""

    title: str
    steps: tuple[ReductionStep, ...]
    product_ids: tuple[int, ...] | None
    starts_at: datetime | None
    ends_at: datetime | None


def list_rules() -> list[ReductionRule]:
    """The reductions that count now, for the quote."""
    now = clock.now()
    query = select(Reduction).where(Reduction.is_active, Reduction.starts_at <= now, Reduction.ends_at > now)
    return [rule_of(row) for row in db.session.scalars(query.order_by(Reduction.id))]


def rule_of(row: Reduction) -> ReductionRule:
    """A row as the quote needs it."""
    steps = tuple(ReductionStep(int(step["from_fen"]), int(step["off_fen"])) for step in row.steps)
    goods = None if row.product_ids is None else frozenset(row.product_ids)
    return ReductionRule(row.title, steps, goods)


def list_reductions() -> Sequence[Reduction]:
    """Every reduction, the newest first."""
    return db.session.scalars(select(Reduction).order_by(Reduction.id.desc())).all()


def get_reduction(reduction_id: int) -> Reduction:
    """Raises: NotFound."""
    if (row := db.session.get(Reduction, reduction_id)) is None:
        raise NotFound(_("没有这个满减活动"))
    return row


def save_reduction(
    draft: ReductionDraft, *, actor: str, reduction_id: int | None = None, version: int = 0
) -> Reduction:
    """Make one, or write one anew if nobody changed it since `version`. Orders keep what they were given.

    Raises: NotFound, TransitionRefused, InputInvalid with a sentence per field. Opens a transaction.
    """
    _check(draft)
    with transaction() as session:
        before = None
        if reduction_id is None:
            row = Reduction(created_at=clock.now())
            session.add(row)
        else:
            row = check_version(get_reduction(reduction_id), version)
            before = _plain(row)
        row.title, row.starts_at, row.ends_at = draft.title, draft.starts_at, draft.ends_at
        row.steps = [{"from_fen": step.from_fen, "off_fen": step.off_fen} for step in draft.steps]
        row.product_ids = None if draft.product_ids is None else list(draft.product_ids)
        session.flush()
        subject = f"reduction:{row.id}"
        audit.record(actor=actor, action="reduction.save", subject=subject, before=before, after=_plain(row))
    return row


def set_active(reduction_id: int, is_active: bool, *, actor: str) -> None:
    """Let it count, or not. Raises: NotFound."""
    with transaction():
        row = get_reduction(reduction_id)
        before, row.is_active = {"is_active": row.is_active}, is_active
        after, subject = {"is_active": is_active}, f"reduction:{reduction_id}"
        audit.record(actor=actor, action="reduction.switch", subject=subject, before=before, after=after)


def _plain(row: Reduction) -> dict[str, object]:
    moments = {name: getattr(row, name).isoformat() for name in ("starts_at", "ends_at")}
    return {"title": row.title, "steps": row.steps, "product_ids": row.product_ids} | moments


def _check(draft: ReductionDraft) -> None:
    wrong = check_span(draft.starts_at, draft.ends_at)
    if not 0 < len(draft.title) <= LONGEST_TITLE:
        wrong["title"] = _("请填写名称，最多 %(most)s 个字", most=LONGEST_TITLE)
    if not 1 <= len(draft.steps) <= MOST_STEPS:
        wrong["steps"] = _("请填写 1 到 %(most)s 档", most=MOST_STEPS)
    elif any(step.off_fen < 1 or step.off_fen >= step.from_fen for step in draft.steps):
        wrong["steps"] = _("每一档减的金额要小于满的金额")
    elif not _rise(draft.steps):
        wrong["steps"] = _("后一档的满和减都要高于前一档")
    if draft.product_ids is not None and not draft.product_ids:
        wrong["products"] = _("请选择商品，或选全部商品")
    if wrong:
        raise InputInvalid(_("请检查标红的项"), **wrong)


def _rise(steps: tuple[ReductionStep, ...]) -> bool:
    pairs = pairwise(steps)
    return all(one.from_fen < two.from_fen and one.off_fen < two.off_fen for one, two in pairs)
