"""The control API `/sim/api/…`: what the phone, the lab and tests use to play the follower and to look behind the scenes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException, NotFound

from simulator.clock import iso
from simulator.control_pay import add_pay_routes
from simulator.engine import Engine
from simulator.persona import Persona
from simulator.platform.payloads import EVENT_KINDS, MESSAGE_KINDS

MOST_REPEATS = 50


def make_control(engine: Engine) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/sim/api")
    control.register_error_handler(HTTPException, _explain)
    control.before_request(_refuse_strangers)
    _add_follower_routes(control, engine)
    _add_lab_routes(control, engine)
    add_pay_routes(control, engine)
    return control


def body() -> dict[str, Any]:
    """The JSON object of a request, or its form fields; an empty one when there is none."""
    if request.form:
        return dict(request.form)
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def follower_or_404(engine: Engine, openid: str) -> dict[str, Any]:
    follower = engine.followers.find(openid)
    if follower is None:
        raise NotFound("没有这个 openid")
    return follower


def public_follower(follower: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in follower.items() if name != "unionid"}


def _explain(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description or error.name}), error.code or 500


def _refuse_strangers() -> None:
    """Another site's page must not drive the simulator with a form in somebody's browser."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise BadRequest("只接受本机页面的请求")


def _add_follower_routes(control: Blueprint, engine: Engine) -> None:
    persona = Persona(engine)

    @control.get("/state")
    def state() -> Response:
        return jsonify(describe(engine))

    @control.post("/followers")
    def add_follower() -> Response:
        nickname = str(body().get("nickname", "")).strip()[:32]
        if not nickname:
            raise BadRequest("要有 nickname")
        platform = "ios" if body().get("platform") == "ios" else "android"
        return jsonify(public_follower(engine.followers.add(nickname, platform=platform)))

    @control.post("/followers/<openid>")
    def change_follower(openid: str) -> Response:
        follower_or_404(engine, openid)
        given = body()
        changes = {
            name: given[name]
            for name in ("nickname", "platform", "color")
            if isinstance(given.get(name), str)
        }
        if changes.get("platform", "ios") not in {"ios", "android"}:
            raise BadRequest("platform 是 ios 或 android")
        return jsonify(public_follower(engine.followers.change(openid, **changes)))

    @control.post("/followers/<openid>/subscribe")
    def subscribe(openid: str) -> Response:
        follower_or_404(engine, openid)
        return jsonify(persona.subscribe(openid, str(body().get("scene") or ""), wait=_waits()))

    @control.post("/followers/<openid>/unsubscribe")
    def unsubscribe(openid: str) -> Response:
        follower_or_404(engine, openid)
        return jsonify(persona.unsubscribe(openid, wait=_waits()))

    @control.get("/followers/<openid>/chat")
    def chat(openid: str) -> Response:
        follower_or_404(engine, openid)
        return jsonify({"messages": engine.chats.list(openid)})

    @control.post("/followers/<openid>/say")
    def say(openid: str) -> Response:
        follower_or_404(engine, openid)
        picture = request.files.get("picture")
        return jsonify(persona.say(openid, body(), picture.read() if picture else None, wait=_waits()))

    @control.get("/followers/<openid>/menu")
    def seen_menu(openid: str) -> Response:
        menu = engine.menus.seen_by(follower_or_404(engine, openid))
        return jsonify({"menu": {"button": menu["button"]} if menu else None})

    @control.post("/followers/<openid>/menu")
    def tap_menu(openid: str) -> Response:
        follower_or_404(engine, openid)
        path = body().get("path")
        if (
            not isinstance(path, list)
            or not all(isinstance(step, int) for step in path)
            or not 1 <= len(path) <= 2
        ):
            raise BadRequest("path 是 [i] 或 [i,j]")
        return jsonify(persona.tap(openid, path, body(), wait=_waits()))

    @control.post("/followers/<openid>/scan")
    def scan(openid: str) -> Response:
        follower_or_404(engine, openid)
        picture = request.files.get("picture") or next(iter(request.files.values()), None)
        return jsonify(persona.scan(openid, body(), picture.read() if picture else None, wait=_waits()))

    @control.get("/followers/<openid>/addresses")
    def addresses(openid: str) -> Response:
        return jsonify({"addresses": follower_or_404(engine, openid)["addresses"]})

    @control.post("/followers/<openid>/addresses")
    def change_addresses(openid: str) -> Response:
        follower_or_404(engine, openid)
        return jsonify({"addresses": persona.keep_addresses(openid, body())})


def _add_lab_routes(control: Blueprint, engine: Engine) -> None:
    persona = Persona(engine)

    @control.post("/push")
    def push() -> Response:
        given = body()
        openid, kind = str(given.get("openid", "")), str(given.get("kind", ""))
        follower_or_404(engine, openid)
        times = given.get("repeat", 1)
        if not isinstance(times, int) or not 1 <= times <= MOST_REPEATS:
            raise BadRequest(f"repeat 是 1 到 {MOST_REPEATS}")
        if kind not in (*MESSAGE_KINDS, *EVENT_KINDS):
            raise BadRequest(f"不认识 {kind}")
        deliveries = persona.push(
            openid, kind, given, times=times, same_instant=given.get("same_instant") is True
        )
        return jsonify({"deliveries": [delivery.public() for delivery in deliveries]})

    @control.post("/push/verify")
    def verify_callback() -> Response:
        """What saving the form in the console does: the GET with echostr."""
        return jsonify(engine.pushes.verify_url())

    @control.get("/events")
    def events() -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(
            engine.events.stream(), content_type="text/event-stream; charset=utf-8", headers=headers
        )

    @control.get("/wire")
    def wire() -> Response:
        after, limit = request.args.get("after", 0, int), request.args.get("limit", 200, int)
        return jsonify({"entries": engine.wire.list(after, max(1, min(limit, 2000)))})

    @control.get("/wire/<int:seq>")
    def wire_entry(seq: int) -> Response:
        entry = engine.wire.find(seq)
        if entry is None:
            raise NotFound("没有这一条，或已被挤出")
        return jsonify(entry)

    @control.post("/faults")
    def set_fault() -> Response:
        given = body()
        value = given.get("value")
        text = (
            {True: "always", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        )
        try:
            name = str(given.get("name"))
            if text == "off":
                text = engine.faults.calm_value(name)
            engine.faults.set(name, text, once=given.get("once") is True)
        except KeyError as error:
            raise NotFound(f"没有开关 {given.get('name')}") from error
        except ValueError as error:
            raise BadRequest(str(error)) from error
        return jsonify({"faults": engine.faults.listing()})

    @control.post("/faults/reset")
    def reset_faults() -> Response:
        engine.faults.reset()
        return jsonify({"faults": engine.faults.listing()})

    @control.post("/clock")
    def move_clock() -> Response:
        try:
            if "advance_seconds" in body():
                engine.clock.advance(float(body()["advance_seconds"]))
            if "speed" in body():
                engine.clock.set_speed(float(body()["speed"]))
        except (TypeError, ValueError) as error:
            raise BadRequest(str(error)) from error
        engine.events.publish("state", what="clock")
        return jsonify({"clock": describe_clock(engine)})

    @control.post("/tokens/expire")
    def expire_tokens() -> Response:
        return jsonify({"expired": engine.tokens.expire_all()})

    @control.post("/reset")
    def reset() -> Response:
        engine.reset()
        return jsonify(describe(engine))


def describe(engine: Engine) -> dict[str, Any]:
    settings, menu = engine.settings, engine.menus.default()
    return {
        "account": {
            "appid": settings.account.appid,
            "name": settings.account.name,
            "original_id": settings.account.original_id,
            "mchid": settings.merchant.mchid,
        },
        "shop_base": settings.upstream,
        "web_base": settings.web_base,
        "callback_url": settings.callback_url,
        "push_mode": settings.push_mode,
        "clock": describe_clock(engine),
        "followers": [public_follower(follower) for follower in engine.followers.list()],
        "faults": engine.faults.listing(),
        "menu": {"button": menu["button"]} if menu else None,
        "push_kinds": {"messages": list(MESSAGE_KINDS), "events": list(EVENT_KINDS)},
    }


def describe_clock(engine: Engine) -> dict[str, Any]:
    offset = engine.clock.offset_seconds
    return {"now": iso(engine.clock.now()), "offset_seconds": round(offset), "speed": engine.clock.speed}


def _waits() -> bool:
    """`?wait=1`: answer only after the push was delivered, with its deliveries."""
    return request.args.get("wait") == "1" or body().get("wait") is True
