"""Row numbers as they come from an address or a form: whole, not negative, and no larger than a row can have."""

from collections.abc import Mapping

from werkzeug.routing import IntegerConverter

LARGEST = 2**53 - 1  # a database column holds more, a number beyond this was never given out


class RowConverter(IntegerConverter):
    """`<row:address_id>` in a route; anything else is an address of no page."""

    def __init__(self, map: object) -> None:
        super().__init__(map, max=LARGEST)  # type: ignore[arg-type]


def read_row(text: str) -> int | None:
    """The number a text is, or None."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))
    return int(text) if is_number and int(text) <= LARGEST else None


def find_row(values: Mapping[str, str], name: str) -> int | None:
    """The number given under this name, or None when there is none that could be one."""
    return read_row(values.get(name, ""))
