"""What every control route needs: the engine, the body, the follower, the persona."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, request
from werkzeug.exceptions import NotFound

from simulator.engine import Engine
from simulator.persona import Persona

EXTENSION = "simulator"


def the_engine() -> Engine:
    return cast(Engine, current_app.extensions[EXTENSION])


def the_persona() -> Persona:
    return Persona(the_engine())


def body() -> dict[str, Any]:
    """The JSON object of a request, or its form fields; an empty one when there is none."""
    if request.form:
        return dict(request.form)
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def follower_or_404(openid: str) -> dict[str, Any]:
    follower = the_engine().followers.find(openid)
    if follower is None:
        raise NotFound("没有这个 openid")
    return follower


def public_follower(follower: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in follower.items() if name != "unionid"}


def waits() -> bool:
    """`wait=1`: answer only after the push was delivered, with its deliveries."""
    return request.args.get("wait") == "1" or body().get("wait") in {True, "1"}


def uploaded_file() -> bytes | None:
    part = request.files.get("picture") or next(iter(request.files.values()), None)
    return part.read() if part else None
