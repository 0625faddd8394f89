"""Reading and writing single values of Alipay's; whoever reads turns these errors into "makes no sense"."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core import clock

SUBJECT_LENGTH = 128
_YUAN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_TIME = "%Y-%m-%d %H:%M:%S"


def yuan_of(amount_fen: int) -> str:
    """1990 → `19.90`, without separators."""
    return f"{Decimal(amount_fen) / 100:.2f}"


def fen_of(value: object) -> int:
    """`19.90` → 1990. Raises: ValueError for anything but plain yuan."""
    if not isinstance(value, str) or not _YUAN.fullmatch(value):
        raise ValueError("no amount in yuan")
    return int(Decimal(value) * 100)


def write_moment(moment: datetime) -> str:
    """Beijing time, as Alipay writes it."""
    return moment.astimezone(clock.BEIJING).strftime(_TIME)


def read_moment(value: object) -> datetime | None:
    """None for nothing. Raises: ValueError."""
    return datetime.strptime(str(value), _TIME).replace(tzinfo=clock.BEIJING) if value else None


def text_of(answer: Mapping[str, Any], name: str) -> str:
    """A text that has to be there. Raises: KeyError, TypeError."""
    value = answer[name]
    if not isinstance(value, str) or not value:
        raise TypeError(name)
    return value


def subject_of(text: str) -> str:
    """What Alipay takes as a subject: none of `/=&`, no emoji, not too long; no comma, for its bills quote nothing."""
    plain = "".join(
        " " if char in "/=&," else char for char in text if ord(char) <= 0xFFFF and char.isprintable()
    )
    return plain[:SUBJECT_LENGTH].strip() or "订单"
