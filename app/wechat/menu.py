"""The account's menu: checked against WeChat's limits, published, read back and compared.

Source: https://developers.weixin.qq.com/doc/service/guide/product/menu/Custom_Menu_creation.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.db import db, transaction
from app.core.errors import InputInvalid, PlatformError
from app.wechat.client import AccountClient
from app.wechat.models import MenuPublication

MAX_BUTTONS = 3
MAX_SUB_BUTTONS = 5
MAX_NAME_BYTES = 16
MAX_SUB_NAME_BYTES = 60
MAX_KEY_BYTES = 128
MAX_URL_BYTES = 1024
NO_MENU = 46003

_NEEDS_KEY = (
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
)
REQUIRED = dict.fromkeys(_NEEDS_KEY, ("key",)) | {
    "view": ("url",),
    "media_id": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
    "miniprogram": ("url", "appid", "pagepath"),
}

Button = Mapping[str, Any]
MakeLink = Callable[[str, str, str], str]  # path, ref of the button, name of the button → full address


@dataclass(frozen=True, slots=True)
class Published:
    """What WeChat shows now, and in what it differs from what we asked for."""

    menu: dict[str, Any]
    drift: tuple[str, ...]


def find_problems(definition: Mapping[str, Any]) -> list[str]:
    """One sentence for everything WeChat would refuse; empty when the menu can be published."""
    buttons = definition.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MAX_BUTTONS:
        return [_("一级菜单须有 1 到 3 个按钮")]
    problems: list[str] = []
    for button in buttons:
        problems += _check_top(button)
    return problems


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


def _check_top(button: object) -> list[str]:
    if not isinstance(button, dict):
        return [_("按钮的写法不对")]
    problems = _check_name(button, MAX_NAME_BYTES)
    children = button.get("sub_button")
    if not children:
        return problems + _check_leaf(button)
    if "type" in button:
        problems.append(_("“%(name)s”有子菜单，就不能再有动作", name=_name(button)))
    if not isinstance(children, list) or len(children) > MAX_SUB_BUTTONS:
        return [*problems, _("“%(name)s”的子菜单最多 5 个", name=_name(button))]
    for child in children:
        problems += _check_child(child)
    return problems


def _check_child(child: object) -> list[str]:
    if not isinstance(child, dict):
        return [_("按钮的写法不对")]
    problems = _check_name(child, MAX_SUB_NAME_BYTES)
    if child.get("sub_button"):
        problems.append(_("“%(name)s”下面不能再有子菜单", name=_name(child)))
    return problems + _check_leaf(child)


def _check_name(button: Button, limit: int) -> list[str]:
    name = button.get("name")
    if not isinstance(name, str) or not name.strip():
        return [_("每个按钮都要有名称")]
    size = len(name.encode())
    if size > limit:
        return [_("“%(name)s”太长：%(size)d 字节，最多 %(limit)d 字节", name=name, size=size, limit=limit)]
    return []


def _check_leaf(button: Button) -> list[str]:
    kind = button.get("type")
    if kind not in REQUIRED:
        return [_("“%(name)s”的类型 %(kind)s 不认识", name=_name(button), kind=str(kind))]
    problems = [
        _("“%(name)s”缺少 %(field)s", name=_name(button), field=field)
        for field in REQUIRED[kind]
        if not isinstance(button.get(field), str) or not button[field]
    ]
    if len(str(button.get("key", "")).encode()) > MAX_KEY_BYTES:
        problems.append(_("“%(name)s”的 key 超过 128 字节", name=_name(button)))
    return problems + _check_url(button)


def _check_url(button: Button) -> list[str]:
    url = button.get("url")
    if not isinstance(url, str) or not url:
        return []
    if len(url.encode()) > MAX_URL_BYTES:
        return [_("“%(name)s”的链接超过 1024 字节", name=_name(button))]
    if not url.startswith(("http://", "https://", "/")) or url.startswith("//"):
        return [_("“%(name)s”的链接须以 https:// 或 / 开头", name=_name(button))]
    return []


def _with_links(button: Button, make_link: MakeLink) -> dict[str, Any]:
    full = {name: value for name, value in dict(button).items() if name != "sub_button"}
    if children := button.get("sub_button"):
        full["sub_button"] = [_with_links(child, make_link) for child in children]
    url = full.get("url")
    if isinstance(url, str) and url.startswith("/"):
        full["url"] = make_link(url, f"{_name(button)} {url}", _name(button))
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


def _name(button: Button) -> str:
    return str(button.get("name", "?"))
