"""The people with a WeChat: names, following, tags, addresses, and the message windows they opened."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import secrets
import string
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from simulator import lanes
from simulator.cast import CAST
from simulator.clock import Clock
from simulator.events import Events
from simulator.limits import Limits
from simulator.settings import Account
from simulator.store import Store

OPENID_ALPHABET = string.ascii_letters + string.digits + "_-"
OPENID_SHAPE = re.compile(r"o[\w-]{27}", re.ASCII)
COLOURS = ("#07c160", "#fa9d3b", "#576b95", "#e64340", "#6467f0", "#10aeff", "#c87d2f", "#91d300")
TAPS = ("menu", "subscribe", "scan")  # these triggers open the short window, a message the long one
SOURCES = (
    "ADD_SCENE_SEARCH",
    "ADD_SCENE_PROFILE_CARD",
    "ADD_SCENE_PAID",
    "ADD_SCENE_WXA",
    "ADD_SCENE_OTHERS",
)
FIRST_SHOWN, LATEST_SHOWN = 5, 31  # of those who were added one by one
CROWD_SHOWN = 5


class Row(NamedTuple):
    """What lists of thousands are made of, kept in memory."""

    number: int
    openid: str
    nickname: str
    subscribed: bool
    tags: tuple[int, ...]
    blacklisted: bool
    crowd: bool


class Followers:
    def __init__(
        self, store: Store, events: Events, clock: Clock, *, account: Account, limits: Limits
    ) -> None:
        self._store, self._events, self._clock = store, events, clock
        self._account, self._limits = account, limits
        self._rows: dict[str, Row] = {}  # by openid, in the order of their numbers

    def seed(self) -> None:
        """The first cast, when there is nobody yet; the last of them does not follow."""
        people = sorted(self._store.all("followers"), key=lambda follower: int(follower["number"]))
        self._rows = {follower["openid"]: _row(follower) for follower in people}
        if people:
            return
        for position, (nickname, platform, addresses) in enumerate(CAST):
            openid = self._openid_of(nickname)
            follower = self.add(nickname, platform=platform, addresses=list(addresses), openid=openid)
            if position == len(CAST) - 1:
                self.change(follower["openid"], subscribed=False, subscribe_time=0)

    # -- coming

    def add(
        self,
        nickname: str,
        *,
        platform: str = "android",
        addresses: list[dict[str, str]] | None = None,
        openid: str = "",
    ) -> dict[str, Any]:
        follower = self._make(self._store.number("follower"), nickname, openid)
        given = addresses if addresses is not None else self._random_addresses(nickname)
        self._keep({**follower, "platform": platform, "addresses": given})
        self.tell()
        return follower | {"platform": platform, "addresses": given}

    def add_crowd(self, count: int, nickname: str) -> list[str]:
        """Many at once, for lists that have pages; answers their openids."""
        last = self._store.number("follower", step=count)
        people = {}
        for number in range(last - count + 1, last + 1):
            made = self._make(number, f"{nickname}{number}", "")
            people[made["openid"]] = {
                **made,
                "crowd": True,
                "color": COLOURS[number % len(COLOURS)],
                "platform": ("ios", "android")[number % 2],
                "subscribe_time": made["subscribe_time"] - (last - number) * 60,
                "subscribe_scene": SOURCES[number % len(SOURCES)],
            }
        self._store.put_many("followers", people)
        self._rows |= {openid: _row(follower) for openid, follower in people.items()}
        self.tell()
        return list(people)

    # -- looking

    def find(self, openid: str) -> dict[str, Any] | None:
        return self._store.find("followers", openid)

    def openids(
        self, *, after: str = "", tag: int | None = None, blacklisted: bool | None = None
    ) -> list[str]:
        """Those who follow, in their order, behind somebody known. Raises: KeyError for a stranger."""
        start = self._rows[after].number if after else 0
        return [
            row.openid
            for row in list(self._rows.values())
            if row.number > start
            and (row.subscribed if blacklisted is None else row.blacklisted == blacklisted)
            and (tag is None or tag in row.tags)
        ]

    def count_by_tag(self) -> Counter[int]:
        return Counter(tag for row in list(self._rows.values()) if row.subscribed for tag in row.tags)

    def count(self) -> int:
        return len(self._rows)

    def shown(self, chosen: str = "") -> list[dict[str, Any]]:
        """A few dozen for the phone: who was added by hand before the crowd, and whoever holds it now."""
        rows = list(self._rows.values())
        single = [row for row in rows if not row.crowd]
        if len(single) > FIRST_SHOWN + LATEST_SHOWN:
            single = single[:FIRST_SHOWN] + single[-LATEST_SHOWN:]
        crowd = [row for row in rows if row.crowd][:CROWD_SHOWN]
        openids = [row.openid for row in (*single, *crowd)]
        if chosen in self._rows and chosen not in openids:
            openids.append(chosen)
        return [found for openid in openids if (found := self.find(openid)) is not None]

    def search(self, words: str, limit: int) -> list[dict[str, Any]]:
        """By a part of the name or the whole openid."""
        words = words.casefold()
        found = (
            row.openid
            for row in list(self._rows.values())
            if words in row.nickname.casefold() or words == row.openid.casefold()
        )
        chosen = [openid for _, openid in zip(range(limit), found, strict=False)]
        return [follower for openid in chosen if (follower := self.find(openid)) is not None]

    def named(self, user: str) -> dict[str, Any] | None:
        """By openid, or by name, which stands for the person's WeChat id here."""
        openid = next(
            (row.openid for row in list(self._rows.values()) if user in (row.openid, row.nickname)), ""
        )
        return self.find(openid)

    # -- many at once: one lane each, in the order of their numbers

    def lane_of(self, openid: str) -> int | None:
        row = self._rows.get(openid)
        return None if row is None else row.number - self._base()

    def width(self) -> int:
        """How many lanes there are."""
        return max((row.number for row in self._rows.values()), default=0) + 1 - self._base()

    def mask_of(self, openids: Iterable[str]) -> int:
        """Those of them who are known."""
        return lanes.mask_of(lane for openid in openids if (lane := self.lane_of(openid)) is not None)

    def subscribed_mask(self) -> int:
        return self._mask(lambda row: row.subscribed)

    def blacklist_mask(self) -> int:
        return self._mask(lambda row: row.blacklisted)

    def tag_mask(self, tag: int) -> int:
        return self._mask(lambda row: tag in row.tags)

    def operator_openid(self) -> str:
        """Whoever works in the console: the sender of the events about mass messages; no follower."""
        return self._openid_of("the administrator")

    # -- changing

    def change(self, openid: str, **changes: Any) -> dict[str, Any]:
        follower = self._change(openid, **changes)
        self.tell()
        return follower

    def change_many(self, changes: dict[str, dict[str, Any]]) -> None:
        """Changes of several people, by openid; the pages are told once."""
        for openid, values in changes.items():
            self._change(openid, **values)
        self.tell()

    def subscribe(self, openid: str, scene: str = "ADD_SCENE_SEARCH", qr_scene: str = "") -> dict[str, Any]:
        numeric = int(qr_scene) if qr_scene.isascii() and qr_scene.isdigit() else 0
        return self.change(
            openid,
            subscribed=True,
            subscribe_time=int(self._clock.now()),
            subscribe_scene="ADD_SCENE_QR_CODE" if qr_scene else scene,
            qr_scene=numeric,
            qr_scene_str="" if numeric else qr_scene,
        )

    def unsubscribe(self, openid: str) -> dict[str, Any]:
        return self.change(openid, subscribed=False, subscribe_time=0, windows=[], tagid_list=[], remark="")

    # -- windows

    def open_window(self, openid: str, trigger: str) -> None:
        """A new trigger of the same kind starts its own window and counter afresh."""
        kind = "tap" if trigger in TAPS else "window"
        names = ("tap_messages", "tap_seconds") if kind == "tap" else ("window_messages", "window_seconds")
        allowed, seconds = (self._limits.get(name) for name in names)
        now = self._clock.now()
        window = {"kind": trigger, "left": allowed, "at": now, "until": now + seconds}
        with self._store.lock:
            follower = self.find(openid)
            if follower is not None:
                others = [row for row in follower["windows"] if row["kind"] != trigger and row["until"] > now]
                self._change(openid, windows=[*others, window])

    def use_window(self, openid: str) -> str:
        """Takes one message from the window that ends first; answers `ok`, `closed` or `exhausted`."""
        with self._store.lock:
            follower = self.find(openid)
            now = self._clock.now()
            windows = [row for row in (follower or {}).get("windows", []) if row["until"] > now]
            if not windows:
                return "closed"
            usable = sorted((row for row in windows if row["left"] > 0), key=lambda row: row["until"])
            if not usable:
                return "exhausted"
            usable[0]["left"] -= 1
            self._change(openid, windows=windows)
            return "ok"

    def tell(self) -> None:
        self._events.publish("state", what="followers")

    # -- inside

    def _base(self) -> int:
        return next((row.number for row in self._rows.values()), 0)

    def _mask(self, wanted: Callable[[Row], bool]) -> int:
        base = self._base()
        return lanes.mask_of(row.number - base for row in list(self._rows.values()) if wanted(row))

    def _make(self, number: int, nickname: str, openid: str) -> dict[str, Any]:
        openid = openid or self._openid_of(secrets.token_hex(16))
        return {
            "number": number,
            "openid": openid,
            "unionid": "oU" + "".join(secrets.choice(OPENID_ALPHABET) for _ in range(26)),
            "nickname": nickname,
            "avatar": f"/mmopen/vi_32/{openid}/132",
            "color": COLOURS[len(self._rows) % len(COLOURS)],
            "platform": "android",
            "subscribed": True,
            "subscribe_time": int(self._clock.now()),
            "subscribe_scene": "ADD_SCENE_SEARCH",
            "qr_scene": 0,
            "qr_scene_str": "",
            "remark": "",
            "tagid_list": [],
            "blacklisted": False,
            "addresses": [],
            "windows": [],
        }

    def _keep(self, follower: dict[str, Any]) -> None:
        self._store.put("followers", follower["openid"], follower)
        self._rows[follower["openid"]] = _row(follower)

    def _change(self, openid: str, **changes: Any) -> dict[str, Any]:
        with self._store.lock:
            follower = self._store.change("followers", openid, **changes)
            self._rows[openid] = _row(follower)
        return follower

    def _openid_of(self, person: str) -> str:
        """The same person has the same openid in the same account, also after a reset.

        Openids of one account begin alike, and have 28 characters: libraries tell them by that length.
        """
        account, own = (
            hashlib.sha256(text.encode()).digest()
            for text in (self._account.appid, f"{self._account.appid}:{person}")
        )
        return (
            "o" + base64.urlsafe_b64encode(account)[:5].decode() + base64.urlsafe_b64encode(own)[:22].decode()
        )

    def _random_addresses(self, nickname: str) -> list[dict[str, str]]:
        rows = [dict(row) for _, _, addresses in CAST[:3] for row in addresses]
        chosen = random.sample(rows, 2)
        chosen[0]["userName"] = nickname
        return chosen


def _row(follower: dict[str, Any]) -> Row:
    return Row(
        number=follower["number"],
        openid=follower["openid"],
        nickname=follower["nickname"],
        subscribed=follower["subscribed"],
        tags=tuple(follower["tagid_list"]),
        blacklisted=follower.get("blacklisted", False),
        crowd=follower.get("crowd", False),
    )
