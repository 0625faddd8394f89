"""Row numbers as they come from a form: whole, not negative, and no larger than a row can have."""

from collections.abc import Mapping

from app.core.incoming import LARGEST_ID


def read_row(text: str) -> int | None:
    """The number a text is, or None."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))
    return int(text) if is_number and int(text) <= LARGEST_ID else None


def find_row(values: Mapping[str, str], name: str) -> int | None:
    """The number given under this name, or None when there is none that could be one."""
    return read_row(values.get(name, ""))
