"""Customer-service messages and the typing state, with their windows and counts."""

from __future__ import annotations

from typing import Any

from simulator.platform.agents import known_agent
from simulator.platform.custom_content import READERS
from simulator.platform.errors import PlatformError
from simulator.platform.late_answers import answer_late, play_answer
from simulator.platform.openids import find_follower
from simulator.platform.routing import OK, Call, route

TYPING_WITHIN_SECONDS, TYPING_SHOWN_SECONDS = 30, 15


@route("POST", "/cgi-bin/message/custom/send", "发送客服消息", daily_limit=500_000)
def send(call: Call) -> dict[str, Any]:
    body = call.json()
    follower = find_follower(call, body.get("touser", ""))
    kind = body.get("msgtype")
    if not isinstance(kind, str) or kind not in READERS:
        raise PlatformError(40008)
    content = body.get(kind)
    if not isinstance(content, dict):
        raise PlatformError(44004)
    bubble = READERS[kind](call, content)
    call.verdicts.add("内容", True, kind)
    shown = {"via": "customer_service", **_sender(call, body), **bubble}
    play_answer(call, "custom_answer")
    _use_window(call, follower)
    call.engine.deliver(follower, shown)
    _show_typing(call, follower["openid"], on=False)
    answer_late(call)
    return OK


@route("POST", "/cgi-bin/message/custom/typing", "客服输入状态", daily_limit=500_000)
def set_typing(call: Call) -> dict[str, Any]:
    body = call.json()
    follower = find_follower(call, body.get("touser", ""))
    command, now, key = body.get("command"), call.engine.clock.now(), f"typing:{follower['openid']}"
    if command not in {"Typing", "CancelTyping"}:
        raise PlatformError(45072)
    if follower.get("blacklisted"):
        raise PlatformError(43019)
    if command == "Typing":
        recent = any(now - window["at"] <= TYPING_WITHIN_SECONDS for window in follower["windows"])
        if not recent:
            raise PlatformError(45080)
        shown = call.engine.store.find("typing", key)
        if shown and shown["until"] > now:
            raise PlatformError(45081)
    _show_typing(call, follower["openid"], on=command == "Typing")
    return OK


def _show_typing(call: Call, openid: str, *, on: bool) -> None:
    """A message that arrives ends the hint, too."""
    key, now = f"typing:{openid}", call.engine.clock.now()
    if on:
        call.engine.store.put("typing", key, {"until": now + TYPING_SHOWN_SECONDS})
    elif call.engine.store.find("typing", key):
        call.engine.store.remove("typing", key)
    else:
        return
    call.engine.events.publish("chat", openid=openid, typing=on)


def _sender(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The agent under whose name it goes out, and the mark of a machine's text. Raises: PlatformError 65401."""
    service, context = body.get("customservice"), body.get("aimsgcontext")
    account = service.get("kf_account") if isinstance(service, dict) else None
    shown: dict[str, Any] = {"kf_account": account}
    if account:
        shown["kf_nick"] = known_agent(call, account)["kf_nick"]
    if isinstance(context, dict) and context.get("is_ai_msg") in (1, True):
        shown["by_machine"] = True
    return shown


def _use_window(call: Call, follower: dict[str, Any]) -> None:
    """Raises: PlatformError 45015, 43019, 48002, 45047."""
    if not follower["subscribed"]:
        call.verdicts.add("仍在关注", False)
        raise PlatformError(45015)
    if follower.get("blacklisted"):
        call.verdicts.add("不在黑名单", False)
        raise PlatformError(43019)
    if call.engine.faults.strikes("push_blocked"):
        raise PlatformError(48002)
    state = call.engine.followers.use_window(follower["openid"])
    details = {"ok": "", "closed": "没有打开的互动窗口", "exhausted": "窗口里的条数用完了"}
    call.verdicts.add("互动窗口", state == "ok", details[state])
    if state == "closed":
        raise PlatformError(45015)
    if state == "exhausted":
        raise PlatformError(45047)
