"""Talking with an order's buyer without leaving it: words, the order's card, a product's card."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.conversations.desk import TakenByOther
from app.conversations.reaching_out import reach_out
from app.core.errors import InputInvalid, NotFound, ShopError
from app.orders.listing import get_by_no
from app.orders.models import Order
from app.staff.service import find_usernames
from app.wechat.replies import Reply, TextReply
from console.frame.chat_cards import order_reply, product_reply
from console.frame.member import get_member_here
from console.orders.detail import Typed, show

blueprint = Blueprint("order_talk", __name__, url_prefix="/orders/<order_no>/talk")

Answer = Response | tuple[str, int]


@blueprint.post("/say")
def say(order_no: str) -> Answer:
    """Send words. What cannot be sent stays in the box."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    return _send(get_by_no(order_no), lambda: TextReply(text.strip()), text)


@blueprint.post("/order")
def send_order(order_no: str) -> Answer:
    """Send this order's card."""
    order = get_by_no(order_no)
    return _send(order, lambda: order_reply(order))


@blueprint.post("/product")
def send_product(order_no: str) -> Answer:
    """Send a product's card."""
    return _send(get_by_no(order_no), lambda: product_reply(request.form.get("slug", "")))


def _send(order: Order, make: Callable[[], Reply], draft: str = "") -> Answer:
    token = request.form.get("token", "")[:64]
    try:
        if not token:
            raise InputInvalid(_("页面已过期，请刷新后再试"))
        reach_out(order.follower.openid, make(), staff_id=get_member_here().id, token=token)
    except ShopError as error:
        if isinstance(error, NotFound):
            raise
        typed = Typed(message=draft, message_trouble=_say(error))
        return show(order, typed), error.http_status
    flash(_("已交给微信发送。买家的回复会到接待台，现在由您接待他。"), "success")
    return redirect(url_for("console.orders.detail", order_no=order.order_no, _anchor="talk"))


def _say(error: ShopError) -> str:
    if isinstance(error, TakenByOther):
        who = find_usernames().get(f"staff:{error.staff_id}", "")
        return _("这位买家正由 %(who)s 接待，请到接待台接过来再发。", who=who) if who else error.message
    return error.message
