"""A menu as a value: `{"button": [...]}` in WeChat's own words; paths of the shop stay relative until it is sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from app.wechat.menus.limits import Button, name_of

MakeLink = Callable[[str, str, str], str]  # path, ref of the button, name of the button → full address
Menu = dict[str, Any]


def buttons_of(menu: Mapping[str, Any]) -> list[Button]:
    """The buttons at the top, whatever the menu holds besides."""
    return _only_buttons(menu.get("button"))


def children_of(button: Button) -> list[Button]:
    """Its sub-buttons; `get_current_selfmenu_info` wraps them in a `list`."""
    children = button.get("sub_button")
    return _only_buttons(children.get("list") if isinstance(children, Mapping) else children)


def walk(menu: Mapping[str, Any]) -> Iterator[tuple[str, Button]]:
    """Every button with its place: `1`, `1.1`, `1.2`, `2` …"""
    for number, button in enumerate(buttons_of(menu), start=1):
        yield str(number), button
        for position, child in enumerate(children_of(button), start=1):
            yield f"{number}.{position}", child


def leaves(menu: Mapping[str, Any]) -> list[Button]:
    """Every button that does something."""
    return [button for _, button in walk(menu) if not children_of(button)]


def tidy(menu: Mapping[str, Any]) -> Menu:
    """The menu so that two equal ones are equal: without ids and without the empty fields WeChat adds."""
    return {"button": [_tidy(button) for button in buttons_of(menu)]}


def with_links(menu: Mapping[str, Any], make_link: MakeLink) -> Menu:
    """The menu as it is sent: paths have become full addresses that remember their button."""
    return {"button": [_with_links(button, make_link) for button in buttons_of(tidy(menu))]}


def _tidy(button: Button) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: str(value)
        for name, value in button.items()
        if name not in ("id", "sub_button") and isinstance(value, str | int) and value != ""
    }
    if children := children_of(button):
        kept["sub_button"] = [_tidy(child) for child in children]
    return kept


def _with_links(button: Button, make_link: MakeLink) -> dict[str, Any]:
    full = dict(button)
    if children := children_of(button):
        full["sub_button"] = [_with_links(child, make_link) for child in children]
    url = str(full.get("url", ""))
    if url.startswith("/"):
        full["url"] = make_link(url, f"{name_of(button)} {url}", name_of(button))
    return full


def _only_buttons(found: object) -> list[Button]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, Sequence) else []
