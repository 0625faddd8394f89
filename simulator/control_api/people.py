"""Followers: who they are, their chat, and everything they do with the phone."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import BadRequest

from simulator.control_api.access import (
    body,
    follower_or_404,
    public_follower,
    the_engine,
    the_persona,
    uploaded_picture,
    waits,
)

people = Blueprint("people", __name__, url_prefix="/followers")
PLATFORMS = {"ios", "android"}


@people.post("")
def add_follower() -> Response:
    nickname = str(body().get("nickname", "")).strip()[:32]
    if not nickname:
        raise BadRequest("要有 nickname")
    platform = "ios" if body().get("platform") == "ios" else "android"
    return jsonify(public_follower(the_engine().followers.add(nickname, platform=platform)))


@people.post("/<openid>")
def change_follower(openid: str) -> Response:
    follower_or_404(openid)
    given = body()
    names = ("nickname", "platform", "color")
    changes = {name: given[name] for name in names if isinstance(given.get(name), str)}
    if changes.get("platform", "ios") not in PLATFORMS:
        raise BadRequest("platform 是 ios 或 android")
    return jsonify(public_follower(the_engine().followers.change(openid, **changes)))


@people.post("/<openid>/subscribe")
def subscribe(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify(the_persona().subscribe(openid, str(body().get("scene") or ""), wait=waits()))


@people.post("/<openid>/unsubscribe")
def unsubscribe(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify(the_persona().unsubscribe(openid, wait=waits()))


@people.get("/<openid>/chat")
def list_chat(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify({"messages": the_engine().chats.list(openid)})


@people.post("/<openid>/say")
def say(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify(the_persona().say(openid, body(), uploaded_picture(), wait=waits()))


@people.get("/<openid>/menu")
def show_menu(openid: str) -> Response:
    menu = the_engine().menus.seen_by(follower_or_404(openid))
    return jsonify({"menu": {"button": menu["button"]} if menu else None})


@people.post("/<openid>/menu")
def tap_menu(openid: str) -> Response:
    follower_or_404(openid)
    path = body().get("path")
    if not isinstance(path, list) or len(path) not in {1, 2}:
        raise BadRequest("path 是 [i] 或 [i,j]")
    if not all(isinstance(step, int) and step >= 0 for step in path):
        raise BadRequest("path 是 [i] 或 [i,j]")
    return jsonify(the_persona().tap(openid, path, body(), wait=waits()))


@people.post("/<openid>/scan")
def scan(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify(the_persona().scan(openid, body(), uploaded_picture(), wait=waits()))


@people.get("/<openid>/addresses")
def list_addresses(openid: str) -> Response:
    return jsonify({"addresses": follower_or_404(openid)["addresses"]})


@people.post("/<openid>/addresses")
def keep_addresses(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify({"addresses": the_persona().keep_addresses(openid, body())})
