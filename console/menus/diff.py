"""Differences between two menus as the console's pages show them: sign, place, what was and what is."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.wechat.menus.differences import Difference
from app.wechat.menus.limits import Button
from app.wechat.menus.words import SIGNS, say_difference_place
from console.menus.choices import Choices, say_button


@dataclass(frozen=True, slots=True)
class Side:
    """A button on one side of a difference."""

    name: str
    action: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One place that differs."""

    sort: str  # `added`, `removed`, `changed`, `moved`
    sign: str
    place: str
    old: Side | None
    new: Side | None


def make_lines(differences: Iterable[Difference], choices: Choices) -> list[DiffLine]:
    """The differences in words."""
    return [
        DiffLine(
            str(each.sort),
            SIGNS[each.sort],
            say_difference_place(each),
            _side(each.old, choices),
            _side(each.new, choices),
        )
        for each in differences
    ]


def _side(button: Button | None, choices: Choices) -> Side | None:
    return Side(str(button.get("name", "")), say_button(button, choices)) if button is not None else None
