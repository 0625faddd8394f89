"""What no door has to think of: requests whose bytes or numbers no database can hold are refused before any page."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from werkzeug.routing import IntegerConverter, Map

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_ID = 2**63 - 1
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class IdConverter(IntegerConverter):
    """`<int:…>` in an address, no larger than an id column; what is larger does not exist."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": LARGEST_ID} | kwargs)


def find_row_id(text: str) -> int | None:
    """The number a text is, written in plain digits and no larger than an id column can hold; else None."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))
    return int(text) if is_number and int(text) <= LARGEST_ID else None


def row_id(text: str) -> int:
    """The same for `args.get(…, type=row_id)` and `getlist`. Raises: ValueError."""
    number = find_row_id(text)
    if number is None:
        raise ValueError(text)
    return number


def set_up_incoming(app: Flask) -> None:
    """Install all refusals; before any route is added."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(_allow_large_body)
    app.before_request(_refuse_zero_bytes)


def takes_body_of(max_bytes: int) -> Callable[[View], View]:
    """Mark a view that takes files: its requests may be larger than MAX_CONTENT_LENGTH."""

    def mark(view: View) -> View:
        view.largest_body = max_bytes  # type: ignore[attr-defined]
        return view

    return mark


def reads_body_itself(view: View) -> View:
    """Mark a view that wants its body as it came, a form too: reading the form here would use it up."""
    view.reads_body = True  # type: ignore[attr-defined]
    return view


def _allow_large_body() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if largest := getattr(view, "largest_body", None):
        request.max_content_length = largest


def _refuse_zero_bytes() -> None:
    """PostgreSQL cannot keep a zero byte in a text, and nobody can type one."""
    view = current_app.view_functions.get(request.endpoint or "")
    has_form = request.mimetype in FORMS and not getattr(view, "reads_body", False)
    given = [request.args] + ([request.form] if has_form else [])
    places = [request.path, *(value for values in given for _, value in values.items(multi=True))]
    if any("\0" in place for place in places):
        abort(400)
