"""到货提醒: on the page of something sold out, asking to be told when it can be bought again."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.broadcasts.automatic.requests import ask_for, find_asked, forget, is_offered
from app.catalog.models import Product
from app.catalog.service import get_on_sale, options_label
from app.core.errors import NotFound, TransitionRefused
from webviews.door import shop
from webviews.guards import follower_only
from webviews.session import find_follower, get_follower


@dataclass(frozen=True, slots=True)
class SoldOut:
    """One SKU that cannot be bought now. `label`: its options, empty when there are none."""

    sku_id: int
    label: str
    is_asked: bool


def list_sold_out(product: Product) -> Sequence[SoldOut]:
    """Of which this visitor may ask to be told; nothing while the shop does not tell."""
    skus = [sku for sku in product.skus if not sku.stock]
    if not skus or not is_offered():
        return ()
    follower = find_follower()
    asked = find_asked(follower.id, [sku.id for sku in skus]) if follower else set()
    return [SoldOut(sku.id, options_label(sku.options), sku.id in asked) for sku in skus]


@shop.post("/p/<slug>/tell-me")
@follower_only
def tell_when_back(slug: str) -> ResponseReturnValue:
    """On or off, as the button said; it is always about who is logged in, and about a SKU of this product."""
    product, sku_id = get_on_sale(slug), request.form.get("sku", "")
    sku = next((each for each in product.skus if str(each.id) == sku_id), None)
    if sku is None:
        raise NotFound(_("没有这一款，它可能已下架"))
    follower_id = get_follower().id
    try:
        if request.form.get("on") == "1":
            ask_for(sku.id, follower_id)
            flash(_("记下了。到货时如果您 48 小时内和公众号说过话，会收到一条消息。"))
        else:
            forget(sku.id, follower_id)
            flash(_("不再提醒您了"))
    except TransitionRefused as error:
        flash(error.message, "warn")
    return redirect(url_for("shop.show_product", slug=slug), 303)
