"""The door of all platform APIs: method, token, permission, quota, faults, the call itself, the wire log."""

from __future__ import annotations

import json
import time

from flask import Request, Response

from simulator.engine import Engine
from simulator.http_faults import broken_answer
from simulator.platform.errors import PlatformError, make_rid
from simulator.platform.routing import ROUTES, Call, Result, Route
from simulator.wirelog import flatten

PLAYED = {  # fault: the code it answers; the one without plays whatever number was set
    "api_40001": 40001,
    "api_42001": 42001,
    "api_48001": 48001,
    "api_45009": 45009,
    "api_busy": -1,
    "api_error": None,
}


def dispatch(engine: Engine, path: str, asked: Request, raw: bytes) -> Response:
    """Answers one call as api.weixin.qq.com would, with HTTP 200 also for failures."""
    started = time.monotonic()
    call = Call(engine, asked, raw, make_rid())
    found = ROUTES.get(path)
    response = broken_answer(engine, "api", "before", asked) or _answer(call, found)
    if response.status_code == 200:
        response = broken_answer(engine, "api", "after", asked) or response
    engine.wire.record(
        "to_wechat",
        found.title if found else f"未知接口 {path}",
        request={
            "method": asked.method,
            "url": asked.full_path.rstrip("?"),
            "headers": flatten(asked.headers.items()),
            "body": call.raw,
        },
        response={
            "status": response.status_code if not asked.environ.get("simulator.drop") else None,
            "headers": flatten(response.headers.items()),
            "body": response.get_data() if not response.direct_passthrough else b"",
        },
        ms=(time.monotonic() - started) * 1000,
        verdicts=call.verdicts,
    )
    return response


def _answer(call: Call, found: Route | None) -> Response:
    started = time.monotonic()
    try:
        if found is None:
            raise PlatformError(40066)
        _check_method(call, found)
        if found.needs_token:
            call.engine.tokens.check(call)
            _play_faults(call)
        call.engine.quotas.count(call, found.path)
        result = found.function(call)
    except PlatformError as error:
        call.verdicts.add("结果", False, f"{error.errcode} {error.errmsg}")
        response = _json(error.body(call.rid))
        call.engine.rids.keep(call, response.get_data(as_text=True), time.monotonic() - started)
        return response
    call.verdicts.add("结果", True, "已执行")
    return result if isinstance(result, Response) else _json(result)


def _check_method(call: Call, found: Route) -> None:
    allowed = found.method.split("|")
    if call.request.method not in allowed:
        raise PlatformError(43001 if allowed == ["GET"] else 43002)


def _play_faults(call: Call) -> None:
    faults = call.engine.faults
    for name, errcode in PLAYED.items():
        value = faults.take(name, call.request.path)
        if value != faults.calm_value(name):
            call.verdicts.add("故障开关", None, name)
            raise PlatformError(int(value) if errcode is None else errcode)


def _json(body: Result) -> Response:
    # Raw UTF-8 under a Content-Type that names no charset properly, as on the real hosts.
    text = json.dumps(body, ensure_ascii=False)
    return Response(text.encode(), content_type="application/json; encoding=utf-8")
