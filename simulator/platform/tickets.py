"""The JS-SDK: its ticket, and the check the WeChat client makes when a page calls wx.config."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulator.platform.errors import PlatformError
from simulator.platform.open_tags import granted_tags
from simulator.platform.routing import OK, Call, route
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

LIFE_SECONDS = 7200
RENEW_BEFORE_SECONDS = 300


@route("GET", "/cgi-bin/ticket/getticket", "取 jsapi_ticket", daily_limit=1_000_000)
def get_ticket(call: Call) -> dict[str, Any]:
    kind = call.arg("type")
    if kind not in {"jsapi", "wx_card"}:
        raise PlatformError(40097, "invalid args")
    engine, now = call.engine, call.engine.clock.now()
    with engine.store.lock:
        tickets = [row for row in engine.store.all("tickets") if row["type"] == kind]
        ticket = max(tickets, key=lambda row: row["expires_at"], default=None)
        if ticket is None or ticket["expires_at"] - now <= RENEW_BEFORE_SECONDS:
            ticket = {
                "ticket": f"kgt8ON7y{secrets.token_urlsafe(60)}",
                "type": kind,
                "expires_at": now + LIFE_SECONDS,
            }
            engine.store.put("tickets", ticket["ticket"], ticket)
    return {**OK, "ticket": ticket["ticket"], "expires_in": int(ticket["expires_at"] - now)}


def ticket_signature(ticket: str, noncestr: str, timestamp: str, url: str) -> str:
    text = f"jsapi_ticket={ticket}&noncestr={noncestr}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode()).hexdigest()


def check_config(
    engine: Engine, follower: dict[str, Any], *, url: str, entry_url: str, params: dict[str, Any]
) -> dict[str, Any]:
    """What preVerifyJSAPI answers in the follower's client: iOS holds the signature against the address
    by which the page was entered, Android against the present one."""
    verdicts = Verdicts()
    rule = "iOS：进入页面时的地址" if follower["platform"] == "ios" else "Android：当前地址"
    signed_url = (entry_url if follower["platform"] == "ios" else url).split("#")[0]
    appid = str(params.get("verifyAppId") or params.get("appId") or "")
    right_appid = verdicts.add("appId", appid == engine.settings.account.appid, appid)
    registered = verdicts.add("JS 接口安全域名", engine.settings.is_allowed_host(url), urlsplit(url).netloc)
    signed = _check_signature(engine, verdicts, params, signed_url, rule)
    names = params.get("verifyJsApiList") or params.get("jsApiList") or []
    verdicts.add("jsApiList", True if names else None, ", ".join(map(str, names)) or "空")
    tags = params.get("verifyOpenTagList") or params.get("openTagList") or []
    if tags:
        verdicts.add("openTagList", None, ", ".join(map(str, tags)))
    message = "config:ok"
    if not right_appid:
        message = "config:invalid appid"
    elif not registered:
        message = "config:invalid url domain"
    elif not signed:
        message = "config:invalid signature"
    answer = {"err_msg": message, "verdicts": verdicts.rows, "granted": []}
    if message != "config:ok":
        return {**answer, "open_tags": {"granted": [], "error": message}}
    return {**answer, "granted": list(names), "open_tags": granted_tags(engine, tags)}


def _check_signature(
    engine: Engine, verdicts: Verdicts, params: dict[str, Any], signed_url: str, rule: str
) -> bool:
    timestamp = str(params.get("verifyTimestamp") or "")
    noncestr = str(params.get("verifyNonceStr") or "")
    given = str(params.get("verifySignature") or "")
    if not verdicts.add("timestamp", re.fullmatch(r"\d{10}", timestamp) is not None, timestamp or "缺少"):
        return False
    if not verdicts.add("nonceStr", bool(noncestr), noncestr or "缺少"):
        return False
    now = engine.clock.now()
    living = [row["ticket"] for row in engine.store.all("tickets") if row["expires_at"] > now]
    if not verdicts.add("jsapi_ticket", bool(living), "" if living else "还没有人取过，或已过期"):
        return False
    found = any(
        hmac.compare_digest(ticket_signature(ticket, noncestr, timestamp, signed_url), given)
        for ticket in living
    )
    return verdicts.add("signature", found, f"{rule} {signed_url}")
