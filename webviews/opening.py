"""Before the shop is released: who may pay, what the others are told, and how a tester comes onto the list."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.golive.release import add_tester
from app.payments import opening
from app.payments.invitations import read_invitation
from webviews.door import shop
from webviews.guards import follower_only
from webviews.session import find_follower, get_follower


@shop.get("/test")
@follower_only
def show_invitation() -> ResponseReturnValue:
    """What being a tester means; read before it is agreed to."""
    word = request.args.get("k", "")
    read_invitation(current_app.config["SECRET_KEY"], word)
    is_listed = opening.is_tester(get_follower().id)
    return render_template(
        "shop/invitation.html", word=word, is_listed=is_listed, is_released=opening.is_released()
    )


@shop.post("/test")
@follower_only
def join_testers() -> ResponseReturnValue:
    """He joins; once more changes nothing."""
    actor = read_invitation(current_app.config["SECRET_KEY"], request.form.get("k", ""))
    add_tester(get_follower().id, actor=actor)
    flash(_("您已加入支付测试名单，可以下单付款了"))
    return redirect(url_for("shop.list_products"), 303)


@shop.context_processor
def offer_opening() -> dict[str, object]:
    """For pages that tell it: `pay_state()` is `open`, `tester` or `closed`."""
    return {"pay_state": pay_state}


def pay_state() -> str:
    """What this visitor can do here."""
    if opening.is_released():
        return "open"
    follower = find_follower()
    return "tester" if follower and opening.is_tester(follower.id) else "closed"


def tell_not_open() -> ResponseReturnValue:
    """In place of the checkout, for who could not pay."""
    return render_template("shop/not_open.html"), 403
