"""The calls of mass messages: to all, to a tag, to a list, a preview; state, deletion, speed."""

from __future__ import annotations

from typing import Any

from simulator.http_faults import go_silent
from simulator.platform.errors import PlatformError
from simulator.platform.mass import SPEEDS, Target
from simulator.platform.mass_bodies import read_content
from simulator.platform.routing import OK, Call, route

FEWEST, MOST = 2, 10_000
SUBMITTED = "send job submission success"


@route("POST", "/cgi-bin/message/mass/sendall", "群发给全部或标签", daily_limit=100)
def send_to_all(call: Call) -> dict[str, Any]:
    return _send(call, _filter)


@route("POST", "/cgi-bin/message/mass/send", "群发给名单", daily_limit=100)
def send_to_list(call: Call) -> dict[str, Any]:
    return _send(call, _openids)


@route("POST", "/cgi-bin/message/mass/preview", "群发预览", daily_limit=100)
def preview(call: Call) -> dict[str, Any]:
    body = call.json()
    openid = _viewer(call, body)
    content = read_content(call, body, preview=True)
    if content.articles:
        cards = call.engine.articles.preview_cards(content.draft, content.articles)
        content.bubbles = [{"kind": "news", "articles": cards}]
    for bubble in content.bubbles:
        call.engine.chats.add(openid, "out", via="preview", preview=True, **bubble)
    return {"errcode": 0, "errmsg": "preview success", "msg_id": call.engine.store.number("preview", 34_181)}


@route("POST", "/cgi-bin/message/mass/delete", "删除群发")
def delete(call: Call) -> dict[str, Any]:
    body, mass = call.json(), call.engine.mass
    if isinstance(body.get("url"), str) and body["url"]:
        page = call.engine.articles.page_of_url(body["url"])
        job = next(
            (one for one in mass.list() if page and body["url"].partition("?")[0] in one.get("urls", [])),
            None,
        )
        if job is None:
            raise PlatformError(40059)
        index = job["urls"].index(body["url"].partition("?")[0]) + 1
    else:
        job, index = _known(call, body), body.get("article_idx") or 0
    if not isinstance(index, int) or not 0 <= index <= max(1, len(job["articles"])):
        raise PlatformError(40060)
    if job["status"] != "SEND_SUCCESS" or job["kind"] not in ("mpnews", "mpvideo"):
        call.verdicts.add("可删除", False, f"{job['status']} {job['kind']}")
        raise PlatformError(40065)
    mass.delete(job, index)
    return OK


@route("POST", "/cgi-bin/message/mass/get", "查询群发状态")
def show(call: Call) -> dict[str, Any]:
    job = _known(call, call.json())
    return {"msg_id": job["msg_id"], "msg_status": job["status"]}


@route("POST", "/cgi-bin/message/mass/speed/get", "取群发速度")
def get_speed(call: Call) -> dict[str, Any]:
    speed = call.engine.mass.speed()
    return {"speed": speed, "realspeed": SPEEDS[speed] // 10_000}


@route("POST", "/cgi-bin/message/mass/speed/set", "设置群发速度")
def set_speed(call: Call) -> dict[str, Any]:
    speed = call.json().get("speed")
    if speed is None:
        raise PlatformError(45084)
    if isinstance(speed, bool) or not isinstance(speed, int) or not 0 <= speed < len(SPEEDS):
        raise PlatformError(45083)
    call.engine.mass.set_speed(speed)
    return OK


def _send(call: Call, read_target: Any) -> dict[str, Any]:
    body = call.json()
    _check_minute(call)
    target = read_target(call, body)
    content = read_content(call, body)
    with call.engine.mass.accepting:
        client_id = _client_id(call, body)
        _check_budget(call, target)
        job = call.engine.mass.accept(
            target, content, client_id=client_id, ignore_reprint=body.get("send_ignore_reprint") in (1, True)
        )
    _play_answer(call, job)
    return {"errcode": 0, "errmsg": SUBMITTED, **_numbers(job)}


def _play_answer(call: Call, job: dict[str, Any]) -> None:
    """What was taken is answered late, not at all, or as if it had been sent before."""
    delay, answer = (call.engine.faults.take(name) for name in ("mass_delay", "mass_answer"))
    if delay.isdigit():
        call.engine.stopping.wait(int(delay) / 1000)
    if answer == "timeout":
        go_silent(call.engine, call.request)
    elif answer.isdigit():
        raise PlatformError(int(answer), **(_numbers(job) if answer == "45065" else {}))


def _numbers(job: dict[str, Any]) -> dict[str, Any]:
    return {name: job[name] for name in ("msg_id", "msg_data_id") if name in job}


def _filter(call: Call, body: dict[str, Any]) -> Target:
    """Raises: PlatformError 40035, 40152."""
    given = body.get("filter")
    if not isinstance(given, dict):
        raise PlatformError(40035)
    if given.get("is_to_all") is True:
        return Target()
    tag = given.get("tag_id")
    number = int(tag) if isinstance(tag, str) and tag.isascii() and tag.isdigit() else tag
    if not isinstance(number, int) or not call.engine.tags.exists(number):
        call.verdicts.add("tag_id", False, str(tag)[:32])
        raise PlatformError(40152)
    return Target(tag=number)


def _openids(call: Call, body: dict[str, Any]) -> Target:
    """Raises: PlatformError 40130, 40032, 40031, 40003: a list is taken whole or not at all."""
    given = body.get("touser")
    if not isinstance(given, list):
        raise PlatformError(40031)
    openids = tuple(dict.fromkeys(map(str, given)))
    call.verdicts.add("名单长度", FEWEST <= len(openids) <= MOST, f"{len(openids)}，要 {FEWEST}–{MOST}")
    if len(openids) < FEWEST:
        raise PlatformError(40130)
    if len(openids) > MOST:
        raise PlatformError(40032)
    unknown = next((openid for openid in openids if call.engine.followers.lane_of(openid) is None), None)
    if unknown is not None:
        call.verdicts.add("openid", False, unknown[:64])
        raise PlatformError(40003)
    return Target(openids=openids)


def _viewer(call: Call, body: dict[str, Any]) -> str:
    """The WeChat id wins over the openid. Raises: PlatformError 40132, 40003, 43004, 43019."""
    name, openid = body.get("towxname"), body.get("touser")
    followers = call.engine.followers
    follower = followers.named(str(name)) if name else followers.find(str(openid or ""))
    if follower is None:
        raise PlatformError(40132 if name else 40003)
    if not follower["subscribed"]:
        raise PlatformError(43004)
    if follower.get("blacklisted"):
        raise PlatformError(43019)
    return str(follower["openid"])


def _client_id(call: Call, body: dict[str, Any]) -> str:
    """Raises: PlatformError 45067, 45066, 45065 with the number of the message that was sent."""
    given = body.get("clientmsgid")
    if given in (None, ""):
        return ""
    if not isinstance(given, str) or len(given.encode()) > call.engine.limits.get("clientmsgid_bytes"):
        raise PlatformError(45067)
    known = call.engine.mass.with_client_id(given)
    call.verdicts.add("clientmsgid 没有用过", known is None, given)
    if known is None:
        return given
    age = call.engine.clock.now() - known["created_at"]
    if age < call.engine.limits.get("clientmsgid_retry_seconds"):
        raise PlatformError(45066)
    raise PlatformError(45065, **_numbers(known))


def _check_minute(call: Call) -> None:
    """Raises: PlatformError 42010."""
    now, most = call.engine.clock.now(), call.engine.limits.get("mass_per_minute")
    with call.engine.store.lock:
        kept = call.engine.store.find("mass_minute", "calls") or {"at": []}
        recent = [at for at in kept["at"] if now - at < 60]
        if len(recent) < most:
            call.engine.store.put("mass_minute", "calls", {"at": [*recent, now]})
    if not call.verdicts.add("每分钟次数", len(recent) < most, f"{len(recent) + 1}/{most}"):
        raise PlatformError(42010)


def _check_budget(call: Call, target: Target) -> None:
    """Raises: PlatformError 45028."""
    if call.engine.faults.strikes("mass_quota"):
        raise PlatformError(45028)
    if not target.is_to_all:
        return
    limits = call.engine.limits
    today, month = call.engine.mass.to_all_times()
    fits = today < limits.get("mass_to_all_day") and month < limits.get("mass_to_all_month")
    if not call.verdicts.add("给全部的次数", fits, f"今天 {today}，本月 {month}"):
        raise PlatformError(45028)


def _known(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Raises: PlatformError 40059."""
    given = body.get("msg_id")
    job = call.engine.mass.find(given) if isinstance(given, int | str) else None
    if job is None:
        raise PlatformError(40059)
    return job
