"""Different signed pushes, written to files before the clock runs: each meets another of the shop's rules."""

from pathlib import Path
from urllib.parse import urlencode

from tests.pushes import wrap, write_text

RULES = 1000
FOLLOWERS = 500


def keyword(number: int) -> str:
    """The keyword of a rule; half of them must be the whole message, half may stand anywhere in it."""
    return f"关键词{number % RULES:04d}号"


def write_pushes(file: Path, count: int, mode: str, *, first_id: int) -> Path:
    """Write `count` pushes with ids of their own: a line each, query and body apart by a tab."""
    with file.open("wb") as lines:
        for number in range(first_id, first_id + count):
            lines.write(_make(number, mode))
    return file


def _make(number: int, mode: str) -> bytes:
    openid = f"oTeaShop_{number % FOLLOWERS:019d}"
    words = keyword(number) if number % RULES % 2 else f"你好，请问{keyword(number)}还有吗？想买两份"
    wire = wrap(write_text(words, msg_id=number, openid=openid), mode)
    return urlencode(wire.query).encode() + b"\t" + wire.body + b"\n"
