"""In what two menus differ, place by place. What is said about it stands in `words.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.wechat.menus.buttons import tidy, walk
from app.wechat.menus.limits import Button


class Sort(StrEnum):
    """What became of a place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which the menus differ; a button that is missing on one side is None there."""

    place: str
    old: Button | None
    new: Button | None

    @property
    def sort(self) -> Sort:
        """Added, removed or changed."""
        if self.old is None:
            return Sort.ADDED
        return Sort.REMOVED if self.new is None else Sort.CHANGED


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Where `new` differs from `old`, from left to right and top to bottom."""
    left, right = _own_parts(old), _own_parts(new)
    places = sorted(left.keys() | right.keys(), key=lambda place: [int(part) for part in place.split(".")])
    return tuple(
        Difference(place, left.get(place), right.get(place))
        for place in places
        if left.get(place) != right.get(place)
    )


def _own_parts(menu: Mapping[str, Any]) -> dict[str, Button]:
    """Each button without its children, except that it has some."""
    return {
        place: {name: value for name, value in button.items() if name != "sub_button"}
        | ({"opens": "menu"} if button.get("sub_button") else {})
        for place, button in walk(tidy(menu))
    }
