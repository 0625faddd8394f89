"""Followers as the account sees them: the list, one profile, many profiles, remarks."""

from __future__ import annotations

from typing import Any

from simulator.platform.errors import PlatformError
from simulator.platform.openids import find_follower, page_after
from simulator.platform.routing import OK, Call, route

BATCH = 100


@route("GET", "/cgi-bin/user/get", "取关注者列表", daily_limit=500)
def list_followers(call: Call) -> dict[str, Any]:
    page = page_after(call, call.arg("next_openid"), call.engine.limits.get("followers_page"))
    return {"total": call.engine.followers.total(), **page}


@route("GET", "/cgi-bin/user/info", "取用户资料", daily_limit=5_000_000)
def get_follower(call: Call) -> dict[str, Any]:
    if not call.arg("openid"):
        raise PlatformError(41009)
    return _profile(call, call.arg("openid"), call.arg("lang"))


@route("POST", "/cgi-bin/user/info/batchget", "批量取用户资料", daily_limit=500_000)
def get_followers(call: Call) -> dict[str, Any]:
    rows = call.json().get("user_list")
    if not isinstance(rows, list) or not 1 <= len(rows) <= BATCH:
        raise PlatformError(40032)
    if not all(isinstance(row, dict) for row in rows):
        raise PlatformError(47001)
    return {
        "user_info_list": [_profile(call, str(row.get("openid")), str(row.get("lang") or "")) for row in rows]
    }


@route("POST", "/cgi-bin/user/info/updateremark", "修改备注名", daily_limit=10_000)
def update_remark(call: Call) -> dict[str, Any]:
    body = call.json()
    follower = find_follower(call, body.get("openid"))
    if not follower["subscribed"]:
        raise PlatformError(43004)
    remark = body.get("remark")
    if not isinstance(remark, str) or len(remark.encode()) >= 30:
        raise PlatformError(40092)
    call.engine.followers.change(follower["openid"], remark=remark)
    return OK


def _profile(call: Call, openid: str, language: str) -> dict[str, Any]:
    follower = find_follower(call, openid)
    if not follower["subscribed"]:
        return {"subscribe": 0, "openid": openid}
    return {  # nickname, picture, sex and region are no longer delivered here
        "subscribe": 1,
        "openid": openid,
        "language": language or "zh_CN",
        "subscribe_time": follower["subscribe_time"],
        "unionid": follower.get("unionid", ""),  # the account and the app are of one open-platform account
        "remark": follower["remark"],
        "groupid": follower["tagid_list"][0] if follower["tagid_list"] else 0,
        "tagid_list": follower["tagid_list"],
        "subscribe_scene": follower["subscribe_scene"],
        "qr_scene": follower["qr_scene"],
        "qr_scene_str": follower["qr_scene_str"],
    }
