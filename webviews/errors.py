"""Errors as people meet them: a sentence, what to do, and a short reference that stands in the log too."""

import logging

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.core import ids
from app.core.errors import GatewayError, GatewayRefused, NotFound, PlatformError, ShopError
from webviews.door import shop
from webviews.guards import open_to_all

logger = logging.getLogger(__name__)


@shop.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@open_to_all
def find_nothing(rest: str) -> ResponseReturnValue:
    """Every address below /shop that is no page of ours."""
    raise NotFound(_("没有这个页面"))


@shop.errorhandler(ShopError)
def answer_shop_error(error: ShopError) -> ResponseReturnValue:
    """Something went wrong in a way we know."""
    if isinstance(error, NotFound):
        return _answer(error.code, 404, _("没有找到"), _(error.message) if error.message else "")
    if isinstance(error, GatewayRefused):
        words = _("这次付款没有被受理"), _("请稍后再试。如果已经付款，请不要重复支付。")
        return _answer(error.code, error.http_status, *words)
    if isinstance(error, (GatewayError, PlatformError)):
        return _answer(error.code, error.http_status, _("微信暂时没有回应"), _("请稍等片刻再试一次。"))
    return _answer(error.code, error.http_status, _("没有办成"), _(error.message) if error.message else "")


@shop.errorhandler(CSRFError)
def answer_csrf_error(error: CSRFError) -> ResponseReturnValue:
    """The form is from before this session, or from somewhere else."""
    return _answer("csrf", 400, _("页面已过期"), _("请返回上一页，刷新后再试。什么都没有提交。"))


@shop.errorhandler(HTTPException)
def answer_http_error(error: HTTPException) -> ResponseReturnValue:
    """The framework's own errors."""
    status = error.code or 500
    if status < 400:
        return error.get_response()  # a redirect, e.g. to the address with its slash
    if isinstance(error, RequestEntityTooLarge):
        return _answer("too_large", status, _("内容太大"), _("请减少内容后再试。"))
    if status == 404:
        return _answer("not_found", status, _("没有找到"), _("没有这个页面"))
    return _answer(f"http_{status}", status, _("没有办成"), _("请返回上一页再试。"))


@shop.errorhandler(Exception)
def answer_unexpected(error: Exception) -> ResponseReturnValue:
    """A mistake of ours: logged whole, told without a word of it."""
    reference = ids.new_code(6)
    logger.exception("page failed", extra={"reference": reference, "path": request.path}, exc_info=error)
    words = _("我们这边出了点问题"), _("请稍后再试。如果已经付款，请不要重复支付。")
    return _present("internal", 500, *words, reference=reference)


def log_reference(code: str, status: int) -> str:
    """Write an error to the log under a new reference, and return the reference to show."""
    reference = ids.new_code(6)
    level = logging.WARNING if status >= 500 else logging.INFO
    logger.log(
        level,
        "page refused",
        extra={"reference": reference, "code": code, "status": status, "path": request.path},
    )
    return reference


def _answer(code: str, status: int, title: str, advice: str) -> ResponseReturnValue:
    return _present(code, status, title, advice, reference=log_reference(code, status))


def _present(code: str, status: int, title: str, advice: str, *, reference: str) -> ResponseReturnValue:
    if request.path.startswith("/shop/api/"):
        return jsonify(code=code, title=title, message=advice, reference=reference), status
    return render_template("shop/error.html", title=title, advice=advice, reference=reference), status
