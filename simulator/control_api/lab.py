"""The lab: state, pushes of every kind, the event stream, the wire log, faults, the clock, reset."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, NotFound

from simulator.clock import iso
from simulator.control_api.access import body, follower_or_404, public_follower, the_engine, the_persona
from simulator.engine import Engine
from simulator.platform.payloads import EVENT_KINDS, KINDS, MESSAGE_KINDS
from simulator.platform.push_fields import catalogue
from simulator.settings import PUSH_MODES

MOST_REPEATS = 50
lab = Blueprint("lab", __name__)


@lab.get("/state")
def show_state() -> Response:
    """`?with=<openid>` adds one person to the few dozen that are listed."""
    return jsonify(describe(the_engine(), chosen=request.args.get("with", "")))


@lab.post("/push")
def push() -> Response:
    given = body()
    openid, kind, times = str(given.get("openid", "")), str(given.get("kind", "")), given.get("repeat", 1)
    follower_or_404(openid)
    if not isinstance(times, int) or not 1 <= times <= MOST_REPEATS:
        raise BadRequest(f"repeat 是 1 到 {MOST_REPEATS}")
    if kind not in KINDS:
        raise BadRequest(f"不认识 {kind}")
    if given.get("mode") not in (None, "", *PUSH_MODES):
        raise BadRequest(f"mode 是 {'、'.join(PUSH_MODES)}")
    same_instant = given.get("same_instant") is True
    deliveries, held_back = the_persona().push(openid, kind, given, times=times, same_instant=same_instant)
    answer: dict[str, Any] = {"deliveries": [delivery.public() for delivery in deliveries]}
    return jsonify({**answer, "held_back": held_back} if held_back else answer)


@lab.post("/push/verify")
def verify_callback() -> Response:
    """What saving the form in the console does: the GET with echostr."""
    return jsonify(the_engine().pushes.verify_url())


@lab.get("/events")
def stream_events() -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = the_engine().events.stream()
    return Response(stream, content_type="text/event-stream; charset=utf-8", headers=headers)


@lab.get("/wire")
def list_wire() -> Response:
    after, limit = request.args.get("after", 0, int), request.args.get("limit", 200, int)
    return jsonify({"entries": the_engine().wire.list(after, max(1, min(limit, 2000)))})


@lab.get("/wire/<int:seq>")
def show_wire_entry(seq: int) -> Response:
    entry = the_engine().wire.find(seq)
    if entry is None:
        raise NotFound("没有这一条，或已被挤出")
    return jsonify(entry)


@lab.get("/jobs")
def list_jobs() -> Response:
    jobs = sorted(the_engine().store.all("jobs"), key=lambda job: job["due_at"])
    return jsonify({"jobs": [{**job, "due_at": iso(job["due_at"])} for job in jobs]})


@lab.post("/faults")
def set_fault() -> Response:
    """`{name, value, once?, only?, every?}`; `once`, `always`, `off`, true and false are understood as values, too."""
    given, faults = body(), the_engine().faults
    name, value = str(given.get("name")), given.get("value")
    if isinstance(value, bool):
        value = "always" if value else "off"
    every = given.get("every") or 1
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise BadRequest("every 是正整数")
    try:
        value = faults.calm_value(name) if value == "off" else str(value)
        only = str(given.get("only") or "")
        faults.set(name, value, once=given.get("once") is True, only=only, every=every)
    except KeyError as error:
        raise NotFound(f"没有开关 {name}") from error
    except ValueError as error:
        raise BadRequest(str(error)) from error
    return jsonify({"faults": faults.listing()})


@lab.post("/faults/reset")
def reset_faults() -> Response:
    the_engine().faults.reset()
    return jsonify({"faults": the_engine().faults.listing()})


@lab.post("/clock")
def move_clock() -> Response:
    given, engine = body(), the_engine()
    try:
        if "advance_seconds" in given:
            engine.clock.advance(float(given["advance_seconds"]))
        if "speed" in given:
            engine.clock.set_speed(float(given["speed"]))
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
    engine.events.publish("state", what="clock")
    return jsonify({"clock": describe_clock(engine)})


@lab.get("/limits")
def list_limits() -> Response:
    return jsonify({"limits": the_engine().limits.listing()})


@lab.post("/limits")
def set_limit() -> Response:
    """`{name, value}`; the path of a call is the name of its daily budget, and null goes back."""
    given, limits = body(), the_engine().limits
    try:
        limits.set(str(given.get("name") or ""), given.get("value"))
    except KeyError as error:
        raise NotFound("没有这个数目") from error
    except ValueError as error:
        raise BadRequest(str(error)) from error
    return jsonify({"limits": limits.listing()})


@lab.post("/tokens/expire")
def expire_tokens() -> Response:
    return jsonify({"expired": the_engine().tokens.expire_all()})


@lab.post("/reset")
def reset() -> Response:
    the_engine().reset(everything=body().get("everything") is True)
    return jsonify(describe(the_engine()))


def describe(engine: Engine, chosen: str = "") -> dict[str, Any]:
    settings, menu = engine.settings, engine.menus.default()
    return {
        "account": {
            "appid": settings.account.appid,
            "name": settings.account.name,
            "original_id": settings.account.original_id,
            "wechat_id": settings.account.wechat_id,
            "mchid": settings.merchant.mchid,
        },
        "shop_base": settings.upstream,
        "web_base": settings.web_base,
        "callback_url": settings.callback_url,
        "push_mode": settings.push_mode,
        "clock": describe_clock(engine),
        "followers": [public_follower(follower) for follower in engine.followers.shown(chosen)],
        "follower_count": engine.followers.count(),
        "faults": engine.faults.listing(),
        "menu": {"button": menu["button"]} if menu else None,
        "push_kinds": {"messages": list(MESSAGE_KINDS), "events": list(EVENT_KINDS)},
        "push_fields": catalogue(),
    }


def describe_clock(engine: Engine) -> dict[str, Any]:
    offset = engine.clock.offset_seconds
    return {"now": iso(engine.clock.now()), "offset_seconds": round(offset), "speed": engine.clock.speed}
