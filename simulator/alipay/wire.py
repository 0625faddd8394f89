"""The forms of Alipay's wire: what is signed, yuan, Beijing times, errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from simulator.clock import BEIJING

TIME = "%Y-%m-%d %H:%M:%S"
YUAN = re.compile(r"(\d{1,9})\.(\d{2})")
DONE = {"code": "10000", "msg": "Success"}


class AlipayError(Exception):
    """A no, with both codes."""

    def __init__(
        self, sub_code: str, sub_msg: str, *, code: str = "40004", msg: str = "Business Failed"
    ) -> None:
        super().__init__(sub_code)
        self.body = {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg}


def invalid(sub_code: str, sub_msg: str) -> AlipayError:
    """An error of the request itself."""
    return AlipayError(sub_code, sub_msg, code="40002", msg="Invalid Arguments")


def text_to_sign(fields: Mapping[str, str], *, leave_out: tuple[str, ...]) -> bytes:
    pairs = [f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name not in leave_out]
    return "&".join(pairs).encode()


def read_yuan(name: str, value: Any) -> int:
    """Fen of a text with two decimals. Raises: AlipayError."""
    match = YUAN.fullmatch(value) if isinstance(value, str) else None
    if match is None or value == "0.00":
        raise AlipayError("ACQ.INVALID_PARAMETER", f"参数无效：{name}")
    return int(match[1]) * 100 + int(match[2])


def write_yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def read_time(name: str, value: Any) -> float:
    """Epoch seconds. Raises: AlipayError."""
    try:
        return datetime.strptime(value, TIME).replace(tzinfo=BEIJING).timestamp()
    except (TypeError, ValueError) as error:
        raise AlipayError("ACQ.INVALID_PARAMETER", f"参数无效：{name}") from error


def write_time(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), UTC).astimezone(BEIJING).strftime(TIME)
