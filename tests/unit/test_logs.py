"""What must never be readable in a log."""

import logging

import pytest

from app.core.logs import LineFormatter, redact


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("openid=oTeaShop_0000000000000000001", "oTeaShop_0000000000000000001"),
        ("call 13800001234 now", "13800001234"),
        ("/cgi-bin/menu/get?access_token=88_TeaShop_2f9c", "88_TeaShop_2f9c"),
        ("ticket=gQTeaTicket0001&x=1", "gQTeaTicket0001"),
        ("?code=051TeaCode001&state=s7", "051TeaCode001"),
    ],
)
def test_it_is_shortened_or_dropped(text: str, secret: str) -> None:
    assert secret not in redact(text)


def test_an_event_is_one_line_with_its_ids() -> None:
    record = logging.makeLogRecord(
        {"name": "app.orders", "levelname": "INFO", "msg": "placed\nforged", "order_no": "202611210000000001"}
    )

    line = LineFormatter().format(record)

    assert "\n" not in line
    assert line.endswith("order_no=202611210000000001")
