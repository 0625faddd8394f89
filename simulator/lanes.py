"""Sets and small counters of a million followers: one byte of a whole number for each, worked on all at once.

A follower's lane is his number less `base`. A mask holds 0 or 1 in each lane, counts hold up to 127.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator

HIGHEST = 127  # what a lane may hold while lanes are compared


def mask_of(lanes: Iterable[int]) -> int:
    """With a 1 in each of these lanes."""
    places = list(lanes)
    made = bytearray(max(places, default=-1) + 1)
    for place in places:
        made[place] = 1
    return int.from_bytes(made, "little")


def ones(count: int) -> int:
    return int.from_bytes(b"\x01" * count, "little")


def at_least(counts: int, least: int, width: int) -> int:
    """The mask of the lanes that hold `least` or more; `least` is 1 to 127."""
    return ((counts + ones(width) * (HIGHEST + 1 - least)) >> 7) & ones(width)


def every(mask: int, percent: int, width: int) -> int:
    """Of each hundred lanes of the mask the first `percent`."""
    pattern = (b"\x01" * percent + b"\x00" * (100 - percent)) * (width // 100 + 1)
    return mask & int.from_bytes(pattern[:width], "little")


def places(mask: int, start: int = 0) -> Iterator[int]:
    """The lanes that are set, ascending, from `start` on."""
    text, place = as_bytes(mask), max(0, start) - 1
    while (place := text.find(1, place + 1)) >= 0:
        yield place


def as_bytes(mask: int) -> bytes:
    return mask.to_bytes((mask.bit_length() + 7) // 8, "little")


def pack(mask: int) -> str:
    """For a JSON document; of a message to all a few kilobytes."""
    return base64.b64encode(zlib.compress(as_bytes(mask), 1)).decode()


def unpack(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


def unpack_mask(text: str) -> int:
    return int.from_bytes(unpack(text), "little")
