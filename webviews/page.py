"""What every page of this door shares: headers, caching, words for templates, the entrance of the visit."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, request, session
from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _

from app.catalog.pictures import small_of
from app.catalog.service import options_label
from app.core import clock
from app.core.live_settings import read_live
from app.core.static_files import StaticFiles
from app.pricing.explained import explain
from app.pricing.freight import FreightRule
from webviews.cost_words import cost_label
from webviews.door import shop
from webviews.session import count_cart, is_wechat
from webviews.visits import look_at_entrance

# May be kept by the phone, asked about each time.
PUBLIC_PAGES = {"shop.list_products", "shop.show_product", "shop.show_words"}
# WeChat builds its open tags with frames of its own.
# https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_Open_Tag.html
TAG_FRAMES = "frame-src https://*.qq.com webcompt:; "
static_files = StaticFiles("shop.static", Path(__file__).with_name("static"))
PRODUCT = "shop.show_product"
PREVIEW = "shop.preview_product"  # stands in a frame of the console
PAY_LINK = "shop.show_pay_link"
FILES = {"shop.static", "shop.show_media", "shop.show_colour"}


@shop.before_request
def greet() -> None:
    """Look where the visitor comes from."""
    if "e" in request.args and request.endpoint not in FILES:
        look_at_entrance()


@shop.after_request
def set_headers(response: Response) -> Response:
    """No script but our files and WeChat's, no frame around us, nothing personal kept anywhere."""
    response.headers["Content-Security-Policy"] = _policy(
        current_app.config["WECHAT_OPEN_BASE"],
        ancestors="'self'" if request.endpoint == PREVIEW else "'none'",
        more=TAG_FRAMES if request.endpoint == PRODUCT else "",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    # WeChat's H5 cashier opens only for a page whose host it is told.
    response.headers["Referrer-Policy"] = "strict-origin" if request.endpoint == PAY_LINK else "same-origin"
    if request.endpoint == "shop.static":
        static_files.finish(response)
    elif request.endpoint not in FILES:
        is_public = request.endpoint in PUBLIC_PAGES
        response.headers["Cache-Control"] = "private, no-cache" if is_public else "no-store"
        if is_public and response.status_code == 200:
            _answer_only_what_is_new(response)
    return response


@shop.context_processor
def offer_to_templates() -> dict[str, Any]:
    """What every template of this door may use."""
    return {
        "asset": static_files.address,
        "moment": moment,
        "cart_count": count_cart,
        "options_label": options_label,
        "cost_lines": explain,
        "cost_label": cost_label,
        "small_of": small_of,
        "in_wechat": is_wechat(),
        "language": "en" if str(get_locale() or "zh").startswith("en") else "zh-CN",
    }


def moment(at: datetime) -> str:
    """A moment as people in Beijing read it."""
    same_year = at.astimezone(clock.BEIJING).year == clock.today().year
    return format_datetime(at, _("M月d日 HH:mm") if same_year else "yyyy-MM-dd HH:mm")


def freight_rule() -> FreightRule:
    """The shop's freight where no template says another."""
    config = current_app.config
    return FreightRule(read_live("SHIPPING_FEE_FEN", config), read_live("SHIPPING_FREE_FROM_FEN", config))


def _answer_only_what_is_new(response: Response) -> None:
    """Let the phone show the page it has, when only the token of its forms is another.

    A token of the same session works for as long as any other, so the session's own value stands in for it.
    """
    body = response.get_data()
    if token := g.get("csrf_token"):
        body = body.replace(token.encode(), session["csrf_token"].encode())
    response.set_etag(sha256(body).hexdigest()[:20], weak=True)
    response.make_conditional(request)


def _policy(open_base: str, *, ancestors: str, more: str) -> str:
    # The login leaves through forms as well: a browser holds form-action against every redirect after them.
    return (
        "default-src 'self'; script-src 'self' https://res.wx.qq.com https://res2.wx.qq.com; "
        f"{more}img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors {ancestors}; "
        f"form-action 'self' {open_base}"
    )
