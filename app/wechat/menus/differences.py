"""In what two menus differ, place by place. What is said about it stands in `words.py`.

A button that only stands elsewhere has moved, it has not gone and come. Who merely makes room for another is no
difference at all.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.wechat.menus.buttons import tidy, walk
from app.wechat.menus.limits import Button

Likeness = Callable[[str, str], bool]  # old place, new place


class Sort(StrEnum):
    """What became of a place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which the menus differ; a button that is missing on one side is None there."""

    place: str  # in the new menu; of a removed button in the old one
    old: Button | None
    new: Button | None
    came_from: str = ""  # the old place of a button that moved

    @property
    def sort(self) -> Sort:
        """Added, removed, changed or moved."""
        if self.old is None:
            return Sort.ADDED
        if self.new is None:
            return Sort.REMOVED
        return Sort.CHANGED if self.old != self.new else Sort.MOVED


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Where `new` differs from `old`, from left to right and top to bottom."""
    left, right = _own_parts(old), _own_parts(new)
    pairs = _pair(left, right)
    came_from = {there: here for here, there in pairs.items()}
    kept = {parent: _kept_order(parent, pairs) for parent in ("", *left)}
    found = [Difference(place, button, None) for place, button in left.items() if place not in pairs]
    for place, button in right.items():
        here = came_from.get(place)
        was = "" if here is None or here in kept[_parent(here)] else here
        if here is None:
            found.append(Difference(place, None, button))
        elif was or left[here] != button:
            found.append(Difference(place, left[here], button, came_from=was))
    return tuple(sorted(found, key=lambda each: (_numbers(each.place), each.old is None)))


def _own_parts(menu: Mapping[str, Any]) -> dict[str, Button]:
    """Each button without its children, except that it has some."""
    return {
        place: {name: value for name, value in button.items() if name != "sub_button"}
        | ({"opens": "menu"} if button.get("sub_button") else {})
        for place, button in walk(tidy(menu))
    }


def _pair(left: Mapping[str, Button], right: Mapping[str, Button]) -> dict[str, str]:
    """Old place → new place of what is the same button: the likest first, each once."""
    pairs: dict[str, str] = {}

    def is_same(here: str, there: str) -> bool:
        return left[here] == right[there]

    def is_near(here: str, there: str) -> bool:
        """Under the same button at the top, wherever that stands now."""
        return bool(_parent(here)) == bool(_parent(there)) and pairs.get(_parent(here), "") == _parent(there)

    def is_at_place(here: str, there: str) -> bool:
        return here == there

    def is_alike(here: str, there: str) -> bool:
        """It has kept its name or what it does."""
        old, new = left[here], right[there]
        return old.get("name") == new.get("name") or _action(old) == _action(new)

    likenesses: tuple[Sequence[Likeness], ...] = (
        (is_same, is_at_place),
        (is_same, is_near),
        (is_same,),
        (is_alike, is_at_place),
        (is_alike, is_near),
        (is_near, is_at_place),
    )
    for tests in likenesses:
        for here in left:
            fitting = (
                there
                for there in right
                if there not in pairs.values() and all(test(here, there) for test in tests)
            )
            if here not in pairs and (there := next(fitting, None)) is not None:
                pairs[here] = there
    return pairs


def _kept_order(parent: str, pairs: Mapping[str, str]) -> set[str]:
    """The old places under `parent` whose buttons stand under it still and in the old order: as many as possible."""
    there = pairs.get(parent, "") if parent else ""
    if parent and not there:
        return set()
    stayed = [
        (here, _numbers(place)[-1])
        for here, place in pairs.items()
        if _parent(here) == parent and _parent(place) == there
    ]
    stayed.sort(key=lambda pair: _numbers(pair[0]))
    return {stayed[index][0] for index in _longest_rise([number for _here, number in stayed])}


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """Indices of a longest rising part."""
    ends: list[int] = []  # the smallest number a rise of this length ends with
    chains: list[list[int]] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number)
        chain = [*(chains[length - 1] if length else []), index]
        ends[length : length + 1] = [number]
        chains[length : length + 1] = [chain]
    return chains[-1] if chains else []


def _parent(place: str) -> str:
    return place.partition(".")[0] if "." in place else ""


def _numbers(place: str) -> list[int]:
    return [int(part) for part in place.split(".")]


def _action(button: Button) -> dict[str, Any]:
    return {name: value for name, value in button.items() if name != "name"}
