"""The account's menu: published, read back and compared. WeChat's limits stand in menu_limits.py.

Source: https://developers.weixin.qq.com/doc/service/guide/product/menu/Custom_Menu_creation.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core.db import db, transaction
from app.core.errors import InputInvalid, PlatformError
from app.wechat.client import AccountClient
from app.wechat.menu_limits import Button, find_problems, name_of
from app.wechat.models import MenuPublication

NO_MENU = 46003

MakeLink = Callable[[str, str, str], str]  # path, ref of the button, name of the button → full address


@dataclass(frozen=True, slots=True)
class Published:
    """What WeChat shows now, and in what it differs from what we asked for."""

    menu: dict[str, Any]
    drift: tuple[str, ...]


def publish(client: AccountClient, definition: Mapping[str, Any], make_link: MakeLink) -> Published:
    """Publish the definition and read it back. Keeps it as the one published last.

    Links that begin with `/` become full addresses that remember the button. Opens a transaction at the end.
    Raises: InputInvalid naming every problem, PlatformError.
    """
    _require_valid(definition)
    menu = {"button": [_with_links(button, make_link) for button in _buttons(definition)]}
    _require_valid(menu)  # links have grown
    client.post("menu/create", data=menu)
    shown = fetch(client)
    with transaction() as session:
        session.add(MenuPublication(definition=dict(definition)))
    return Published(shown, tuple(compare(menu, shown)))


def fetch(client: AccountClient) -> dict[str, Any]:
    """The menu WeChat shows; without buttons when there is none.

    Raises: PlatformError.
    """
    try:
        answer = client.get("menu/get")
    except PlatformError as error:
        if error.errcode == NO_MENU:
            return {"button": []}
        raise
    menu = answer.get("menu")
    return {"button": [_tidy(button) for button in _buttons(menu if isinstance(menu, dict) else {})]}


def compare(wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> list[str]:
    """Where what WeChat shows differs from what was wanted, one line each."""
    left, right = _flatten(wanted), _flatten(shown)
    return [
        f"{place}: {left.get(place, '—')} ≠ {right.get(place, '—')}"
        for place in sorted(left.keys() | right.keys())
        if left.get(place) != right.get(place)
    ]


def find_last_definition() -> dict[str, Any] | None:
    """The definition that was published or seeded last."""
    query = select(MenuPublication.definition).order_by(MenuPublication.id.desc()).limit(1)
    return db.session.scalar(query)


def find_button_name(key: str) -> str:
    """The words on the button with this key, or the key itself."""
    for button in _leaves(find_last_definition() or {}):
        if button.get("key") == key:
            return str(button.get("name", key))
    return key


def _require_valid(definition: Mapping[str, Any]) -> None:
    if problems := find_problems(definition):
        raise InputInvalid("；".join(problems), problems=problems)


def _with_links(button: Button, make_link: MakeLink) -> dict[str, Any]:
    full = {name: value for name, value in dict(button).items() if name != "sub_button"}
    if children := button.get("sub_button"):
        full["sub_button"] = [_with_links(child, make_link) for child in children]
    url = full.get("url")
    if isinstance(url, str) and url.startswith("/"):
        full["url"] = make_link(url, f"{name_of(button)} {url}", name_of(button))
    return full


def _tidy(button: Button) -> dict[str, Any]:
    """Without the empty `sub_button` that WeChat adds to every leaf."""
    kept = {name: value for name, value in dict(button).items() if name != "sub_button"}
    if children := button.get("sub_button"):
        kept["sub_button"] = [_tidy(child) for child in children]
    return kept


def _flatten(menu: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for index, button in enumerate(_buttons(menu), start=1):
        _flatten_button(f"{index}", button, found)
        for position, child in enumerate(button.get("sub_button") or [], start=1):
            _flatten_button(f"{index}.{position}", child, found)
    return found


def _flatten_button(place: str, button: Button, found: dict[str, str]) -> None:
    for name, value in button.items():
        if name != "sub_button":
            found[f"{place} {name}"] = str(value)


def _leaves(menu: Mapping[str, Any]) -> list[Button]:
    leaves: list[Button] = []
    for button in _buttons(menu):
        leaves += button.get("sub_button") or [button]
    return leaves


def _buttons(menu: Mapping[str, Any]) -> list[Button]:
    buttons = menu.get("button")
    return [b for b in buttons if isinstance(b, dict)] if isinstance(buttons, list) else []
