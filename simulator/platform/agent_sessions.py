"""Sessions between agents and followers, the queue, and the records of what was said."""

from __future__ import annotations

from typing import Any

from simulator.desk import DeskRefusal
from simulator.platform.agents import known_agent
from simulator.platform.errors import PlatformError
from simulator.platform.openids import known_follower
from simulator.platform.routing import OK, Call, route

LONGEST_SECONDS, MOST_RECORDS, MOST_WAITING = 86_400, 10_000, 100


@route("POST", "/customservice/kfsession/create", "创建客服会话", daily_limit=500_000)
def create(call: Call) -> dict[str, Any]:
    openid, account = _names(call)
    try:
        event = call.engine.desk.open(openid, account)
    except DeskRefusal as refusal:
        raise PlatformError(refusal.errcode) from refusal
    if event is not None:
        call.engine.pushes.start(event)
    return OK


@route("POST", "/customservice/kfsession/close", "关闭客服会话", daily_limit=500_000)
def close(call: Call) -> dict[str, Any]:
    openid, account = _names(call)
    try:
        call.engine.pushes.start(call.engine.desk.close(openid, account))
    except DeskRefusal as refusal:
        raise PlatformError(refusal.errcode) from refusal
    return OK


@route("GET", "/customservice/kfsession/getsession", "取客户的会话", daily_limit=500_000)
def show(call: Call) -> dict[str, Any]:
    session = call.engine.desk.session_of(known_follower(call, call.arg("openid"))["openid"])
    if session is None:
        return {"createtime": 0, "kf_account": ""}
    return {"createtime": session["createtime"], "kf_account": session["kf_account"]}


@route("GET", "/customservice/kfsession/getsessionlist", "取客服的会话", daily_limit=500_000)
def list_sessions(call: Call) -> dict[str, Any]:
    account = known_agent(call, call.arg("kf_account"))["kf_account"]
    rows = call.engine.desk.sessions(account)
    return {"sessionlist": [{"createtime": row["createtime"], "openid": row["openid"]} for row in rows]}


@route("GET", "/customservice/kfsession/getwaitcase", "取等待接入的客户", daily_limit=500_000)
def list_waiting(call: Call) -> dict[str, Any]:
    rows = call.engine.desk.waiting()
    shown = [{"latest_time": row["latest_time"], "openid": row["openid"]} for row in rows[:MOST_WAITING]]
    return {"count": len(rows), "waitcaselist": shown}


@route("POST", "/customservice/msgrecord/getmsglist", "取客服聊天记录", daily_limit=500_000)
def list_records(call: Call) -> dict[str, Any]:
    body = call.json()
    numbers = [body.get(name) for name in ("starttime", "endtime", "msgid", "number")]
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        raise PlatformError(65416)
    start, end, first, most = numbers
    if start > end or first < 1 or not 1 <= most <= MOST_RECORDS:
        raise PlatformError(65416)
    if end - start > LONGEST_SECONDS:
        raise PlatformError(65417)
    rows = call.engine.desk.records(start, end, first, most)
    names = ("openid", "opercode", "text", "time", "worker")
    return {
        "recordlist": [{name: row[name] for name in names} for row in rows],
        "number": len(rows),
        "msgid": rows[-1]["msgid"] + 1 if rows else first,  # the next page begins here
    }


def _names(call: Call) -> tuple[str, str]:
    """Raises: PlatformError 65401, 40003, 49003."""
    body = call.json()
    account = known_agent(call, body.get("kf_account"))["kf_account"]
    return known_follower(call, body.get("openid"))["openid"], account
