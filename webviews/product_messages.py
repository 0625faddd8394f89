"""接收商品消息: the follower's own switch for what the shop sends to many."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.broadcasts.opt_outs import set_opted_out
from webviews.door import shop
from webviews.guards import follower_only
from webviews.session import get_follower


@shop.post("/me/product-messages")
@follower_only
def set_product_messages() -> ResponseReturnValue:
    """On or off, as the button said; it is always about who is logged in."""
    is_out = request.form.get("on") != "1"
    set_opted_out(get_follower().id, is_out)
    flash(_("不会再给您发商品消息，订单和客服的消息照常") if is_out else _("会给您发商品消息"))
    return redirect(url_for("shop.show_me"), 303)
