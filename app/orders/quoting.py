"""What goods cost this buyer, there, now: gathers prices, offers and tariffs, and lets `app/pricing` count.

Page, order and button all come here, so that they say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.catalog.models import Sku
from app.catalog.service import get_sku
from app.delivery.freight import Carriage, find_carriages
from app.delivery.regions import Region
from app.pricing.freight import FreightRule
from app.pricing.offers import CouponRule, pick_best
from app.pricing.quote import PricedLine, Quote, quote
from app.promotions import flash, holding, reductions
from app.promotions.flash import FlashOffer
from app.promotions.models import FollowerCoupon


@dataclass(frozen=True, slots=True)
class Item:
    """What the buyer wants: a SKU and how many."""

    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be priced, for whom, and how it gets to him.

    `coupon_id` is a copy of his, None without one. `is_fetched`: he comes for it, nothing is sent.
    """

    items: tuple[Item, ...]
    follower_id: int | None = None
    region: Region | None = None
    is_fetched: bool = False
    coupon_id: int | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """A quote, line by line in the order of `skus`, and what stands beside it.

    `offers`: flash prices that are on, by SKU, also those that do not cover the quantity.
    """

    quote: Quote
    skus: tuple[Sku, ...]
    offers: Mapping[int, FlashOffer]
    carriages: Mapping[int, Carriage]  # by product; empty when the buyer fetches it

    @property
    def not_served(self) -> tuple[Sku, ...]:
        """What is not sent to that region."""
        return tuple(sku for sku in self.skus if not self._carriage(sku).is_served)

    @property
    def needs_region(self) -> bool:
        """Whether freight cannot be told before the region is known."""
        return any(self._carriage(sku).needs_region for sku in self.skus)

    def flash_item_id(self, at: int) -> int | None:
        """The flash item that gives line number `at` its price."""
        is_flash = self.quote.lines[at].line.is_flash
        return self.offers[self.skus[at].id].item_id if is_flash else None

    def _carriage(self, sku: Sku) -> Carriage:
        return self.carriages.get(sku.product_id, Carriage())


@dataclass(frozen=True, slots=True)
class CouponChoice:
    """A coupon the buyer holds, and what it would do for this order: all in fen."""

    copy: FollowerCoupon
    off_fen: int
    short_of_fen: int


def price_items(wanted: Wanted, freight: FreightRule) -> Priced:
    """What it costs now. A coupon that cannot be used takes nothing off.

    Raises: NotFound when something is off sale.
    """
    skus = tuple(get_sku(item.sku_id) for item in wanted.items)
    offers = flash.find_offers((sku.id for sku in skus), follower_id=wanted.follower_id)
    products = () if wanted.is_fetched else {sku.product_id for sku in skus}
    carriages = find_carriages(products, wanted.region)
    lines = [
        _line(sku, item.quantity, offers.get(sku.id), carriages.get(sku.product_id))
        for sku, item in zip(skus, wanted.items, strict=True)
    ]
    price = quote(
        lines,
        None if wanted.is_fetched else freight,
        reductions=reductions.list_rules(),
        coupon=_find_coupon(wanted),
    )
    return Priced(price, skus, offers, carriages)


def price_with_best_coupon(wanted: Wanted, freight: FreightRule) -> Priced:
    """The same with the coupon of his that takes most off; of equal ones the one that ends first."""
    without = price_items(replace(wanted, coupon_id=None), freight)
    rules = [holding.rule_of(copy) for copy in holding.list_usable(wanted.follower_id)]
    best = pick_best(rules, without.quote.before_coupon_fen)
    return price_items(replace(wanted, coupon_id=best.id), freight) if best else without


def list_choices(follower_id: int, price: Quote) -> list[CouponChoice]:
    """What each coupon of his would do for this quote; the best on top, those that fall short below."""
    choices = [_choice(copy, price.before_coupon_fen) for copy in holding.list_usable(follower_id)]
    return sorted(choices, key=lambda choice: (-choice.off_fen, choice.short_of_fen))


def _line(sku: Sku, quantity: int, offer: FlashOffer | None, carriage: Carriage | None) -> PricedLine:
    unit_price_fen = flash.unit_price_fen(sku, offer, quantity)
    return PricedLine(
        unit_price_fen=unit_price_fen,
        quantity=quantity,
        product_id=sku.product_id,
        weight_grams=sku.weight_grams,
        list_price_fen=sku.price_fen if unit_price_fen != sku.price_fen else 0,
        is_flash=offer is not None and offer.covers(quantity),
        tariff=carriage.tariff if carriage else None,
    )


def _find_coupon(wanted: Wanted) -> CouponRule | None:
    """The rule of the copy that was named, if it is his and may be used now."""
    if wanted.coupon_id is None:
        return None
    copies = holding.list_usable(wanted.follower_id)
    return next((holding.rule_of(copy) for copy in copies if copy.id == wanted.coupon_id), None)


def _choice(copy: FollowerCoupon, goods_fen: int) -> CouponChoice:
    rule = holding.rule_of(copy)
    return CouponChoice(copy, rule.off_fen(goods_fen), rule.short_of_fen(goods_fen))
