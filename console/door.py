"""The one blueprint all console pages hang on: its guard, its headers, its error pages.

Every page is guarded because it hangs here; what may be seen without login is named in `PUBLIC`. The guard
is a loader of our own and not Flask-Login's, which would read a session on every request of the other two
doors as well and knows neither sessions that can be ended one by one nor a limit for idle ones.
"""

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import NotFound, ShopError
from console import (
    account,
    alerts,
    bills,
    broadcasts,
    complaints,
    delivery,
    desk,
    entrances,
    figures,
    followers,
    golive,
    jobs,
    materials,
    menus,
    offers,
    orders,
    overview,
    payments,
    people,
    products,
    refunds,
    replies,
    rules,
    words,
)
from console.frame import languages, media, presentation
from console.frame.error_pages import error_page, refusal_page, words_for
from console.frame.member import find_role_here, get_member_here, load_member
from console.frame.trimming import trim
from console.frame.unsent import keep_unsent
from console.replies import labels as reply_labels
from console.rules import words as rule_words

PUBLIC = frozenset(
    {
        "console.static",
        "console.login.form",
        "console.login.submit",
        "console.login.code_form",
        "console.login.submit_code",
        "console.languages.choose",
    }
)
FOR_ALL_STAFF = frozenset(  # one's own account and long jobs, and what pages are made of
    {
        "console.account.show",
        "console.account.change",
        "console.account.end_one",
        "console.account.end_others",
        "console.jobs.cancel",
        "console.jobs.download",
        "console.jobs.fragment",
        "console.jobs.index",
        "console.jobs.show",
        "console.login.leave",
        "console.media.show",
        "console.nothing_here",
        "console.second_factor.begin",
        "console.second_factor.confirm",
        "console.second_factor.renew",
        "console.second_factor.show",
        "console.second_factor.turn_off",
    }
)
WITH_A_STALE_PASSWORD = frozenset(  # all that is open to who has to change his first
    {"console.account.show", "console.account.change", "console.login.leave", "console.media.show"}
)
RIGHTS = (  # in the order in which they are offered
    overview.RIGHTS,
    figures.RIGHTS,
    orders.RIGHTS,
    refunds.RIGHTS,
    bills.RIGHTS,
    payments.RIGHTS,
    complaints.RIGHTS,
    products.RIGHTS,
    offers.RIGHTS,
    delivery.RIGHTS,
    entrances.RIGHTS,
    alerts.RIGHTS,
    desk.RIGHTS,
    rules.RIGHTS,
    materials.RIGHTS,
    followers.RIGHTS,
    broadcasts.RIGHTS,
    menus.RIGHTS,
    golive.RIGHTS,
    words.RIGHTS,
    people.RIGHTS,
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self'; connect-src 'self'; frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

door = Blueprint(
    "console", __name__, url_prefix="/console", static_folder="static", template_folder="templates"
)
PARTS = (
    languages.blueprint,
    media.blueprint,
    overview.blueprint,
    alerts.blueprint,
    *account.BLUEPRINTS,
    *bills.BLUEPRINTS,
    *broadcasts.BLUEPRINTS,
    *complaints.BLUEPRINTS,
    *delivery.BLUEPRINTS,
    *desk.BLUEPRINTS,
    *entrances.BLUEPRINTS,
    *figures.BLUEPRINTS,
    *followers.BLUEPRINTS,
    *golive.BLUEPRINTS,
    *jobs.BLUEPRINTS,
    *materials.BLUEPRINTS,
    *menus.BLUEPRINTS,
    *offers.BLUEPRINTS,
    *orders.BLUEPRINTS,
    *payments.BLUEPRINTS,
    *people.BLUEPRINTS,
    *products.BLUEPRINTS,
    *refunds.BLUEPRINTS,
    *replies.BLUEPRINTS,
    *rules.BLUEPRINTS,
    *words.BLUEPRINTS,
)
for part in PARTS:
    door.register_blueprint(part)
for offer in (presentation.offer, reply_labels.offer, rule_words.offer):
    door.context_processor(offer)


@door.before_request
def guard() -> AnyResponse | tuple[str, int] | None:
    """Let nobody in who is not logged in, and nobody to what his role does not allow, whatever page hangs here."""
    if request.endpoint == "console.static":
        return None
    load_member()
    if request.endpoint in PUBLIC:
        return None
    role = find_role_here()
    if role is None:
        return _ask_to_log_in()
    if get_member_here().must_change_password and request.endpoint not in WITH_A_STALE_PASSWORD:
        return redirect(url_for("console.account.show"))
    if role.may_open(request.endpoint or ""):
        return None
    if request.endpoint == "console.overview.show" and (first := presentation.find_first_page()):
        return redirect(url_for(first))
    return refusal_page(request.endpoint or "")


def _ask_to_log_in() -> AnyResponse | tuple[str, int]:
    if request.method != "GET":
        return keep_unsent() or abort(401)
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("console.login.form", next=wanted if wanted != "/console/" else None))


@door.after_request
def finish(response: Response) -> Response:
    """Take out what the reader may not do; nothing stays in a cache but a static file with its version."""
    trim(response)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "console.static":
        presentation.static_files.finish(response)
    elif request.endpoint != "console.media.show" or response.status_code != 200:
        response.headers["Cache-Control"] = "no-store"
    return response


@door.route("/<path:rest>", methods=["GET", "POST"])
def nothing_here(rest: str) -> AnyResponse:
    """An address that leads nowhere gets the console's own page, and the guard before it."""
    abort(404)


@door.errorhandler(CSRFError)
def answer_stale_form(_error: CSRFError) -> tuple[str, int]:
    """The form's token is missing or belongs to an ended session."""
    return keep_unsent() or error_page(
        400, _("页面已过期"), _("这个页面打开太久，或者登录已经变化。请返回刷新后再试，刚才的操作没有执行。")
    )


@door.errorhandler(ShopError)
def answer_shop_error(error: ShopError) -> tuple[str, int]:
    """Errors that no page has dealt with itself."""
    if isinstance(error, NotFound):
        return answer_http_error(404)
    return error_page(error.http_status, _("没有完成"), error.message or _("操作没有完成，请稍后再试。"))


@door.errorhandler(HTTPException)
def answer_http_error(error: HTTPException | int) -> tuple[str, int]:
    """Plain HTTP errors in the console's clothes."""
    code = error if isinstance(error, int) else error.code or 500
    title, sentence = words_for(code)
    return error_page(code, title, sentence)
