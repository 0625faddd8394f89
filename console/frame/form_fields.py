"""Reading the fields of a form that has money, moments and lists; what cannot be read becomes a value that the
service refuses with a sentence, and stays in the form as it was typed.
"""

from collections.abc import Callable
from datetime import datetime

from flask import request

from app.core import clock
from app.core.incoming import find_row_id
from app.core.money import format_yuan, read_yuan

UNREADABLE = -1


def text_field(name: str) -> str:
    """One line, tidy."""
    return " ".join(request.form.get(name, "").split())


def whole_field(name: str, default: int = 0) -> int:
    """A whole number; an empty field means `default`."""
    return read_whole(request.form.get(name, ""), default)


def fen_field(name: str, default: int = 0) -> int:
    """An amount typed in yuan, as fen; an empty field means `default`."""
    return read_fen(request.form.get(name, ""), default)


def moment_field(name: str) -> datetime | None:
    """A moment in Beijing as the browser's own field gives it; None when there is none."""
    try:
        return datetime.fromisoformat(request.form.get(name, "")).replace(tzinfo=clock.BEIJING)
    except ValueError:
        return None


def ids_field(name: str) -> tuple[int, ...]:
    """The numbers of rows that were ticked."""
    found = (find_row_id(text) for text in request.form.getlist(name))
    return tuple(number for number in found if number)


def read_whole(text: str, default: int = 0) -> int:
    """A whole number of at most nine digits."""
    plain = text.strip()
    if not plain:
        return default
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else UNREADABLE


def read_fen(text: str, default: int = 0) -> int:
    """An amount typed in yuan, as fen."""
    if not text.strip():
        return default
    try:
        return read_yuan(text)
    except ValueError:
        return UNREADABLE


def show_moment(at: datetime) -> str:
    """A moment as the browser's own field wants it."""
    return at.astimezone(clock.BEIJING).strftime("%Y-%m-%dT%H:%M")


def show_yuan(amount_fen: int) -> str:
    """An amount as one would type it: no thousands, no needless zeros; nothing for 0."""
    return format_yuan(amount_fen).replace(",", "").removesuffix(".00") if amount_fen else ""


def show_whole(number: int) -> str:
    """A number as one would type it; nothing for 0."""
    return str(number) if number else ""


def typed(names: tuple[str, ...], show: Callable[[str], str]) -> dict[str, str]:
    """The fields as they were typed, else as `show` says."""
    return {name: request.form[name] if name in request.form else show(name) for name in names}
