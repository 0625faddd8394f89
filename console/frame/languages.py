"""Choosing the language of the screens; it is kept in the cookie `lang`."""

from flask import Blueprint, abort, current_app, redirect, request
from werkzeug.wrappers import Response

from app.core.i18n import LANGUAGES
from console.frame.safe_paths import safe_next

blueprint = Blueprint("languages", __name__)

YEAR_SECONDS = 365 * 24 * 3600


@blueprint.post("/language")
def choose() -> Response:
    """Keep the choice and go back to the page it was made on."""
    language = request.form.get("lang", "")
    if language not in LANGUAGES:
        abort(400)
    response = redirect(safe_next(request.form.get("next")))
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie("lang", language, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return response
