"""Reading what an app sends as JSON: each field by name and type. What is wrong is named by its path."""

from typing import Any

from flask import request
from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.core.incoming import LARGEST_ID


class Body:
    """An object of the body, or one inside it; `path` is where it stands, as `items/0/`."""

    def __init__(self, fields: dict[str, Any], path: str = "") -> None:
        self._fields, self._path = fields, path

    def text(self, name: str, *, most: int, least: int = 1) -> str:
        """A text of so many characters; of `least` 0 it may be left out. Raises: InputInvalid."""
        value = self._fields.get(name, "" if not least else None)
        if not isinstance(value, str) or not least <= len(value) <= most or "\0" in value:
            raise self._wrong(name)
        return value

    def whole(self, name: str, *, least: int = 0, most: int = LARGEST_ID) -> int:
        """A whole number. Raises: InputInvalid."""
        value = self._fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._wrong(name)
        return value

    def has(self, name: str) -> bool:
        """Whether the field is there, and not null."""
        return self._fields.get(name) is not None

    def inner(self, name: str) -> "Body":
        """An object. Raises: InputInvalid."""
        value = self._fields.get(name)
        if not isinstance(value, dict):
            raise self._wrong(name)
        return Body(value, f"{self._path}{name}/")

    def inner_list(self, name: str, *, most: int) -> "list[Body]":
        """At least one object, at most so many. Raises: InputInvalid."""
        rows = self._fields.get(name)
        if not isinstance(rows, list) or not 1 <= len(rows) <= most:
            raise self._wrong(name)
        if not all(isinstance(row, dict) for row in rows):
            raise self._wrong(name)
        return [Body(row, f"{self._path}{name}/{number}/") for number, row in enumerate(rows)]

    def _wrong(self, name: str) -> InputInvalid:
        field = self._path + name
        return InputInvalid(_("%(field)s 不符合接口说明", field=field), field=field)


def read_body() -> Body:
    """What was sent. Raises: InputInvalid when it is no JSON object."""
    try:
        given = request.get_json(silent=True)
    except RecursionError:
        given = None
    if not isinstance(given, dict):
        raise InputInvalid(_("请求内容应当是 JSON 对象，并带 Content-Type: application/json"))
    return Body(given)
