"""`POST /pay/notify/<gateway>`: what payment gateways push to us.

No session, no login, no CSRF token: the signature alone says who is speaking.
"""

import logging

from flask import Blueprint, Response, abort, current_app, jsonify, request

from app.core.errors import GatewayError
from app.core.incoming import reads_body_itself
from app.payments.gateways import get_gateway
from app.payments.gateways.alipay import NAME as ALIPAY
from app.payments.gateways.apiv2_values import write_flat
from app.payments.gateways.wechatpay_v2 import NAME as APIV2
from app.payments.models import Verdict
from app.payments.notifications import record_notification
from app.payments.self_test import find_dropped, is_self_test, write_receipt

logger = logging.getLogger(__name__)

payment_notifications = Blueprint("payment_notifications", __name__)

MAX_BYTES = 64 * 1024

# What WeChat shall not send again is answered with 204. A mismatch is kept and alerted, so is final too;
# a number we do not know may be one whose row is not committed yet, so WeChat is asked to come back.
STATUS = {
    Verdict.APPLIED: 204,
    Verdict.REPEATED: 204,
    Verdict.IGNORED: 204,
    Verdict.MISMATCH: 204,
    Verdict.UNKNOWN: 500,
    Verdict.REFUSED: 401,
}


@payment_notifications.post("/pay/notify/<name>")
@reads_body_itself
def receive(name: str) -> Response:
    """Keep, judge, answer: yes when it is in the books, 4xx or 5xx when it shall be sent again."""
    if name not in current_app.extensions["gateways"]:
        abort(404)
    if (request.content_length or 0) > MAX_BYTES:
        return _fail(name, 413)
    request.max_content_length = MAX_BYTES
    body, secret = request.get_data(), current_app.config["SECRET_KEY"]
    if is_self_test(secret, request.headers, body):
        return _acknowledge(write_receipt(secret, body))
    try:
        verdict = record_notification(get_gateway(name), request.headers, body)
    except GatewayError:
        logger.exception("notification not processed", extra={"gateway": name})
        return _fail(name, 500)
    status = STATUS[verdict]
    return _accept(name) if status == 204 else _fail(name, status)


def _accept(name: str) -> Response:
    """Alipay reads the word alone, APIv2 its XML, APIv3 the status."""
    if name == APIV2:
        said = write_flat({"return_code": "SUCCESS", "return_msg": "OK"})
        return Response(said, mimetype="text/xml")
    return Response("success", mimetype="text/plain") if name == ALIPAY else Response(status=204)


def _acknowledge(receipt: str) -> Response:
    """The doctor's own test: say that it arrived, and in which state; nothing is kept."""
    return jsonify(receipt=receipt, dropped=find_dropped(request.headers))


def _fail(name: str, status: int) -> Response:
    if name == APIV2:
        said = write_flat({"return_code": "FAIL", "return_msg": "FAIL"})
        return Response(said, status=status, mimetype="text/xml")
    return Response('{"code":"FAIL","message":"失败"}', status=status, mimetype="application/json")
