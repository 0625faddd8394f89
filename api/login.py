"""Logging in with the code that WeChat's SDK gives the app; refreshing and ending a login."""

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.bodies import read_body
from api.door import api
from api.guards import LoginNeeded, customer_only, open_to_all, this_session
from api.limits import count_login
from api.tokens import ACCESS_LIVES, sign_access
from app.core.errors import NotFound
from app.followers import app_customers
from app.wechat.account import get_account


@api.post("/login")
@open_to_all
def log_in() -> ResponseReturnValue:
    """A code works once; whoever lost the answer asks WeChat for another one."""
    count_login()
    code = read_body().text("code", most=512)
    oauth = get_account().app_oauth
    if oauth is None:
        raise NotFound()
    visitor = oauth.exchange(code)
    session, refresh_token = app_customers.log_in(visitor.openid, visitor.unionid)
    return jsonify(_access(session.id) | {"refresh_token": refresh_token})


@api.post("/refresh")
@open_to_all
def refresh() -> ResponseReturnValue:
    """Another access token of the same login; asking twice does no harm."""
    count_login()
    session = app_customers.find_by_refresh_token(read_body().text("refresh_token", most=100))
    if session is None:
        raise LoginNeeded(_("登录已失效，请重新登录"))
    return jsonify(_access(session.id))


@api.post("/logout")
@customer_only
def log_out() -> ResponseReturnValue:
    """Both tokens open nothing any more."""
    app_customers.log_out(this_session().id)
    return "", 204


def _access(session_id: int) -> dict[str, Any]:
    return {
        "access_token": sign_access(session_id),
        "expires_in": int(ACCESS_LIVES.total_seconds()),
    }
