"""Silent login: to WeChat and back, with a state that works once and a path kept in the session.

WeChat or the phone may open the way back twice. A repeated code with a session goes on; without one the
login starts over, at most once, and then a page says what to do: no loop, even where cookies are refused.

Source: https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
"""

import logging
import secrets

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.errors import PlatformError
from app.followers.service import get_or_create, touch
from app.wechat.account import get_account
from app.wechat.oauth import CodeInvalid, CodeUsed
from webviews.door import shop
from webviews.errors import log_reference
from webviews.guards import open_to_all
from webviews.own_paths import safe_path
from webviews.session import find_follower, is_wechat, log_in, mark_snapshot
from webviews.stock_requests import fulfil, take_wish

logger = logging.getLogger(__name__)

FIRST, SECOND = "1", "2"  # first character of the state: the count must survive a phone without cookies
PENDING_SECONDS = 600
MAX_PENDING = 3  # several pages may log in side by side


@shop.get("/login")
@open_to_all
def start_login() -> ResponseReturnValue:
    """Send the visitor to WeChat, which sends him back at once without asking him."""
    to = safe_path(request.args.get("to"))
    if find_follower() is not None or not is_wechat():
        return redirect(to)
    return _send_to_wechat(to, FIRST)


@shop.get("/login/callback")
@open_to_all
def finish_login() -> ResponseReturnValue:
    """WeChat's answer: exchange the code, then go on to an address without it."""
    state = request.args.get("state", "")
    to = _take_pending(state)
    if find_follower() is not None:
        return redirect(to or session.get("last_login_to") or url_for("shop.list_products"))
    if to is None:
        return _start_over(state, url_for("shop.list_products"))
    try:
        visitor = get_account().oauth.exchange(request.args.get("code", ""))
    except (CodeUsed, CodeInvalid):
        return _start_over(state, to)
    except PlatformError as error:
        return _say_what_to_do(to, 503, error.code)
    if visitor.is_snapshot:
        mark_snapshot()
    else:
        wish = take_wish()
        log_in(get_or_create(visitor.openid))
        touch(visitor.openid)
        to = fulfil(wish) or to
        session["last_login_to"] = to
    return redirect(to)


def _send_to_wechat(to: str, attempt: str) -> ResponseReturnValue:
    state = attempt + secrets.token_hex(16)
    _keep_pending(state, to)
    callback = current_app.config["BASE_URL"] + url_for("shop.finish_login")
    return redirect(
        get_account().oauth.authorize_url(redirect_uri=callback, scope="snsapi_base", state=state)
    )


def _start_over(state: str, to: str) -> ResponseReturnValue:
    if not state.startswith(FIRST):
        return _say_what_to_do(to, 400, "login_repeated")
    return _send_to_wechat(to, SECOND)


def _say_what_to_do(to: str, status: int, reason: str) -> ResponseReturnValue:
    reference = log_reference(reason, status)
    return render_template("shop/login_trouble.html", path=to, reference=reference), status


def _keep_pending(state: str, to: str) -> None:
    pending = dict(sorted(session.get("logins", {}).items(), key=lambda item: item[1][1])[1 - MAX_PENDING :])
    session["logins"] = pending | {state: [to, int(clock.now().timestamp())]}


def _take_pending(state: str) -> str | None:
    pending = dict(session.get("logins", {}))
    to, at = pending.pop(state, (None, 0))
    session["logins"] = pending
    return to if clock.now().timestamp() - at < PENDING_SECONDS else None
