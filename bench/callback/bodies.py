"""Different signed pushes, made before the clock runs: each meets another of the shop's rules."""

from urllib.parse import urlencode

from tests.pushes import wrap, write_text

RULES = 1000
FOLLOWERS = 500


def keyword(number: int) -> str:
    """The keyword of a rule; half of them must be the whole message, half may stand anywhere in it."""
    return f"关键词{number % RULES:04d}号"


def make_requests(count: int, mode: str, *, first_id: int) -> list[bytes]:
    """`count` pushes with ids of their own, ready to be written to a connection that is kept open."""
    return [_make(first_id + n, mode) for n in range(count)]


def _make(number: int, mode: str) -> bytes:
    openid = f"oTeaShop_{number % FOLLOWERS:019d}"
    words = keyword(number) if number % RULES % 2 else f"你好，请问{keyword(number)}还有吗？想买两份"
    wire = wrap(write_text(words, msg_id=number, openid=openid), mode)
    head = (
        f"POST /wechat?{urlencode(wire.query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(wire.body)}\r\n\r\n"
    )
    return head.encode() + wire.body
