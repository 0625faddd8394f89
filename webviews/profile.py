"""「我的」: the follower's own page, and his nickname and avatar, which he gives by a tap and takes back by a tap.

WeChat asks him only when he tapped: asked on opening, it would show him a snapshot page with made-up names.
Source: https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
"""

import secrets

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.broadcasts.opt_outs import is_opted_out
from app.core import clock
from app.core.errors import PlatformError
from app.followers import addresses
from app.followers.consent import record_consent
from app.followers.erasure import erase
from app.followers.names import initial_of, tame
from app.orders.listing import count_by_state
from app.promotions.holding import list_usable
from app.wechat.account import get_account
from app.wechat.oauth import Visitor
from webviews.door import shop
from webviews.errors import log_reference
from webviews.guards import follower_only
from webviews.session import get_follower

PENDING_SECONDS = 600


@shop.get("/me")
@follower_only
def show_me() -> ResponseReturnValue:
    """His name as he lets us know it, his orders, his addresses."""
    follower = get_follower()
    return render_template(
        "shop/me.html",
        follower=follower,
        nickname=tame(follower.nickname),
        initial=initial_of(follower),
        counts=count_by_state(follower.id),
        address_count=len(addresses.list_own(follower.id)),
        coupon_count=len(list_usable(follower.id)),
        gets_product_messages=not is_opted_out(follower.id),
    )


@shop.post("/me/profile")
@follower_only
def ask_for_profile() -> ResponseReturnValue:
    """He tapped: WeChat asks him whether he agrees."""
    state = secrets.token_hex(16)
    session["profile_state"] = [state, int(clock.now().timestamp())]
    callback = current_app.config["BASE_URL"] + url_for("shop.take_profile")
    address = get_account().oauth.authorize_url(callback, "snsapi_userinfo", state)
    return redirect(address, 303)


@shop.get("/me/profile/callback")
@follower_only
def take_profile() -> ResponseReturnValue:
    """He agreed: keep what he shows, if it is he and no snapshot. What goes wrong changes nothing."""
    state, at = session.pop("profile_state", ("", 0))
    is_ours = state and secrets.compare_digest(state.encode(), request.args.get("state", "").encode())
    if is_ours and clock.now().timestamp() - at < PENDING_SECONDS:
        _keep_profile(request.args.get("code", ""))
    return redirect(url_for("shop.show_me"))


@shop.post("/me/profile/forget")
@follower_only
def forget_profile() -> ResponseReturnValue:
    """He takes nickname and avatar back."""
    erase(get_follower().openid, cause="follower", what="profile")
    flash(_("昵称和头像已删除"))
    return redirect(url_for("shop.show_me"), 303)


def _keep_profile(code: str) -> None:
    follower_id, openid = get_follower().id, get_follower().openid
    oauth = get_account().oauth
    try:
        visitor = oauth.exchange(code)
        if _is_refused(visitor, openid):
            return
        profile = oauth.fetch_profile(visitor)
    except PlatformError as error:
        reference = log_reference(error.code, error.http_status)
        flash(_("微信没有给出昵称和头像，请稍后再试（%(reference)s）", reference=reference), "warn")
        return
    record_consent(
        follower_id, nickname=profile.nickname, avatar_url=profile.avatar_url, unionid=profile.unionid
    )
    flash(_("昵称和头像已更新"))


def _is_refused(visitor: Visitor, openid: str) -> bool:
    if visitor.is_snapshot:
        flash(_("这是微信的快照页。请先点屏幕底部的“使用完整服务”，再点一次。"), "warn")
    elif visitor.openid != openid:
        flash(_("微信里登录的是另一个账号，没有更新。"), "warn")
    else:
        return False
    return True
