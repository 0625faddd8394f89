"""到货提醒: on the page of something sold out, asking to be told when it can be bought again."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import wraps

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.broadcasts.automatic.requests import ask_for, find_asked, forget, is_offered
from app.catalog.models import Product
from app.catalog.service import get_on_sale, options_label
from app.core import clock
from app.core.errors import NotFound, TransitionRefused
from app.notice_templates.purposes import Purpose
from webviews.door import shop
from webviews.guards import P, View, follower_only
from webviews.notice_consent import NoticeOffer, find_offer, remember_yes
from webviews.session import find_follower, get_follower, is_wechat

WISH_SECONDS = 600  # how long a login may take
SHOWN_BESIDE = "tell_me"  # the flash that stands beside the button
ACCEPTED = "accept"  # WeChat's word


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


def keeps_wish(view: View[P]) -> View[P]:
    """Of a stranger, who has to log in first, until he comes back; only a form of our own gets here."""

    @wraps(view)
    def keeping(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if find_follower() is None and is_wechat() and request.form.get("on") == "1":
            wish = [kwargs["slug"], request.form.get("sku", "")[:20], request.form.get("answer", "")[:20]]
            session["wish"] = [*wish, int(clock.now().timestamp())]
        return view(*args, **kwargs)

    return keeping


@shop.post("/p/<slug>/tell-me")
@keeps_wish
@follower_only
def tell_when_back(slug: str) -> ResponseReturnValue:
    """On or off, as the button said; it is always about who is logged in, and about a SKU of this product.

    `answer` is what he said in WeChat's dialog of notifications: `accept`, another word, or empty when he saw none.
    """
    given = request.form
    sku_id = _find_sku(get_on_sale(slug), given.get("sku", ""))
    if given.get("on") == "1":
        _note(sku_id, given.get("answer", ""))
    else:
        forget(sku_id, get_follower().id)
        flash(_("不再提醒您了"), SHOWN_BESIDE)
    return redirect(_beside_the_button(slug), 303)


def take_wish() -> list[str]:
    """What the stranger had asked for who is logging in now, for `fulfil`; empty when nothing."""
    *wish, at = session.pop("wish", [0])
    return wish if clock.now().timestamp() - at < WISH_SECONDS else []


def fulfil(wish: Sequence[str]) -> str:
    """Note it for who has just logged in. Returns the page to show; empty when there is none."""
    if not wish:
        return ""
    slug, sku, answer = wish
    try:
        sku_id = _find_sku(get_on_sale(slug), sku)
    except NotFound:
        return ""
    _note(sku_id, answer)
    return _beside_the_button(slug)


def _find_sku(product: Product, sku_id: str) -> int:
    """Raises: NotFound."""
    sku = next((each for each in product.skus if str(each.id) == sku_id), None)
    if sku is None:
        raise NotFound(_("没有这一款，它可能已下架"))
    return sku.id


def _note(sku_id: int, answer: str) -> None:
    offer = find_offer(Purpose.BACK_IN_STOCK)
    try:
        ask_for(sku_id, get_follower().id)
    except TransitionRefused as error:
        flash(error.message, "warn")
        return
    flash(_what_will_come(offer, answer), SHOWN_BESIDE)
    if offer and answer == ACCEPTED:
        remember_yes(offer)


def _what_will_come(offer: NoticeOffer | None, answer: str) -> str:
    if offer and (answer == ACCEPTED or (offer.has_left and offer.is_lasting)):
        return _("记下了。到货时会告诉您，过了 48 小时也会收到订阅通知。")
    if offer and offer.has_left:
        return _("记下了。到货时会告诉您；过了 48 小时就用您允许过的订阅通知，先到货的先用。")
    if offer and answer:
        return _("记下了，但没有订阅通知：到货时如果您 48 小时内和公众号说过话，会收到一条消息。")
    return _("记下了。到货时如果您 48 小时内和公众号说过话，会收到一条消息。")


def _beside_the_button(slug: str) -> str:
    return url_for("shop.show_product", slug=slug, _anchor="tell-me")
