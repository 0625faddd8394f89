"""The blacklist: whose messages are no longer pushed, and to whom nothing can be sent."""

from __future__ import annotations

from typing import Any

from simulator.platform.openids import page_after, subscribers
from simulator.platform.routing import OK, Call, route

BATCH = 20


@route("POST", "/cgi-bin/tags/members/getblacklist", "取黑名单", daily_limit=1000)
def list_blacklisted(call: Call) -> dict[str, Any]:
    size = call.engine.limits.get("blacklist_page")
    page = page_after(call, call.json().get("begin_openid"), size, blacklisted=True)
    return {"total": call.engine.followers.total(blacklisted=True), **page}


@route("POST", "/cgi-bin/tags/members/batchblacklist", "拉黑粉丝", daily_limit=10_000)
def blacklist(call: Call) -> dict[str, Any]:
    return _set(call, blacklisted=True)


@route("POST", "/cgi-bin/tags/members/batchunblacklist", "取消拉黑", daily_limit=10_000)
def unblacklist(call: Call) -> dict[str, Any]:
    return _set(call, blacklisted=False)


def _set(call: Call, *, blacklisted: bool) -> dict[str, Any]:
    people = subscribers(call, call.json().get("openid_list"), BATCH)
    call.engine.followers.change_many(
        {follower["openid"]: {"blacklisted": blacklisted} for follower in people}
    )
    return OK
