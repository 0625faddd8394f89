"""The blueprint of the mobile app's calls, and what holds for every one of them."""

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext as _

from api.limits import count_address
from app.core.errors import NotFound

api = Blueprint("api", __name__, url_prefix="/api/v1")

DESCRIPTION = "api.describe"


@api.before_request
def admit() -> None:
    """Without an app of the merchant's there is nothing here but the description. Raises: NotFound, TooManyRequests."""
    if request.endpoint == DESCRIPTION:
        return
    if not current_app.config["WXPAY_APP_APPID"]:
        raise NotFound(_("本店没有开通 App 接口：需要设置 WXPAY_APP_APPID 和 WXPAY_APP_SECRET"))
    count_address()


@api.after_request
def set_headers(response: Response) -> Response:
    """Nothing is kept on the way, and no page of another site may read it: there is no CORS header."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache" if request.endpoint == DESCRIPTION else "no-store"
    return response
