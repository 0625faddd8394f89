"""`POST /pay/notify/complaints`: what WeChat pushes to us about complaints.

No session, no login, no CSRF token: the signature alone says who is speaking.
"""

import logging

from flask import Blueprint, Response, request

from app.complaints.address import PATH
from app.complaints.notifications import record_notice
from app.complaints.states import NoticeVerdict
from app.payments.gateways import get_complaint_desk

logger = logging.getLogger(__name__)

complaint_notifications = Blueprint("complaint_notifications", __name__)

MAX_BYTES = 64 * 1024


@complaint_notifications.post(PATH)
def receive() -> Response:
    """Keep, judge, answer: 204 when its complaint will be fetched, 401 when it proves nothing."""
    if (request.content_length or 0) > MAX_BYTES:
        return _fail(413)
    request.max_content_length = MAX_BYTES
    verdict = record_notice(get_complaint_desk(), request.headers, request.get_data())
    return _fail(401) if verdict == NoticeVerdict.REFUSED else Response(status=204)


def _fail(status: int) -> Response:
    return Response('{"code":"FAIL","message":"失败"}', status=status, mimetype="application/json")
