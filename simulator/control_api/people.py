"""Followers: who they are, their chat, and everything they do with the phone."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, NotFound

from simulator import scanning
from simulator.control_api.access import (
    body,
    follower_or_404,
    public_follower,
    the_engine,
    the_persona,
    uploaded_file,
    waits,
)
from simulator.menu_taps import MenuTaps
from simulator.platform.notices import once_key
from simulator.platform.templates import LONG, ONCE

people = Blueprint("people", __name__, url_prefix="/followers")
PLATFORMS = {"ios", "android"}
LARGEST_CROWD, MOST_FOUND, MOST_TIMES = 1_000_000, 30, 100


@people.post("")
def add_follower() -> Response:
    nickname = str(body().get("nickname", "")).strip()[:32]
    if not nickname:
        raise BadRequest("要有 nickname")
    platform = "ios" if body().get("platform") == "ios" else "android"
    return jsonify(public_follower(the_engine().followers.add(nickname, platform=platform)))


@people.get("")
def search_followers() -> Response:
    """`?q=` is a part of a name or a whole openid."""
    followers = the_engine().followers
    found = followers.search(request.args.get("q", ""), MOST_FOUND)
    return jsonify({"followers": [public_follower(row) for row in found], "total": followers.count()})


@people.post("/bulk")
def add_crowd() -> Response:
    count, nickname = body().get("count"), str(body().get("nickname") or "路人")[:24]
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= LARGEST_CROWD:
        raise BadRequest(f"count 是 1 到 {LARGEST_CROWD}")
    followers = the_engine().followers
    first, last = followers.add_crowd(count, nickname)
    return jsonify({"added": count, "first": first, "last": last, "total": followers.count()})


@people.post("/windows")
def open_windows() -> Response:
    """`{first?, last?, seconds?, messages?}`: the window a message opens, for a stretch of the crowd at once."""
    given, engine = body(), the_engine()
    ends = [str(given.get(name) or "") for name in ("first", "last")]
    try:
        opened = engine.followers.open_windows(
            *ends,
            seconds=int(given.get("seconds") or engine.limits.get("window_seconds")),
            left=int(given.get("messages") or engine.limits.get("window_messages")),
        )
    except KeyError as error:
        raise NotFound("没有这个 openid") from error
    except (TypeError, ValueError) as error:
        raise BadRequest("seconds 和 messages 是正整数，messages 不超过 255") from error
    return jsonify({"opened": opened})


@people.post("/agreements")
def agree_at_once() -> Response:
    """`{template_id, first?, last?, times?}`: a stretch of the crowd agrees so often, without any event."""
    given, engine = body(), the_engine()
    ends = [str(given.get(name) or "") for name in ("first", "last")]
    template_id, times = given.get("template_id"), given.get("times", 1)
    if not isinstance(template_id, str) or not engine.templates.find(template_id, ONCE, LONG):
        raise NotFound("没有这个订阅模板")
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MOST_TIMES:
        raise BadRequest(f"times 是 1 到 {MOST_TIMES}")
    try:
        openids = engine.followers.of_crowd(*ends)
    except KeyError as error:
        raise NotFound("没有这个 openid") from error
    return jsonify({"agreed": engine.notices.agree_many(openids, template_id, times)})


@people.get("/<openid>")
def show_follower(openid: str) -> Response:
    follower = follower_or_404(openid)
    names = {tag["id"]: tag["name"] for tag in the_engine().tags.list()}
    tags = [{"id": number, "name": names.get(number, "")} for number in follower["tagid_list"]]
    return jsonify({**follower, "tags": tags})


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
    """`source` is a `subscribe_scene`; with a scene code it is ADD_SCENE_QR_CODE whatever it says."""
    scene, source = (str(body().get(name) or "") for name in ("scene", "source"))
    return jsonify(the_persona().subscribe(openid, scene, source=source, wait=waits()))


@people.post("/<openid>/app_login")
def log_into_app(openid: str) -> Response:
    """What WeChat's SDK gives the merchant's mobile app after a tap on 微信登录."""
    return jsonify({"code": the_engine().oauth.make_app_code(follower_or_404(openid))})


@people.post("/<openid>/unsubscribe")
def unsubscribe(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify(the_persona().unsubscribe(openid, wait=waits()))


@people.post("/<openid>/agree")
def agree(openid: str) -> Response:
    """`{template_id, status, changed?, scene?}`, or `{answers}` of several: what he wants to hear of."""
    follower_or_404(openid)
    given = body()
    several = given.get("answers")
    answers = several if isinstance(several, dict) else {given.get("template_id") or "": given.get("status")}
    if not answers or "" in answers or any(word not in ("accept", "reject") for word in answers.values()):
        raise BadRequest("要有 template_id，status 是 accept 或 reject；或 answers")
    template_id, accepted = next((str(name), word == "accept") for name, word in answers.items())
    if "scene" in given:
        key = once_key(template_id, str(given["scene"]))
        return jsonify({"left": the_engine().notices.agree(openid, key, accepted=accepted)})
    changed = given.get("changed") is True and not accepted
    chosen = {str(name): word == "accept" for name, word in answers.items()}
    told = the_persona().agree(openid, chosen, changed=changed, wait=waits())
    return jsonify(told if several else {**told, "left": told["left"][template_id]})


@people.get("/<openid>/chat")
def list_chat(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify({"messages": the_engine().chats.list(openid)})


@people.post("/<openid>/say")
def say(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify(the_persona().say(openid, body(), uploaded_file(), wait=waits()))


@people.get("/<openid>/menu")
def show_menu(openid: str) -> Response:
    """With the rule of the conditional menu that matched; none for the default menu."""
    menu = the_engine().menus.seen_by(follower_or_404(openid))
    names = ("button", "menuid", "matchrule")
    return jsonify({"menu": {name: menu[name] for name in names if name in menu} if menu else None})


@people.post("/<openid>/menu")
def tap_menu(openid: str) -> Response:
    follower_or_404(openid)
    path = body().get("path")
    if not isinstance(path, list) or len(path) not in {1, 2}:
        raise BadRequest("path 是 [i] 或 [i,j]")
    if not all(isinstance(step, int) and step >= 0 for step in path):
        raise BadRequest("path 是 [i] 或 [i,j]")
    return jsonify(MenuTaps(the_engine()).tap(openid, path, body(), wait=waits()))


@people.post("/<openid>/scan")
def scan(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify(scanning.scan(the_engine(), openid, body(), uploaded_file(), wait=waits()))


@people.get("/<openid>/addresses")
def list_addresses(openid: str) -> Response:
    return jsonify({"addresses": follower_or_404(openid)["addresses"]})


@people.post("/<openid>/addresses")
def keep_addresses(openid: str) -> Response:
    follower_or_404(openid)
    return jsonify({"addresses": the_persona().keep_addresses(openid, body())})
