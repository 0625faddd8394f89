"""`GET|POST /wechat`: where WeChat pushes messages and events to. No session, no login, no CSRF token.

Source: https://developers.weixin.qq.com/doc/service/guide/dev/push/
"""

import logging
from typing import cast

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException

from app.wechat.account import get_account
from app.wechat.callback.codec import SUCCESS, Forbidden, Malformed, Received
from app.wechat.callback.flat_xml import MAX_BYTES
from handlers.answering import AnswerDesk

logger = logging.getLogger(__name__)

endpoint = Blueprint("endpoint", __name__)

DESK = "answer_desk"


@endpoint.get("/wechat")
def verify() -> Response:
    """Answer WeChat's check of this address by echoing what it sent."""
    try:
        query = _read_query()
        get_account().callback.check_query(query)
    except Forbidden as error:
        return _refuse(403, error)
    return _plain(query.get("echostr", ""))


@endpoint.post("/wechat")
def receive() -> Response:
    """Take a push and answer it: in time, and never with an error that a follower would see."""
    try:
        received = get_account().callback.open(_read_query(), _read_body())
    except Forbidden as error:
        return _refuse(403, error)
    except Malformed as error:
        return _refuse(400, error)
    return _answer(received)


def _answer(received: Received) -> Response:
    try:
        desk = cast("AnswerDesk", current_app.extensions[DESK])
        answer = get_account().callback.seal(desk.answer(received), received.cipher)
    except Exception:
        logger.exception("push not answered", extra={"kind": received.push.kind})
        answer = SUCCESS
    if answer in ("", SUCCESS):
        return _plain(answer)
    return Response(answer, mimetype="application/xml")


def _read_query() -> dict[str, str]:
    """The query as single values; WeChat never sends one twice.

    Raises: Forbidden.
    """
    values = request.args.to_dict(flat=False)
    if any(len(texts) != 1 for texts in values.values()):
        raise Forbidden("query has a value twice")
    return {name: texts[0] for name, texts in values.items()}


def _read_body() -> bytes:
    """Raises: Malformed."""
    request.max_content_length = MAX_BYTES
    try:
        return request.get_data(cache=False)
    except HTTPException as error:
        raise Malformed("body too large or cut off") from error


def _refuse(status: int, reason: Exception) -> Response:
    logger.warning("push refused", extra={"status": status, "reason": str(reason)})
    return Response(status=status, mimetype="text/plain")


def _plain(text: str) -> Response:
    response = Response(text, mimetype="text/plain")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
