"""The people with a WeChat: names, following, tags, addresses, and the message windows they opened."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from heapq import merge
from itertools import chain, islice
from typing import Any

from simulator import lanes
from simulator.cast import CAST
from simulator.clock import Clock
from simulator.crowd import Crowd
from simulator.events import Events
from simulator.limits import Limits
from simulator.people import COLOURS, SOURCES, Row, make_person, openid_of, random_addresses, row_of
from simulator.settings import Account
from simulator.store import Store

TAPS = ("menu", "subscribe", "scan")  # these triggers open the short window, a message the long one
FIRST_SHOWN, LATEST_SHOWN = 5, 31  # of those who were added one by one
CROWD_SHOWN = 5


class Followers:
    def __init__(
        self, store: Store, events: Events, clock: Clock, *, account: Account, limits: Limits
    ) -> None:
        self._store, self._events, self._clock = store, events, clock
        self._account, self._limits = account, limits
        self._rows: dict[str, Row] = {}  # those who are kept singly, by openid, in the order of their numbers
        self.crowd = Crowd(store, account.appid, self._openid_of("")[:6])

    def seed(self) -> None:
        """The first cast, when there is nobody yet; the last of them does not follow."""
        self.crowd.load()
        people = sorted(self._store.all("followers"), key=lambda follower: int(follower["number"]))
        self._rows = {follower["openid"]: row_of(follower) for follower in people}
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
        given = addresses if addresses is not None else random_addresses(nickname)
        self._keep({**follower, "platform": platform, "addresses": given})
        self.tell()
        return follower | {"platform": platform, "addresses": given}

    def add_crowd(self, count: int, nickname: str) -> tuple[str, str]:
        """Many at once, whom nobody keeps singly; answers the first and the last openid."""
        last = self._store.number("follower", step=count)
        block = self.crowd.add(last - count + 1, last, nickname, int(self._clock.now()))
        self.tell()
        return self.crowd.openid(block.first), self.crowd.openid(block.last)

    # -- looking

    def find(self, openid: str) -> dict[str, Any] | None:
        number = self.crowd.number(openid)
        return self._store.find("followers", openid) if number is None else self._of_crowd(number)

    def openid_of(self, number: int) -> str:
        if self.crowd.block_of(number):
            return self.crowd.openid(number)
        return next((row.openid for row in self._rows.values() if row.number == number), "")

    def exists(self, openid: str) -> bool:
        return openid in self._rows or self.crowd.number(openid) is not None

    def page(
        self, after: str, size: int | None, *, tag: int | None = None, blacklisted: bool | None = None
    ) -> list[str]:
        """Those who follow, in their order, behind somebody known. Raises: KeyError for a stranger."""
        start = self._number(after) if after else 0
        wanted = self._chosen(tag, blacklisted)
        rows = iter([row for row in self._rows.values() if row.number > start and wanted(row)])
        crowd = lanes.places(self.crowd.mask(tag=tag, blacklisted=blacklisted), start + 1 - self.crowd.base)
        first, base = self.crowd.base, self.crowd.base
        singles = [(row.number, row.openid) for row in rows]
        early = [openid for number, openid in singles if number < first or not self.crowd.blocks]
        late = ((number, openid) for number, openid in singles if self.crowd.blocks and number > first)
        many = ((base + place, self.crowd.openid(base + place)) for place in crowd)
        return [*early, *(openid for _, openid in islice(merge(many, late), size))][:size]

    def openids(self, *, tag: int | None = None, blacklisted: bool | None = None) -> list[str]:
        return self.page("", None, tag=tag, blacklisted=blacklisted)

    def total(self, *, tag: int | None = None, blacklisted: bool | None = None) -> int:
        wanted = self._chosen(tag, blacklisted)
        singles = sum(wanted(row) for row in list(self._rows.values()))
        return singles + self.crowd.mask(tag=tag, blacklisted=blacklisted).bit_count()

    def count_by_tag(self) -> Counter[int]:
        counts = Counter(tag for row in list(self._rows.values()) if row.subscribed for tag in row.tags)
        counts.update({tag: self.crowd.mask(tag=tag).bit_count() for tag in self.crowd.tags()})
        return counts

    def count(self) -> int:
        return len(self._rows) + self.crowd.count()

    def shown(self, chosen: str = "") -> list[dict[str, Any]]:
        """A few dozen for the phone: who was added by hand before the crowd, and whoever holds it now."""
        openids = list(self._rows)
        if len(openids) > FIRST_SHOWN + LATEST_SHOWN:
            openids = openids[:FIRST_SHOWN] + openids[-LATEST_SHOWN:]
        openids += [self.crowd.openid(number) for number, _ in islice(self.crowd.names(), CROWD_SHOWN)]
        if self.exists(chosen) and chosen not in openids:
            openids.append(chosen)
        return [found for openid in openids if (found := self.find(openid)) is not None]

    def search(self, words: str, limit: int) -> list[dict[str, Any]]:
        """By a part of the name or the whole openid."""
        if (single := self.find(words)) is not None:
            return [single]
        words = words.casefold()
        singles = (row.openid for row in list(self._rows.values()) if words in row.nickname.casefold())
        many = (self.crowd.openid(number) for number, name in self.crowd.names() if words in name.casefold())
        chosen = islice(chain(singles, many), limit)
        return [follower for openid in chosen if (follower := self.find(openid)) is not None]

    def named(self, user: str) -> dict[str, Any] | None:
        """By openid, or by name, which stands for the person's WeChat id here."""
        single = next(
            (row.openid for row in list(self._rows.values()) if user in (row.openid, row.nickname)), ""
        )
        number = self.crowd.named(user)
        return self.find(single or (user if number is None else self.crowd.openid(number)))

    # -- many at once: one lane each, in the order of their numbers

    def lane_of(self, openid: str) -> int | None:
        return self._number(openid) - self._base() if self.exists(openid) else None

    def width(self) -> int:
        """How many lanes there are."""
        last = max((row.number for row in self._rows.values()), default=0)
        return max(last, max((block.last for block in self.crowd.blocks), default=0)) + 1 - self._base()

    def mask_of(self, openids: Iterable[str]) -> int:
        """Those of them who are known."""
        base = self._base()
        return lanes.mask_of(self._number(openid) - base for openid in openids if self.exists(openid))

    def mask(self, *, tag: int | None = None, blacklisted: bool | None = None) -> int:
        """Those who follow, or who are on the blacklist; of these those with a tag."""
        base, wanted = self._base(), self._chosen(tag, blacklisted)
        singles = lanes.mask_of(row.number - base for row in list(self._rows.values()) if wanted(row))
        many = self.crowd.mask(tag=tag, blacklisted=blacklisted)
        return singles | many << 8 * max(0, self.crowd.base - base)

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

    def drop_tag(self, tag: int) -> None:
        """Everybody who has it loses it."""
        self.crowd.drop_tag(tag)
        tagged = [row for row in self._rows.values() if tag in row.tags]
        self.change_many(
            {row.openid: {"tagid_list": [one for one in row.tags if one != tag]} for row in tagged}
        )

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

    def open_windows(self, first: str, last: str, *, seconds: int, left: int) -> int:
        """Of the crowd from one openid to another, or all of it. Raises: KeyError, ValueError."""
        if seconds < 1 or not 1 <= left <= 255:
            raise ValueError("seconds, messages")
        bounds = self._bounds(first, last)
        until = int(self._clock.now()) + seconds
        with self._store.lock:
            return self.crowd.open_windows(*bounds, until=until, left=left, seconds=seconds)

    def of_crowd(self, first: str, last: str) -> list[str]:
        """The openids of the crowd from one to another, or of all of it. Raises: KeyError."""
        return list(self.crowd.between(*self._bounds(first, last)))

    def use_window(self, openid: str) -> str:
        """Takes one message from the window that ends first; answers `ok`, `closed` or `exhausted`."""
        with self._store.lock:
            number, now = self.crowd.number(openid), self._clock.now()
            quick = None if number is None else self.crowd.use_window(number, now)
            if quick is not None:
                return quick
            follower = self.find(openid)
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
        return next((row.number for row in self._rows.values()), self.crowd.base)

    def _bounds(self, first: str, last: str) -> tuple[int, int]:
        """Their numbers; none stands for the very first and the very last. Raises: KeyError for a stranger."""
        return self._number(first) if first else 0, self._number(last) if last else 10**12

    def _number(self, openid: str) -> int:
        """Raises: KeyError for a stranger."""
        number = self.crowd.number(openid)
        return self._rows[openid].number if number is None else number

    def _chosen(self, tag: int | None, blacklisted: bool | None) -> Callable[[Row], bool]:
        def wanted(row: Row) -> bool:
            good = row.subscribed if blacklisted is None else row.blacklisted == blacklisted
            return good and (tag is None or tag in row.tags)

        return wanted

    def _of_crowd(self, number: int) -> dict[str, Any]:
        known = self.crowd.describe(number)
        usual = self._make(number, "", known["openid"], number)
        return {**usual, "subscribe_scene": SOURCES[number % len(SOURCES)], **known}

    def _make(self, number: int, nickname: str, openid: str, place: int | None = None) -> dict[str, Any]:
        openid = openid or self._openid_of(secrets.token_hex(16))
        person = make_person(number, nickname, openid, is_of_crowd=place is not None)
        colour = COLOURS[(self.count() if place is None else place) % len(COLOURS)]
        return {**person, "color": colour, "subscribe_time": int(self._clock.now())}

    def _keep(self, follower: dict[str, Any]) -> None:
        self._store.put("followers", follower["openid"], follower)
        self._rows[follower["openid"]] = row_of(follower)

    def _change(self, openid: str, **changes: Any) -> dict[str, Any]:
        with self._store.lock:
            number = self.crowd.number(openid)
            if number is not None:
                self.crowd.change(number, changes)
                return self._of_crowd(number)
            follower = self._store.change("followers", openid, **changes)
            self._rows[openid] = row_of(follower)
        return follower

    def _openid_of(self, person: str) -> str:
        return openid_of(self._account.appid, person)
