"""Checking the openids a call names, one or a list of them."""

from __future__ import annotations

from typing import Any

from simulator.people import OPENID_SHAPE
from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call


def known_follower(call: Call, openid: Any) -> dict[str, Any]:
    """Raises: PlatformError 40003 for what is no openid at all, 49003 for one of another account."""
    follower = call.engine.followers.find(openid) if isinstance(openid, str) else None
    if follower is None:
        shaped = isinstance(openid, str) and OPENID_SHAPE.fullmatch(openid)
        call.verdicts.add("openid", False, str(openid)[:64])
        raise PlatformError(49003 if shaped else 40003)
    return follower


def find_follower(call: Call, openid: Any) -> dict[str, Any]:
    """Raises: PlatformError 40003 for whoever is none of the account's."""
    follower = call.engine.followers.find(str(openid))
    if follower is None:
        raise PlatformError(40003)
    return follower


def subscribers(call: Call, openids: Any, most: int) -> list[dict[str, Any]]:
    """Everybody in the list. Raises: PlatformError 40032, 40003, 49003, 50005."""
    if not isinstance(openids, list) or not 1 <= len(openids) <= most:
        raise PlatformError(40032)
    people = [known_follower(call, openid) for openid in dict.fromkeys(map(_hashable, openids))]
    if not all(follower["subscribed"] for follower in people):
        raise PlatformError(50005)
    call.verdicts.add("openid_list", True, f"{len(people)} 人")
    return people


def page_after(call: Call, after: Any, size: int, **wanted: Any) -> dict[str, Any]:
    """One page; where nothing is left there is no `data` at all. Raises: PlatformError 40003 for a stranger."""
    try:
        page = call.engine.followers.page(str(after or ""), size, **wanted)
    except KeyError as error:
        raise PlatformError(40003) from error
    if not page:
        return {"count": 0, "next_openid": ""}
    return {"count": len(page), "data": {"openid": page}, "next_openid": page[-1]}


def _hashable(openid: Any) -> Any:
    return openid if isinstance(openid, str) else str(openid)
