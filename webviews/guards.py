"""Who may open a page. Every page of this door says so by one of these two; a test holds it to that."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import current_app, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from webviews.own_paths import this_path
from webviews.qr import qr_data_uri
from webviews.session import entrance_code, find_follower, is_snapshot, is_wechat

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def open_to_all(view: View[P]) -> View[P]:
    """A page anybody may look at, logged in or not."""
    view.guard = "open"  # type: ignore[attr-defined]
    return view


def follower_only(view: View[P]) -> View[P]:
    """A personal page: logs the visitor in first, or says what he can do."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if find_follower() is None:
            session.pop("follower", None)
            return _ask_to_log_in()
        return view(*args, **kwargs)

    guarded.guard = "follower"  # type: ignore[attr-defined]
    return guarded


def _ask_to_log_in() -> ResponseReturnValue:
    path = this_path()
    if request.path.startswith("/shop/api/"):
        return jsonify(code="login_needed", login=url_for("shop.start_login", to=path)), 401
    if is_snapshot():
        return render_template("shop/snapshot.html", path=path), 403
    if is_wechat():
        return redirect(url_for("shop.start_login", to=path), 303)
    link = _public_link(path)
    return render_template("shop/open_in_wechat.html", link=link, qr=qr_data_uri(link)), 403


def _public_link(path: str) -> str:
    """The page's full address, with the entrance, for the phone that will open it."""
    link = f"{current_app.config['BASE_URL']}{path}"
    if (code := entrance_code()) and "e=" not in link:
        link += f"{'&' if '?' in link else '?'}e={code}"
    return link
