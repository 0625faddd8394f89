"""What a person with a WeChat is made of: an openid, a name, a colour, addresses."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import secrets
import string
from typing import Any, NamedTuple

from simulator.cast import CAST

OPENID_ALPHABET = string.ascii_letters + string.digits + "_-"
OPENID_SHAPE = re.compile(r"o[\w-]{27}", re.ASCII)
COLOURS = ("#07c160", "#fa9d3b", "#576b95", "#e64340", "#6467f0", "#10aeff", "#c87d2f", "#91d300")
SOURCES = (
    "ADD_SCENE_SEARCH",
    "ADD_SCENE_PROFILE_CARD",
    "ADD_SCENE_PAID",
    "ADD_SCENE_WXA",
    "ADD_SCENE_OTHERS",
)


class Row(NamedTuple):
    """What lists of those who are kept singly are made of."""

    number: int
    openid: str
    nickname: str
    subscribed: bool
    tags: tuple[int, ...]
    blacklisted: bool


def row_of(follower: dict[str, Any]) -> Row:
    return Row(
        number=follower["number"],
        openid=follower["openid"],
        nickname=follower["nickname"],
        subscribed=follower["subscribed"],
        tags=tuple(follower["tagid_list"]),
        blacklisted=follower.get("blacklisted", False),
    )


def openid_of(appid: str, person: str) -> str:
    """The same person has the same openid in the same account, also after a reset.

    Openids of one account begin alike, and have 28 characters: libraries tell them by that length.
    """
    account, own = (hashlib.sha256(text.encode()).digest() for text in (appid, f"{appid}:{person}"))
    return "o" + base64.urlsafe_b64encode(account)[:5].decode() + base64.urlsafe_b64encode(own)[:22].decode()


def make_person(number: int, nickname: str, openid: str, *, is_of_crowd: bool) -> dict[str, Any]:
    """Somebody who follows, as he is kept; colour and time are still to be set."""
    return {
        "number": number,
        "openid": openid,
        "unionid": "" if is_of_crowd else _new_unionid(),
        "nickname": nickname,
        "avatar": f"/mmopen/vi_32/{openid}/132",
        "color": COLOURS[0],
        "platform": "android",
        "subscribed": True,
        "subscribe_time": 0,
        "subscribe_scene": "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": "",
        "remark": "",
        "tagid_list": [],
        "blacklisted": False,
        "addresses": [],
        "windows": [],
    }


def random_addresses(nickname: str) -> list[dict[str, str]]:
    """Two addresses of others, the first under this name."""
    rows = [dict(row) for _, _, addresses in CAST[:3] for row in addresses]
    chosen = random.sample(rows, 2)
    chosen[0]["userName"] = nickname
    return chosen


def _new_unionid() -> str:
    return "oU" + "".join(secrets.choice(OPENID_ALPHABET) for _ in range(26))
