"""Different signed pushes, made before the clock runs."""

from urllib.parse import urlencode

from tests.pushes import wrap, write_text

WORDS = ("茶", "营业时间", "今天天气真好，想喝点什么", "关键词0007号", "请问关键词0123号还有吗")


def make_requests(count: int, mode: str, *, first_id: int) -> list[bytes]:
    """`count` pushes with ids of their own, ready to be written to a connection that is kept open."""
    return [_make(first_id + n, mode) for n in range(count)]


def _make(number: int, mode: str) -> bytes:
    openid = f"oTeaShop_{number % 500:019d}"
    wire = wrap(write_text(WORDS[number % len(WORDS)], msg_id=number, openid=openid), mode)
    head = (
        f"POST /wechat?{urlencode(wire.query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(wire.body)}\r\n\r\n"
    )
    return head.encode() + wire.body
