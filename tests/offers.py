"""Builders of coupons, reductions, flash sales, freight templates and pick-up points."""

from datetime import timedelta
from typing import Any

from app.catalog.models import Sku
from app.core import clock
from app.core.db import transaction
from app.delivery.models import FreightTemplate, FreightZone, PickupPoint
from app.pricing.freight import Counting
from app.pricing.offers import CouponKind
from app.promotions.models import Coupon, FlashItem, FlashSale, Reduction

LONG = timedelta(days=30)


def make_coupon(**values: Any) -> Coupon:
    """A coupon of ¥20 that anybody may take once."""
    known: dict[str, Any] = {"title": "立减 20", "kind": CouponKind.FIXED, "value": 2000}
    return _add(Coupon(**known | _while() | values))


def make_reduction(*steps: tuple[int, int], **values: Any) -> Reduction:
    """A full reduction; `steps` are pairs of fen."""
    rows = [{"from_fen": from_fen, "off_fen": off_fen} for from_fen, off_fen in steps or [(10000, 1000)]]
    return _add(Reduction(**{"title": "满减", "steps": rows, "product_ids": None} | _while() | values))


def make_flash(
    sku: Sku, *, price_fen: int = 4800, pieces: int = 5, per_person: int = 2, **sale: Any
) -> FlashItem:
    """A flash sale that is on, with one SKU; returns the item."""
    item = FlashItem(sku_id=sku.id, price_fen=price_fen, pieces=pieces, per_person=per_person)
    _add(FlashSale(**{"title": "整点秒杀", "items": [item]} | _while() | sale))
    return item


def make_template(*zones: dict[str, Any], is_default: bool = True, **values: Any) -> FreightTemplate:
    """A freight template by piece with these zones; without any, ¥6 everywhere."""
    rows = [FreightZone(position=at, **{"regions": []} | zone) for at, zone in enumerate(zones or [FLAT])]
    known = {"title": "标准运费", "counting": Counting.PIECE, "is_default": is_default, "zones": rows}
    return _add(FreightTemplate(**known | values))


FLAT: dict[str, Any] = {"first_units": 1, "first_fee_fen": 600}


def make_point(**values: Any) -> PickupPoint:
    """A place to fetch goods."""
    return _add(PickupPoint(**{"title": "湖滨店", "address": "厦门市思明区湖滨南路 90 号"} | values))


def _while() -> dict[str, Any]:
    return {"starts_at": clock.now() - timedelta(hours=1), "ends_at": clock.now() + LONG}


def _add(row: Any) -> Any:
    with transaction() as session:
        session.add(row)
        session.flush()
        return row
