"""Flash sales as the merchant plans them. One that has begun can only be stopped: buyers have seen its promise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app.catalog.models import Sku
from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.core.versions import check_version
from app.promotions.models import FlashItem, FlashSale
from app.promotions.spans import check_span

LONGEST_TITLE = 30
MOST_PIECES = 1_000_000


@dataclass(frozen=True, slots=True)
class FlashItemDraft:
    """One SKU of a sale, as the form says; a number that could not be read is -1."""

    sku_id: int
    price_fen: int
    pieces: int
    per_person: int


@dataclass(frozen=True, slots=True)
class FlashDraft:
    """A sale as the form says."""

    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    items: tuple[FlashItemDraft, ...]


def list_sales() -> Sequence[FlashSale]:
    """Every sale, the latest first."""
    return db.session.scalars(
        select(FlashSale).order_by(FlashSale.starts_at.desc(), FlashSale.id.desc())
    ).all()


def get_sale(sale_id: int) -> FlashSale:
    """Raises: NotFound."""
    if (sale := db.session.get(FlashSale, sale_id)) is None:
        raise NotFound(_("没有这场秒杀"))
    return sale


def has_begun(sale: FlashSale) -> bool:
    """Whether buyers may have bought in it."""
    return sale.starts_at <= clock.now()


def save_sale(draft: FlashDraft, *, actor: str, sale_id: int | None = None, version: int = 0) -> FlashSale:
    """Plan a sale, or plan one anew that has not begun, if nobody changed it since `version`.

    Raises: NotFound, TransitionRefused, InputInvalid with a sentence per field. Opens a transaction.
    """
    with transaction() as session:
        _check(draft, sale_id)
        before = None
        if sale_id is None:
            sale = FlashSale(created_at=clock.now())
            session.add(sale)
        else:
            sale = check_version(get_sale(sale_id), version)
            if has_begun(sale):
                raise TransitionRefused(_("秒杀已经开始，只能提前结束"))
            before = _plain(sale)
            sale.items.clear()
            session.flush()
        sale.title, sale.starts_at, sale.ends_at = draft.title, draft.starts_at, draft.ends_at
        sale.items = [_item(each) for each in draft.items]
        session.flush()
        subject = f"flash_sale:{sale.id}"
        audit.record(actor=actor, action="flash.save", subject=subject, before=before, after=_plain(sale))
    return sale


def stop_sale(sale_id: int, *, actor: str) -> None:
    """End it now for good; what was bought keeps its price. Raises: NotFound."""
    with transaction():
        sale = get_sale(sale_id)
        before, sale.is_active = {"is_active": sale.is_active}, False
        subject, after = f"flash_sale:{sale_id}", {"is_active": False}
        audit.record(actor=actor, action="flash.stop", subject=subject, before=before, after=after)


def _item(draft: FlashItemDraft) -> FlashItem:
    return FlashItem(
        sku_id=draft.sku_id, price_fen=draft.price_fen, pieces=draft.pieces, per_person=draft.per_person
    )


def _plain(sale: FlashSale) -> dict[str, object]:
    items = [
        {
            "sku": item.sku_id,
            "price_fen": item.price_fen,
            "pieces": item.pieces,
            "per_person": item.per_person,
        }
        for item in sale.items
    ]
    moments = {name: getattr(sale, name).isoformat() for name in ("starts_at", "ends_at")}
    return {"title": sale.title, "items": items} | moments


def _check(draft: FlashDraft, sale_id: int | None) -> None:
    wrong = check_span(draft.starts_at, draft.ends_at)
    if not 0 < len(draft.title) <= LONGEST_TITLE:
        wrong["title"] = _("请填写名称，最多 %(most)s 个字", most=LONGEST_TITLE)
    if not draft.items:
        wrong["items"] = _("请至少给一个规格填写秒杀价")
    for item in draft.items:
        if sentence := _wrong_with(item):
            wrong[f"sku{item.sku_id}"] = sentence
    if not wrong and draft.starts_at and draft.ends_at:
        wrong |= _overlaps(draft, draft.starts_at, draft.ends_at, sale_id)
    if wrong:
        raise InputInvalid(_("请检查标红的项"), **wrong)


def _wrong_with(item: FlashItemDraft) -> str:
    sku = db.session.get(Sku, item.sku_id)
    if sku is None:
        return _("没有这个规格")
    if not 0 < item.price_fen < sku.price_fen:
        return _("秒杀价要低于原价，并大于 0")
    if not 0 < item.pieces <= MOST_PIECES:
        return _("请填写秒杀数量")
    return "" if 0 < item.per_person <= item.pieces else _("每人限购要在 1 到秒杀数量之间")


def _overlaps(
    draft: FlashDraft, starts_at: datetime, ends_at: datetime, sale_id: int | None
) -> dict[str, str]:
    """One SKU has one flash price at a time."""
    query = (
        select(FlashItem.sku_id)
        .join(FlashSale)
        .where(FlashSale.is_active, FlashSale.starts_at < ends_at, FlashSale.ends_at > starts_at)
        .where(FlashItem.sku_id.in_([item.sku_id for item in draft.items]), FlashSale.id != (sale_id or 0))
    )
    return {f"sku{number}": _("这个时间已有另一场秒杀卖它") for number in db.session.scalars(query)}
