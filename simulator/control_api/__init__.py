"""The control API `/sim/api/…`: how the phone, the lab and tests play the follower and look inside."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException

from simulator.control_api import alipay, bridge, broadcasts, complaints, desk, lab, orders, people


def add_control_api(app: Flask) -> None:
    control = Blueprint("control", __name__, url_prefix="/sim/api")
    control.before_request(_refuse_strangers)
    money = (orders.orders, orders.refunds, alipay.alipay, complaints.complaints)
    for part in (
        people.people,
        lab.lab,
        *money,
        bridge.bridge,
        desk.desk,
        broadcasts.broadcasts,
        broadcasts.sent,
    ):
        control.register_blueprint(part)
    control.register_error_handler(HTTPException, _explain)
    app.register_blueprint(control)


def _explain(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description or error.name}), error.code or 500


def _refuse_strangers() -> None:
    """Another page, the shop's own included, must not drive the simulator from somebody's browser."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise BadRequest("只接受手机和实验室页面的请求")
