"""Errors as an app meets them: a stable code, a sentence for people, and a reference that stands in the log too."""

import logging
from typing import Any

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from api.door import api
from api.guards import open_to_all
from app.core import ids
from app.core.errors import GatewayError, GatewayRefused, NotFound, PlatformError, ShopError
from app.wechat.oauth import CodeInvalid, CodeUsed

logger = logging.getLogger(__name__)


@api.route("/", defaults={"rest": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@api.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@open_to_all
def find_nothing(rest: str) -> ResponseReturnValue:
    """Every address below /api/v1 that is no call of ours."""
    raise NotFound(_("没有这个接口，见 /api/v1/openapi.json"))


@api.errorhandler(ShopError)
def answer_shop_error(error: ShopError) -> ResponseReturnValue:
    """Something went wrong in a way we know."""
    match error:
        case CodeUsed():
            return _answer(error, _("这个 code 已经用过，请在 App 里重新向微信要一个"))
        case CodeInvalid():
            return _answer(error, _("这个 code 无效或已过期，请在 App 里重新向微信要一个"))
        case GatewayRefused():
            return _answer(error, _("微信支付没有受理，请稍后再试"))
        case GatewayError() | PlatformError():
            return _answer(error, _("微信暂时没有回应，请稍等片刻再试一次"))
    return _answer(error, error.message, **error.details)


@api.errorhandler(HTTPException)
def answer_http_error(error: HTTPException) -> ResponseReturnValue:
    """The framework's own errors."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return _present(f"http_{status}", status, _("请求不能受理，请检查地址、方法和内容"))


@api.errorhandler(Exception)
def answer_unexpected(error: Exception) -> ResponseReturnValue:
    """A mistake of ours: logged whole, told without a word of it."""
    reference = ids.new_code(6)
    logger.exception("call failed", extra={"reference": reference, "path": request.path}, exc_info=error)
    return jsonify(code="internal", message=_("我们这边出了点问题，请稍后再试"), reference=reference), 500


def _answer(error: ShopError, message: str, **details: object) -> ResponseReturnValue:
    return _present(error.code, error.http_status, message, **details)


def _present(code: str, status: int, message: str, **details: object) -> tuple[Response, int]:
    reference = ids.new_code(6)
    level = logging.WARNING if status >= 500 else logging.INFO
    told = {"reference": reference, "code": code, "status": status, "path": request.path}
    logger.log(level, "call refused", extra=told)
    body: dict[str, Any] = {"code": code, "message": message or _("没有办成"), "reference": reference}
    response = jsonify(body | ({"details": details} if details else {}))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if seconds := details.get("retry_after"):
        response.headers["Retry-After"] = str(seconds)
    return response, status
