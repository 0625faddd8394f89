"""Who may make a call. Every call of this door says so by one of these two; a test holds it to that."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.limits import count_session
from api.tokens import read_access
from app.core.errors import ShopError
from app.followers.app_customers import AppSession, find_session
from app.orders.listing import get_own
from app.orders.models import Order

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


class LoginNeeded(ShopError):
    """No access token, or one that opens nothing (any more): refresh it or log in."""

    code = "login_needed"
    http_status = 401


def open_to_all(view: View[P]) -> View[P]:
    """A call anybody may make."""
    view.guard = "open"  # type: ignore[attr-defined]
    return view


def customer_only(view: View[P]) -> View[P]:
    """A call for whoever shows an access token whose session lives."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        g.app_session = _find_session()
        count_session(g.app_session.id)
        return view(*args, **kwargs)

    guarded.guard = "customer"  # type: ignore[attr-defined]
    return guarded


def this_session() -> AppSession:
    """The login this call was made with; only below `customer_only`."""
    session: AppSession = g.app_session
    return session


def follower_id() -> int:
    """The customer this call was made by; only below `customer_only`."""
    return this_session().customer.follower_id


def own_order(order_no: str) -> Order:
    """One of his orders: the one door to it. Raises: NotFound for anybody else's."""
    return get_own(order_no, follower_id=follower_id())


def _find_session() -> AppSession:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    session_id = read_access(token.strip()) if scheme.lower() == "bearer" else None
    session = find_session(session_id) if session_id is not None else None
    if session is None:
        raise LoginNeeded(_("登录已失效，请重新登录"))
    return session
