"""What WeChat shows as a draft of ours, also a menu somebody made by hand on WeChat's own website.

A program can give WeChat fewer kinds of buttons than that website: what cannot be kept leaves its name and its
place, and is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.wechat.menus.buttons import Menu, children_of, tidy, walk
from app.wechat.menus.limits import REQUIRED, Button
from app.wechat.menus.words import ON_WEBSITE

Shorten = Callable[[str], str]  # a full address of the shop → its path; any other as it is


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The menu as a draft can hold it; `lost`: place and button of what has to be chosen anew."""

    menu: Menu
    lost: tuple[tuple[str, Button], ...]


def take_over(seen: Mapping[str, Any], shorten: Shorten) -> TakenOver:
    """Every button of the menu that WeChat shows, in its place."""
    menu = tidy(seen)
    lost = tuple(
        (place, button) for place, button in walk(menu) if not children_of(button) and not _fit(button)
    )
    return TakenOver({"button": [_ours(button, shorten) for button in menu["button"]]}, lost)


def _fit(button: Button) -> Button | None:
    """The button with an action a program may give; None when there is none like it."""
    kind = button.get("type")
    if kind in REQUIRED:
        return button
    address = str(button.get("url", ""))
    if kind in ON_WEBSITE and address:  # one article: a page like any other
        return {"name": button.get("name", ""), "type": "view", "url": address}
    return None


def _ours(button: Button, shorten: Shorten) -> dict[str, Any]:
    if children := children_of(button):
        return {"name": button.get("name", ""), "sub_button": [_ours(child, shorten) for child in children]}
    kept = dict(_fit(button) or {"name": button.get("name", ""), "type": "click", "key": ""})
    if url := kept.get("url"):
        kept["url"] = shorten(str(url))
    return kept
