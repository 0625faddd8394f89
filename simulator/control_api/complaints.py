"""Complaints as the buyer makes them, and as everybody outside may look at them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from simulator.clock import iso
from simulator.control_api.access import body, the_engine
from simulator.control_api.orders import order_or_404
from simulator.pay.complaints import PROBLEMS
from simulator.qr.drawing import draw_meadow

complaints = Blueprint("complaints", __name__, url_prefix="/complaints")

MOST_WORDS = 300
OPEN = ("PENDING", "PROCESSING")


@complaints.get("")
def list_complaints() -> Response:
    """`?openid=` shows those of one person."""
    openid = request.args.get("openid", "")
    rows = [row for row in the_engine().complaints.list() if openid in ("", row["openid"])]
    return jsonify({"complaints": [public_complaint(row) for row in rows]})


@complaints.post("")
def complain() -> Response:
    """`{out_trade_no, text, problem_type?, amount_fen?, picture?, at_once?}`."""
    given, engine = body(), the_engine()
    order = order_or_404(str(given.get("out_trade_no") or ""))
    if order["state"] != "SUCCESS":
        raise Conflict("没有付款的订单不能投诉")
    number = order["out_trade_no"]
    if any(row["out_trade_no"] == number and row["state"] in OPEN for row in engine.complaints.list()):
        raise Conflict("这笔付款正在投诉中")
    problem, amount = str(given.get("problem_type") or "REFUND"), given.get("amount_fen", order["amount_fen"])
    if problem not in PROBLEMS:
        raise BadRequest(f"problem_type 是 {'、'.join(PROBLEMS)}")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= order["amount_fen"]:
        raise BadRequest("amount_fen 是 1 到付款的金额")
    complaint_id = engine.complaints.open(
        order,
        text=_text(given),
        problem=problem,
        wanted_fen=amount,
        picture=_picture(given),
        at_once=given.get("at_once") is True,
    )
    return jsonify(public_complaint(complaint_or_404(complaint_id)))


@complaints.get("/<complaint_id>")
def show_complaint(complaint_id: str) -> Response:
    return jsonify(public_complaint(complaint_or_404(complaint_id)))


@complaints.get("/pictures/<media_id>")
def show_picture(media_id: str) -> Response:
    data = the_engine().complaints.find_picture(media_id)
    if data is None:
        raise NotFound("没有这张图片")
    return Response(data, mimetype="image/png" if data.startswith(b"\x89PNG") else "image/jpeg")


@complaints.post("/<complaint_id>/say")
def say(complaint_id: str) -> Response:
    """`{text, picture?}`; about one that is over, the buyer goes on complaining."""
    complaint_or_404(complaint_id)
    the_engine().complaints.speak(complaint_id, _text(body()), _picture(body()))
    return jsonify(public_complaint(complaint_or_404(complaint_id)))


def complaint_or_404(complaint_id: str) -> dict[str, Any]:
    complaint = the_engine().complaints.find(complaint_id)
    if complaint is None:
        raise NotFound("没有这起投诉")
    return complaint


def public_complaint(complaint: dict[str, Any]) -> dict[str, Any]:
    history = [{**line, "at": iso(line["at"])} for line in complaint["history"]]
    return {**complaint, "created_at": iso(complaint["created_at"]), "history": history}


def _text(given: dict[str, Any]) -> str:
    text = given.get("text")
    if not isinstance(text, str) or not 0 < len(text.strip()) <= MOST_WORDS:
        raise BadRequest(f"text 是 1 到 {MOST_WORDS} 个字")
    return text.strip()


def _picture(given: dict[str, Any]) -> bytes:
    """A sample picture when one is wanted."""
    return draw_meadow() if given.get("picture") else b""
