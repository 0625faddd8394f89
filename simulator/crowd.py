"""Followers by the hundred thousand: nobody is kept, everybody is worked out from his number.

What differs from one to the next stands in columns, a byte or a word for each: whether he follows, blacklist, tags, and
a window for customer-service messages. Whatever else is changed of one of them is a document of his own.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

from simulator.store import Store

DIGITS = 10
WINDOW = "message"  # the trigger that opens the long window
IN_COLUMNS = ("subscribed", "blacklisted", "tagid_list", "windows")


class Block(NamedTuple):
    """So many who came at the same time."""

    first: int
    last: int
    nickname: str
    at: int  # when the last of them followed; the others did a minute earlier each

    @property
    def count(self) -> int:
        return self.last - self.first + 1


class Crowd:
    """Columns are indexed by number less the first block's first."""

    def __init__(self, store: Store, appid: str, head: str) -> None:
        """`head` is how openids of this account begin."""
        self._store, self._appid = store, appid
        own = base64.urlsafe_b64encode(hashlib.sha256(f"{appid}:crowd".encode()).digest()).decode()
        self._prefix = head + own[: 28 - DIGITS - len(head)]
        self.load()

    # -- the beginning and the end

    def load(self) -> None:
        """Blocks from the store, columns from its files or as they were on the first day."""
        rows = sorted(self._store.all("crowd"), key=lambda row: int(row["first"]))
        self.blocks = [Block(row["first"], row["last"], row["nickname"], row["at"]) for row in rows]
        self._set_columns()
        saved = self._store.find("crowd_columns", "columns")
        if saved:
            self._restore(saved)

    def save(self) -> None:
        if self.blocks:
            columns = {
                name: _pack(getattr(self, f"_{name}")) for name in ("follows", "barred", "until", "left")
            }
            tags = {str(number): _pack(column) for number, column in self._tags.items()}
            self._store.put("crowd_columns", "columns", {**columns, "tags": tags})

    def add(self, first: int, last: int, nickname: str, at: int) -> Block:
        block = Block(first, last, nickname, at)
        self._store.put("crowd", f"{first:012d}", block._asdict())
        self.blocks.append(block)
        self._grow(last)
        place = first - self.base
        self._follows[place : place + block.count] = b"\x01" * block.count
        return block

    # -- who

    @property
    def base(self) -> int:
        return self.blocks[0].first if self.blocks else 0

    def openid(self, number: int) -> str:
        return f"{self._prefix}{number:0{DIGITS}d}"

    def number(self, openid: str) -> int | None:
        """Of one of them; None for everybody else."""
        digits = openid[-DIGITS:]
        if (
            not openid.startswith(self._prefix)
            or len(openid) != 28
            or not (digits.isascii() and digits.isdigit())
        ):
            return None
        number = int(digits)
        return number if self.block_of(number) else None

    def block_of(self, number: int) -> Block | None:
        return next((block for block in self.blocks if block.first <= number <= block.last), None)

    def between(self, first: int, last: int) -> Iterator[str]:
        """The openids of all with these numbers."""
        for block in self.blocks:
            for number in range(max(first, block.first), min(last, block.last) + 1):
                yield self.openid(number)

    def count(self) -> int:
        return sum(block.count for block in self.blocks)

    def describe(self, number: int) -> dict[str, Any]:
        """What differs from the usual follower; the number is one of theirs."""
        openid, place = self.openid(number), number - self.base
        block = next(block for block in self.blocks if block.first <= number <= block.last)
        own = base64.urlsafe_b64encode(hashlib.sha256(f"{self._appid}:{number}".encode()).digest()).decode()
        changes = self._store.find("crowd_changes", openid) or {}
        column = []
        if self._until[place]:
            until = float(self._until[place])
            column = [{"kind": WINDOW, "left": self._left[place], "at": until - self._opened, "until": until}]
        return {
            "number": number,
            "openid": openid,
            "unionid": "oU" + own[:26],
            "nickname": f"{block.nickname}{number}",
            "crowd": True,
            "platform": ("ios", "android")[number % 2],
            "subscribe_time": block.at - (block.last - number) * 60,
            **changes,
            "subscribed": bool(self._follows[place]),
            "blacklisted": bool(self._barred[place]),
            "tagid_list": [tag for tag, column_ in self._tags.items() if column_[place]],
            "windows": [*changes.get("windows", []), *column],
        }

    # -- changing

    def change(self, number: int, changes: dict[str, Any]) -> None:
        place = number - self.base
        if "subscribed" in changes:
            self._follows[place] = bool(changes["subscribed"])
        if "blacklisted" in changes:
            self._barred[place] = bool(changes["blacklisted"])
        if "tagid_list" in changes:
            for tag in {*self._tags, *changes["tagid_list"]}:
                self._tag_column(tag)[place] = tag in changes["tagid_list"]
        if "windows" in changes:
            self._until[place] = 0
        own = {name: value for name, value in changes.items() if name not in IN_COLUMNS or name == "windows"}
        known = self._store.find("crowd_changes", self.openid(number)) or {}
        if own.get("windows") == [] and not known.get("windows"):
            own.pop("windows")
        if own:
            self._store.put("crowd_changes", self.openid(number), {**known, **own})

    def drop_tag(self, tag: int) -> None:
        self._tags.pop(tag, None)

    def open_windows(self, first: int, last: int, *, until: int, left: int, seconds: int) -> int:
        """For all with these numbers who follow and have none of their own; answers how many."""
        self._opened, opened = seconds, 0
        for block in self.blocks:
            low, high = max(first, block.first) - self.base, min(last, block.last) - self.base + 1
            if low < high:
                self._until[low:high] = array("Q", [until]) * (high - low)
                self._left[low:high] = bytes([left]) * (high - low)
                opened += high - low
        return opened

    def use_window(self, number: int, now: float) -> str | None:
        """`ok`, `closed` or `exhausted`; None when a document of his own knows better."""
        place = number - self.base
        changes = self._store.find("crowd_changes", self.openid(number))
        if not self._until[place] or (changes and changes.get("windows")):
            return None
        if self._until[place] <= now:
            return "closed"
        if self._left[place] == 0:
            return "exhausted"
        self._left[place] -= 1
        return "ok"

    # -- many at once

    def mask(self, *, tag: int | None = None, blacklisted: bool | None = None) -> int:
        """Those who follow, or are on the blacklist or not, or of these only those with a tag; from `base` on."""
        if blacklisted is None:
            chosen = int.from_bytes(self._follows, "little")
        else:
            chosen = int.from_bytes(self._barred, "little")
            chosen = chosen if blacklisted else ~chosen & int.from_bytes(self._present(), "little")
        return chosen & int.from_bytes(self._tags.get(tag, b""), "little") if tag is not None else chosen

    def tags(self) -> list[int]:
        return list(self._tags)

    def names(self) -> Iterator[tuple[int, str]]:
        """The numbers with the names of the first day."""
        for block in self.blocks:
            for number in range(block.first, block.last + 1):
                yield number, f"{block.nickname}{number}"

    def named(self, name: str) -> int | None:
        digits = name[len(name.rstrip("0123456789")) :]
        block = self.block_of(int(digits)) if digits and len(digits) <= DIGITS else None
        return int(digits) if block and name == f"{block.nickname}{int(digits)}" else None

    # -- inside

    def _present(self) -> bytes:
        made = bytearray(len(self._follows))
        for block in self.blocks:
            made[block.first - self.base : block.last - self.base + 1] = b"\x01" * block.count
        return bytes(made)

    def _set_columns(self) -> None:
        self._follows, self._barred, self._left = bytearray(), bytearray(), bytearray()
        self._until = array("Q")
        self._tags: dict[int, bytearray] = {}
        self._opened = 172_800
        for block in self.blocks:
            self._grow(block.last)
            self._follows[block.first - self.base : block.last - self.base + 1] = b"\x01" * block.count

    def _grow(self, last: int) -> None:
        missing = last - self.base + 1 - len(self._follows)
        if missing > 0:
            for column in (self._follows, self._barred, self._left, *self._tags.values()):
                column.extend(bytes(missing))
            self._until.extend(array("Q", [0]) * missing)

    def _tag_column(self, tag: int) -> bytearray:
        return self._tags.setdefault(tag, bytearray(len(self._follows)))

    def _restore(self, saved: dict[str, Any]) -> None:
        for name in ("follows", "barred", "left"):
            column: bytearray = getattr(self, f"_{name}")
            data = _unpack(saved[name])
            column[: len(data)] = data
        until = array("Q")
        until.frombytes(_unpack(saved["until"]))
        self._until[: len(until)] = until
        for tag, text in saved["tags"].items():
            data = _unpack(text)
            self._tag_column(int(tag))[: len(data)] = data


def _pack(column: bytearray | array[int]) -> str:
    return base64.b64encode(zlib.compress(bytes(column), 1)).decode()


def _unpack(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))
