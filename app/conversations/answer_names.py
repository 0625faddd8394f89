"""What a merchant calls whoever answered: the rule's name, the code's label, the colleague."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.entrances.models import SceneCode
from app.keywords.models import KeywordRule
from app.staff.models import StaffUser
from app.wechat.menus.versions import load_button_names

MENU = "menu:"
_COLUMNS: Mapping[str, tuple[Any, Any]] = {
    "rule": (KeywordRule.id, KeywordRule.name),
    "scene": (SceneCode.id, SceneCode.label),
    "staff": (StaffUser.id, StaffUser.username),
}


def find_names(answered_by: Iterable[str]) -> dict[str, str]:
    """The names behind `rule:7`, `scene:3`, `staff:2`, `menu:KEY`; what is gone, or has no name, is left out."""
    keys = set(answered_by)
    wanted: dict[str, set[int]] = {kind: set() for kind in _COLUMNS}
    for key in keys:
        kind, _, number = key.partition(":")
        if kind in wanted and number.isdigit():
            wanted[kind].add(int(number))
    return _find_buttons(keys) | {
        f"{kind}:{number}": name
        for kind, (id_column, name_column) in _COLUMNS.items()
        if wanted[kind]
        for number, name in db.session.execute(
            select(id_column, name_column).where(id_column.in_(wanted[kind]))
        )
    }


def _find_buttons(keys: set[str]) -> dict[str, str]:
    asked = {key for key in keys if key.startswith(MENU)}
    buttons = load_button_names() if asked else {}
    return {key: buttons[name] for key in asked if (name := key.removeprefix(MENU)) in buttons}
