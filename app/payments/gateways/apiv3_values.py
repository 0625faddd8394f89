"""Reading single values of an APIv3 answer; whoever reads turns these errors into "no answer that makes sense"."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def text_of(answer: Mapping[str, Any], name: str) -> str:
    """A text that has to be there. Raises: KeyError, TypeError."""
    value = answer[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def whole_of(value: object) -> int:
    """A whole number of fen. Raises: TypeError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("amount")
    return value


def part_of(value: object, whole_fen: int) -> int | None:
    """Fen that are a part of others; None for what is not told, or is in another currency than these."""
    is_part = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= whole_fen
    return value if is_part else None  # type: ignore[return-value]


def moment_of(value: object) -> datetime | None:
    """A moment with its time zone; None for nothing. Raises: ValueError."""
    if not value:
        return None
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment
