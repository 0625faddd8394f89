"""Playing the agents of WeChat's own desk, and publishing an article."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from simulator.control_api.access import body, follower_or_404, the_engine, waits
from simulator.desk import DeskRefusal
from simulator.platform.errors import TEXTS
from simulator.platform.pushes import Push

desk = Blueprint("desk", __name__)
LONGEST_TEXT = 2000
WORDS = {
    65401: "没有这个客服",
    65402: "这个客服还没有绑定微信",
    65413: "没有进行中的会话",
    65414: "已经由别的客服接待，或就是这一位",
    65415: "这个客服不在线",
}


@desk.get("/desk")
def show_desk() -> Response:
    return jsonify(describe())


@desk.post("/desk/agents")
def add_agent() -> Response:
    """Somebody who is bound and online at once; `kf_account` may leave out the part behind the @."""
    given, engine = body(), the_engine()
    prefix = str(given.get("kf_account") or f"kf{len(engine.agents.list()) + 1}").partition("@")[0]
    account = f"{prefix}@{engine.settings.account.wechat_id}"
    if not re.fullmatch(r"[A-Za-z0-9_]{1,10}", prefix):
        raise BadRequest("帐号前缀是 1 到 10 个字母、数字或下划线")
    if engine.agents.find(account):
        raise Conflict("已经有这个客服")
    nickname = str(given.get("nickname") or prefix)[:16]
    return jsonify(_public(engine.agents.add(account, nickname, person=f"{prefix}_wx")))


@desk.post("/desk/agents/<kf_account>")
def change_agent(kf_account: str) -> Response:
    """`{online}` comes or goes; `{invitation: "accept" / "reject"}` answers the account's invitation."""
    given, agents = body(), the_engine().agents
    agent = agents.find(kf_account)
    if agent is None:
        raise NotFound("没有这个客服")
    if given.get("invitation") in {"accept", "reject"}:
        agent = agents.answer(kf_account, accepted=given["invitation"] == "accept")
        if agent is None:
            raise Conflict("没有等待回答的邀请")
    if isinstance(given.get("online"), bool):
        if given["online"] and not agent["kf_wx"]:
            raise Conflict(WORDS[65402])
        agent = agents.keep({**agent, "online": given["online"]})
    return jsonify(_public(agent))


@desk.post("/desk/sessions/<openid>/accept")
def accept(openid: str) -> Response:
    """`{kf_account}` takes the case; without one, whom the transfer named or the first who is online."""
    openid, engine = follower_or_404(openid)["openid"], the_engine()
    named = next((row["kf_account"] for row in engine.desk.waiting() if row["openid"] == openid), "")
    online = next((agent["kf_account"] for agent in engine.agents.list() if agent["online"]), "")
    account = str(body().get("kf_account") or named or online)
    return _told(_played(lambda: engine.desk.open(openid, account)))


@desk.post("/desk/sessions/<openid>/say")
def say(openid: str) -> Response:
    openid, text = follower_or_404(openid)["openid"], str(body().get("content") or "")
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise BadRequest(f"要有 content，不超过 {LONGEST_TEXT} 字")
    return jsonify({"message": _played(lambda: the_engine().desk.say(openid, text))})


@desk.post("/desk/sessions/<openid>/switch")
def switch(openid: str) -> Response:
    openid, account = follower_or_404(openid)["openid"], str(body().get("kf_account") or "")
    return _told(_played(lambda: the_engine().desk.switch(openid, account)))


@desk.post("/desk/sessions/<openid>/close")
def close(openid: str) -> Response:
    openid = follower_or_404(openid)["openid"]
    return _told(_played(lambda: the_engine().desk.close(openid)))


@desk.post("/articles")
def publish() -> Response:
    given = body()
    title = str(given.get("title") or "").strip()[:64]
    if not title:
        raise BadRequest("要有 title")
    digest, picurl = (str(given.get(name) or "")[:2000] for name in ("digest", "picurl"))
    return jsonify(the_engine().articles.add(title, digest, picurl))


def describe() -> dict[str, Any]:
    engine = the_engine()
    return {
        "agents": [_public(agent) for agent in engine.agents.list()],
        "waiting": [_with_name(row) for row in engine.desk.waiting()],
        "sessions": [_with_name(row) for row in engine.desk.sessions()],
    }


def _with_name(row: dict[str, Any]) -> dict[str, Any]:
    follower = the_engine().followers.find(row["openid"])
    return {**row, "nickname": follower["nickname"] if follower else ""}


def _public(agent: dict[str, Any]) -> dict[str, Any]:
    return {**agent, "invitation": the_engine().agents.invitation(agent)}


def _played(action: Any) -> Any:
    try:
        return action()
    except DeskRefusal as refusal:
        raise Conflict(WORDS.get(refusal.errcode, TEXTS[refusal.errcode])) from refusal


def _told(event: Push | None) -> Response:
    """The event reaches the account; with `wait=1` before this answers."""
    engine = the_engine()
    if event is None:
        return jsonify({**describe(), "deliveries": []})
    if not waits():
        engine.pushes.start(event)
        return jsonify(describe())
    deliveries = [delivery.public() for delivery in engine.pushes.deliver(event)]
    return jsonify({**describe(), "deliveries": deliveries})
