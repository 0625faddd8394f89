"""Coupons: the centre where they are collected, and the follower's own."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.errors import NotFound, TransitionRefused
from app.promotions import holding
from app.promotions.models import FollowerCoupon
from app.promotions.states import CouponState
from webviews.coupon_words import coupon_terms, coupon_value
from webviews.door import shop
from webviews.guards import follower_only, open_to_all
from webviews.own_paths import safe_path, this_path
from webviews.session import find_follower, get_follower, is_snapshot, is_wechat

GROUPS = ("usable", "used", "over")


@shop.get("/coupons")
@open_to_all
def show_coupons() -> ResponseReturnValue:
    """What may be collected now. In WeChat he is logged in first, silently: some coupons are for certain
    followers, and a tap on one must not be lost to the login.
    """
    follower = find_follower()
    if follower is None and is_wechat() and not is_snapshot():
        return redirect(url_for("shop.start_login", to=this_path()), 303)
    return render_template(
        "shop/coupons.html",
        offered=holding.list_offered(follower.id if follower else None),
        value=coupon_value,
        terms=coupon_terms,
    )


@shop.post("/coupons/<int:coupon_id>/collect")
@follower_only
def collect_coupon(coupon_id: int) -> ResponseReturnValue:
    """Take one; tapped twice it is one."""
    try:
        copy = holding.collect(coupon_id, follower_id=get_follower().id)
    except (TransitionRefused, NotFound) as error:
        flash(_(error.message), "warn")
    else:
        flash(_("已领取“%(title)s”，下单时自动使用最划算的一张", title=copy.coupon.title))
    return redirect(safe_path(request.form.get("to") or url_for("shop.show_coupons")), 303)


@shop.get("/coupons/mine")
@follower_only
def show_own_coupons() -> ResponseReturnValue:
    """His own: usable, used, over."""
    group = request.args.get("tab", "")
    group = group if group in GROUPS else GROUPS[0]
    own = holding.list_own(get_follower().id)
    groups = {name: [copy for copy in own if group_of(copy) == name] for name in GROUPS}
    return render_template(
        "shop/own_coupons.html",
        copies=groups[group],
        group=group,
        counts={name: len(copies) for name, copies in groups.items()},
        value=coupon_value,
        terms=coupon_terms,
        is_locked=lambda copy: copy.state == CouponState.LOCKED,
        now=clock.now(),
    )


def group_of(copy: FollowerCoupon) -> str:
    """Under which tab a copy stands; one locked by an unpaid order may come back, so it stands with the usable."""
    if copy.state == CouponState.USED:
        return "used"
    return "over" if copy.expires_at <= clock.now() and copy.state == CouponState.FREE else "usable"
