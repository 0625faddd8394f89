"""What pages ask of the WeChat client through WeixinJSBridge: config check, pay sheet, payment."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import BadRequest

from simulator.control_api.access import body, follower_or_404, the_engine
from simulator.platform.open_tags import check_subscribe
from simulator.platform.tickets import check_config
from simulator.wirelog import Verdicts

bridge = Blueprint("bridge", __name__, url_prefix="/bridge")


@bridge.post("/config")
def config() -> Response:
    given = body()
    follower, url = follower_or_404(str(given.get("openid", ""))), str(given.get("url", ""))
    entry_url = str(given.get("entry_url") or url)
    answer = check_config(the_engine(), follower, url=url, entry_url=entry_url, params=_params(given))
    _record("wx.config", given, answer)
    return jsonify(answer)


@bridge.post("/prepay")
def prepay() -> Response:
    given = body()
    openid = follower_or_404(str(given.get("openid", "")))["openid"]
    answer = the_engine().cashier.check_request(openid, str(given.get("url", "")), _params(given))
    _record("getBrandWCPayRequest", given, answer)
    return jsonify(answer)


@bridge.post("/subscribe")
def subscribe() -> Response:
    """A tap on `<wx-open-subscribe>`; what the follower answers goes to `followers/<openid>/agree`."""
    given = body()
    follower_or_404(str(given.get("openid", "")))
    answer = check_subscribe(the_engine(), str(_params(given).get("template") or ""))
    _record("wx-open-subscribe", given, answer)
    return jsonify(answer)


@bridge.post("/app")
def app() -> Response:
    given = body()
    follower_or_404(str(given.get("openid", "")))
    answer = the_engine().cashier.check_app_request(_params(given))
    _record("PayReq", given, answer | {"err_msg": str(answer["err_code"])})
    return jsonify(answer)


@bridge.post("/pay")
def pay() -> Response:
    given = body()
    openid = follower_or_404(str(given.get("openid", "")))["openid"]
    action, password = str(given.get("action", "pay")), str(given.get("password") or "")
    if action not in {"pay", "cancel", "fail"}:
        raise BadRequest("action 是 pay、cancel 或 fail")
    prepay_id = str(given.get("prepay_id", ""))
    return jsonify(the_engine().cashier.act(openid, prepay_id, action=action, password=password))


def _params(given: dict[str, Any]) -> dict[str, Any]:
    params = given.get("params")
    return params if isinstance(params, dict) else {}


def _record(title: str, given: dict[str, Any], answer: dict[str, Any]) -> None:
    """What the page asked of the client is logged, too: these checks are the ones people get wrong."""
    verdicts = Verdicts()
    verdicts.rows = list(answer["verdicts"])
    text = "\n".join(f"{name}: {value}" for name, value in _params(given).items())
    answered = {"status": None, "headers": {}, "body": answer["err_msg"], "decoded": answer.get("err_desc")}
    the_engine().wire.record(
        "to_wechat",
        title,
        request={"method": "JS", "url": str(given.get("url", "")), "headers": {}, "body": text},
        response=answered,
        ms=0,
        verdicts=verdicts,
        openid=str(given.get("openid", "")),
    )
