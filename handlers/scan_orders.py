"""`POST /pay/scan`: WeChat asks what to pay for a static code that somebody has just scanned (扫码支付模式一).

No session, no login, no CSRF token: the signature alone says who is speaking.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, request
from flask_babel import force_locale

from app.core.errors import ShopError, SignatureInvalid
from app.core.incoming import reads_body_itself
from app.core.live_settings import read_live
from app.payments.gateways import find_apiv2
from app.payments.gateways.apiv2_values import write_flat
from app.payments.static_codes import pay_by_scan, say_problem

logger = logging.getLogger(__name__)

scan_orders = Blueprint("scan_orders", __name__)

MAX_BYTES = 64 * 1024


@scan_orders.post("/pay/scan")
@reads_body_itself
def answer() -> Response:
    """What to pay with, or why not in words; both signed. Asked again for the same, the answer is the same order."""
    gateway = find_apiv2()
    if gateway is None or not current_app.config["WXPAY_SCAN_CODES"]:
        abort(404)
    request.max_content_length = MAX_BYTES
    desk, ttl = gateway.scan_desk, timedelta(seconds=read_live("ORDER_TTL_SECONDS", current_app.config))
    try:
        scan = desk.read_scan(request.get_data())
    except SignatureInvalid as error:
        logger.warning("scan refused", extra={"reason": error.reason})
        return _xml({"return_code": "FAIL", "return_msg": "签名错误"})
    with force_locale("zh"):  # the buyer's phone shows it, and WeChat says nothing of his language
        try:
            prepay_id = pay_by_scan(scan.openid, scan.product_id, gateway=gateway, ttl=ttl)
        except ShopError as error:
            logger.info("scan answered with no", extra={"product_id": scan.product_id, "reason": error.code})
            return _xml(desk.answer(problem=say_problem(error)))
    return _xml(desk.answer(prepay_id=prepay_id))


def _xml(fields: Mapping[str, str]) -> Response:
    return Response(write_flat(fields), mimetype="text/xml")
