"""Sending template messages, subscription notifications and one-time subscriptions; what of them was agreed to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.platform.errors import PlatformError
from simulator.platform.late_answers import answer_late, play_answer
from simulator.platform.openids import known_follower
from simulator.platform.routing import OK, Call, require_text, route
from simulator.platform.template_rules import read_data
from simulator.platform.templates import LONG, MESSAGE, ONCE

if TYPE_CHECKING:
    from simulator.engine import Engine

REPEAT_SECONDS = 600  # one client_msg_id to one follower is sent once in this time
URL_BYTES, ONCE_TITLE, ONCE_WORDS = 1024, 15, 200
DELIVERED = ("off", "silent")
FIRST_MESSAGE = 3_301_552_871_093_456_895


class Notices:
    """How often each follower still agreed to each notification; and the events that tell what came of a message."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._store = engine, engine.store
        engine.timer.register("notice_finish", self._tell)

    def agreed(self, openid: str, template_id: str) -> int:
        return int((self._store.find("agreed", f"{openid}:{template_id}") or {"left": 0})["left"])

    def agree(self, openid: str, template_id: str, *, accepted: bool, forget: bool = False) -> int:
        """One more acceptance, or none that is left any more; answers how many there are."""
        with self._store.lock:
            left = self.agreed(openid, template_id)
            left = 0 if forget else left + int(accepted)
            self._store.put("agreed", f"{openid}:{template_id}", {"left": left})
        return left

    def agree_many(self, openids: Iterable[str], template_id: str, times: int) -> int:
        """So many more acceptances of each, of which no event tells; answers how many people that were."""
        with self._store.lock:
            left = {
                f"{openid}:{template_id}": {"left": self.agreed(openid, template_id) + times}
                for openid in openids
            }
            self._store.put_many("agreed", left)
        return len(left)

    def use(self, openid: str, template_id: str, *, up: bool = True) -> bool:
        """Takes one acceptance, unless it lasts."""
        with self._store.lock:
            left = self.agreed(openid, template_id)
            if left > 0 and up:
                self._store.put("agreed", f"{openid}:{template_id}", {"left": left - 1})
        return left > 0

    def finish(self, openid: str, kind: str, **given: Any) -> None:
        """The event comes a second later."""
        due = self._engine.clock.now() + 1
        self._engine.timer.add("notice_finish", due, openid=openid, event=kind, given=given)

    def _tell(self, job: dict[str, Any]) -> None:
        self._engine.pushes.start(self._engine.pushes.build(job["openid"], job["event"], job["given"]))


@route("POST", "/cgi-bin/message/template/send", "发送模板消息", daily_limit=100_000)
def send_template(call: Call) -> dict[str, Any]:
    body = call.json()
    follower = known_follower(call, body.get("touser"))
    if not follower["subscribed"]:
        raise PlatformError(43004)
    template, rows = _filled(call, body, MESSAGE)
    target = _target(body, "url")
    play_answer(call, "template_answer")
    known = _sent_before(call, follower, body)
    if known is not None:
        return {**OK, "msgid": known}
    msgid = call.engine.store.number("template_message", FIRST_MESSAGE)
    _remember(call, follower, body, msgid)
    outcome = call.engine.faults.take("template_result")
    good = outcome in DELIVERED
    if good:
        _show(call, follower, "template", template, rows, target)
    if outcome != "silent":
        status = "success" if good else outcome
        call.engine.notices.finish(
            follower["openid"], "TEMPLATESENDJOBFINISH", msg_id=str(msgid), status=status
        )
    answer_late(call)
    return {**OK, "msgid": msgid}


@route("POST", "/cgi-bin/message/subscribe/bizsend", "发送订阅通知", daily_limit=100_000)
def send_subscription(call: Call) -> dict[str, Any]:
    body = call.json()
    follower = known_follower(call, body.get("touser"))
    template, rows = _filled(call, body, ONCE, LONG)
    target = _target(body, "page")
    play_answer(call, "template_answer")
    agreed = call.engine.notices.use(follower["openid"], template["template_id"], up=template["kind"] == ONCE)
    if not call.verdicts.add("订阅次数", agreed, "" if agreed else "没有同意过，或已用完"):
        raise PlatformError(43101)
    outcome = call.engine.faults.take("template_result")
    good = outcome in DELIVERED
    if good:
        _show(call, follower, "subscribe", template, rows, target)
    if outcome != "silent":
        call.engine.notices.finish(
            follower["openid"],
            "subscribe_msg_sent_event",
            template_id=template["template_id"],
            msg_id=str(call.engine.store.number("template_message", FIRST_MESSAGE)),
            error_code="0" if good else "43101",
            error_status="success" if good else outcome,
        )
    answer_late(call)
    return OK


@route("POST", "/cgi-bin/message/template/subscribe", "发送一次性订阅消息", daily_limit=100_000)
def send_once(call: Call) -> dict[str, Any]:
    body = call.json()
    follower = known_follower(call, body.get("touser"))
    template_id, scene = require_text(body, "template_id", 40037), str(body.get("scene") or "")
    title, target = require_text(body, "title", 40062), _target(body, "url")
    if len(title) > ONCE_TITLE:
        raise PlatformError(40062)
    data = body.get("data")
    cell = data.get("content") if isinstance(data, dict) else None
    words = cell.get("value") if isinstance(cell, dict) else None
    if not isinstance(words, str) or not words:
        raise PlatformError(44004)
    if len(words) > ONCE_WORDS:
        raise PlatformError(45002)
    play_answer(call, "template_answer")
    if not call.engine.notices.use(follower["openid"], once_key(template_id, scene)):
        call.verdicts.add("一次性订阅", False, "没有确认过，或已用掉")
        raise PlatformError(43101)
    shown = {"kind": "subscribe", "via": "subscribe", "title": title, "text": words}
    call.engine.deliver(follower, {**shown, **target})
    return OK


def once_key(template_id: str, scene: str) -> str:
    return f"{template_id}:{scene}"


def _filled(call: Call, body: dict[str, Any], *kinds: int) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Raises: PlatformError 40037, 47003."""
    template = call.engine.templates.find(body.get("template_id"), *kinds)
    if (
        not call.verdicts.add("template_id", template is not None, str(body.get("template_id"))[:43])
        or not template
    ):
        raise PlatformError(40037)
    return template, read_data(call, template["content"], body.get("data"))


def _target(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Where a tap leads; a mini program wins. Raises: PlatformError 40039."""
    url, mini = body.get(name) or "", body.get("miniprogram")
    if not isinstance(url, str) or len(url.encode()) > URL_BYTES:
        raise PlatformError(40039)
    if isinstance(mini, dict) and mini.get("appid"):
        return {"mini": {"appid": str(mini["appid"]), "pagepath": str(mini.get("pagepath") or "")}}
    return {"url": url} if url else {}


def _show(
    call: Call,
    follower: dict[str, Any],
    kind: str,
    template: dict[str, Any],
    rows: list[dict[str, str]],
    target: dict[str, Any],
) -> None:
    shown = {"kind": kind, "via": kind, "title": template["title"], "rows": rows}
    call.engine.deliver(follower, {**shown, **target})


def _sent_before(call: Call, follower: dict[str, Any], body: dict[str, Any]) -> int | None:
    known = call.engine.store.find("client_msg_ids", f"{follower['openid']}:{body.get('client_msg_id')}")
    return int(known["msgid"]) if known and known["until"] > call.engine.clock.now() else None


def _remember(call: Call, follower: dict[str, Any], body: dict[str, Any], msgid: int) -> None:
    if body.get("client_msg_id"):
        until = call.engine.clock.now() + REPEAT_SECONDS
        key = f"{follower['openid']}:{body['client_msg_id']}"
        call.engine.store.put("client_msg_ids", key, {"msgid": msgid, "until": until})
