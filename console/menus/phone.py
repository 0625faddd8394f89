"""A menu as a phone shows it: columns and names cut where a phone cuts them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.wechat.menus.buttons import buttons_of, children_of
from app.wechat.menus.limits import (
    MAX_BUTTONS,
    MAX_SUB_BUTTONS,
    SHOWN_NAME,
    SHOWN_SUB_NAME,
    Button,
    Problem,
    shown_name,
)


@dataclass(frozen=True, slots=True)
class PhoneButton:
    """One button; `id` only in a draft."""

    id: str
    name: str
    shown: str
    has_problem: bool
    children: tuple["PhoneButton", ...] = ()
    has_room: bool = False  # for one more sub-button


@dataclass(frozen=True, slots=True)
class Phone:
    """The whole bar."""

    columns: tuple[PhoneButton, ...]
    has_room: bool


def make_phone(menu: Mapping[str, Any], problems: Iterable[Problem] = ()) -> Phone:
    """The phone's picture of this menu; buttons that `problems` are about are marked."""
    bad = {problem.place for problem in problems}
    columns = tuple(_column(str(n), button, bad) for n, button in enumerate(buttons_of(menu), start=1))
    return Phone(columns, has_room=len(columns) < MAX_BUTTONS)


def _column(place: str, button: Button, bad: set[str]) -> PhoneButton:
    children = tuple(
        _button(f"{place}.{position}", child, SHOWN_SUB_NAME, bad)
        for position, child in enumerate(children_of(button), start=1)
    )
    own = _button(place, button, SHOWN_NAME, bad)
    return replace(own, children=children, has_room=len(children) < MAX_SUB_BUTTONS)


def _button(place: str, button: Button, most: int, bad: set[str]) -> PhoneButton:
    name = str(button.get("name", ""))
    return PhoneButton(str(button.get("id", "")), name, shown_name(name, most), place in bad)
