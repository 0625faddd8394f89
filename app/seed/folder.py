"""Fills an empty shop from a folder: `shop.toml` and the pictures it names. The demo is one."""

import logging
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalog.models import Category, Product, ProductPicture, Sku
from app.catalog.states import ProductState
from app.core import audit, clock
from app.core.db import db, transaction
from app.core.media.store import get_media
from app.delivery.points import PointDraft, save_point
from app.keywords.drafts import RuleDraft
from app.keywords.matching import Audience, Hours, Keyword, MatchMode
from app.keywords.replies import ReplyMode, read_specs
from app.keywords.service import add_rule
from app.payments import opening
from app.pricing.offers import CouponKind
from app.promotions.coupons import CouponDraft, save_coupon

logger = logging.getLogger(__name__)

PICTURES = "pictures"
ACTOR = "seed"


def seed_shop(folder: Path, *, since: datetime | None = None) -> bool:
    """Put categories, products, offers and keyword rules in; False, and nothing changed, when there are products.

    `since`: from when on the shop has its goods and its coupons; None: from now on.
    Raises: FileNotFoundError, KeyError or ValueError when the folder is not what it should be.
    """
    if db.session.scalar(select(func.count()).select_from(Product)):
        return False
    shop, since = tomllib.loads((folder / "shop.toml").read_text(encoding="utf-8")), since or clock.now()
    _keep_pictures(folder / PICTURES, shop["products"])
    with transaction() as session:
        with clock.frozen_at(since):  # their histories begin then
            _add_goods(session, shop)
        for entry in shop["keyword_rules"]:
            add_rule(_rule(entry), actor=ACTOR)
        for entry in shop.get("coupons", ()):
            save_coupon(_coupon(entry, since), actor=ACTOR)
        for entry in shop.get("pickup_points", ()):
            save_point(PointDraft(**entry), actor=ACTOR)
        audit.record(
            actor=ACTOR, action="shop.filled", subject="shop", after={"goods": len(shop["products"])}
        )
    logger.info("shop seeded", extra={"products": len(shop["products"])})
    return True


def open_seeded(folder: Path, *, secret: str) -> bool:
    """Release a shop that never was before, when its folder says so; True when this did it. Opens a transaction."""
    shop = tomllib.loads((folder / "shop.toml").read_text(encoding="utf-8"))
    if not shop.get("is_open") or opening.list_openings():
        return False
    return opening.release(actor=ACTOR, name=ACTOR, report={}, secret=secret)


def read_menu(folder: Path) -> dict[str, Any]:
    """The menu of a seed folder as WeChat's definition; paths of view buttons stay relative.

    Raises: FileNotFoundError, KeyError.
    """
    shop = tomllib.loads((folder / "shop.toml").read_text(encoding="utf-8"))
    return {"button": [_button(entry) for entry in shop["menu"]]}


def _add_goods(session: Session, shop: Mapping[str, Any]) -> None:
    categories = {
        entry["slug"]: Category(title=entry["title"], position=position)
        for position, entry in enumerate(shop["categories"])
    }
    session.add_all(categories.values())
    session.flush()
    for position, entry in enumerate(shop["products"]):
        session.add(_product(entry, position, categories[entry["category"]]))
    session.flush()


def _keep_pictures(source: Path, products: Sequence[Mapping[str, Any]]) -> None:
    for entry in products:
        for name in [*entry["pictures"], entry["cover"]]:
            get_media().write(name, (source / name).read_bytes())


def _product(entry: Mapping[str, Any], position: int, category: Category) -> Product:
    return Product(
        slug=entry["slug"],
        title=entry["title"],
        summary=entry["summary"],
        description=entry["description"].strip(),
        cover=entry["cover"],
        category_id=category.id,
        state=ProductState.ON_SALE,
        position=position,
        created_at=clock.now() - timedelta(seconds=position),
        pictures=[ProductPicture(file=name, position=i) for i, name in enumerate(entry["pictures"])],
        skus=[_sku(sku, entry["options"], i) for i, sku in enumerate(entry["skus"])],
    )


def _sku(entry: Mapping[str, Any], options: Sequence[Mapping[str, Any]], position: int) -> Sku:
    chosen = ";".join(f"{option['name']}={entry['options'][option['name']]}" for option in options)
    return Sku(
        code=entry["code"],
        options=chosen,
        price_fen=entry["price_fen"],
        stock=entry["stock"],
        weight_grams=entry["weight_grams"],
        position=position,
    )


def _coupon(entry: Mapping[str, Any], since: datetime) -> CouponDraft:
    """An amount off for everybody, once each, until so many days from now."""
    return CouponDraft(
        title=entry["title"],
        kind=CouponKind.FIXED,
        value=entry["off_fen"],
        most_fen=0,
        threshold_fen=entry["from_fen"],
        pieces=0,
        per_person=1,
        tag_id=None,
        starts_at=since,
        ends_at=clock.now() + timedelta(days=entry["days"]),
        valid_days=0,
        is_listed=True,
    )


def _rule(entry: Mapping[str, Any]) -> RuleDraft:
    return RuleDraft(
        name=entry["name"],
        keywords=tuple(Keyword(mode, text) for mode in MatchMode for text in entry.get(mode, ())),
        replies=read_specs(entry["replies"]),
        reply_mode=ReplyMode(entry.get("reply_mode", ReplyMode.ALL)),
        priority=entry["priority"],
        audience=Audience(**entry.get("audience", {})),
        hours=Hours(entry.get("hours", Hours.ANY)),
        tests=tuple(entry.get("tests", ())),
    )


def _button(entry: Mapping[str, Any]) -> dict[str, Any]:
    button = {"name": entry["name"]}
    if "sub_buttons" in entry:
        return button | {"sub_button": [_button(sub) for sub in entry["sub_buttons"]]}
    address = {"url": entry["path"]} if entry["type"] == "view" else {"key": entry["key"]}
    return button | {"type": entry["type"]} | address
