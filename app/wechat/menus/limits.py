"""WeChat's limits for a menu, checked before WeChat is asked.

Source: https://developers.weixin.qq.com/doc/service/guide/product/menu/Custom_Menu_creation.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from flask_babel import gettext as _

MAX_BUTTONS = 3
MAX_SUB_BUTTONS = 5
MAX_NAME_BYTES = 16
MAX_SUB_NAME_BYTES = 60
MAX_KEY_BYTES = 128
MAX_URL_BYTES = 1024
SHOWN_NAME = 4  # Chinese characters of a name that a phone shows, two Latin letters counting as one
SHOWN_SUB_NAME = 8
MAX_PERSONAL_DOMAINS = 3  # other hosts that the links of one personalised menu may lead to

KEY_TYPES = (
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
)
REQUIRED: Mapping[str, tuple[str, ...]] = dict.fromkeys(KEY_TYPES, ("key",)) | {
    "view": ("url",),
    "media_id": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
    "miniprogram": ("url", "appid", "pagepath"),
}
LONGEST = dict.fromkeys(("key", "media_id", "article_id"), MAX_KEY_BYTES) | dict.fromkeys(
    ("url", "pagepath"), MAX_URL_BYTES
)
_MINI_APPID = re.compile(r"wx[0-9a-f]{16}")
_SHOWN_IN_A_PROBLEM = 40

Button = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """What WeChat would refuse, in a sentence, and where: `2`, `2.1`, or empty for the menu as a whole."""

    place: str
    words: str


def find_problems(definition: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Everything WeChat would refuse; empty when the menu can be published."""
    buttons = definition.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MAX_BUTTONS:
        return (Problem("", _("一级菜单须有 1 到 3 个按钮")),)
    problems: list[Problem] = []
    for number, button in enumerate(buttons, start=1):
        problems += _check_top(str(number), button)
    return tuple(problems)


def find_long_links(sent: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Links that have become too long as full addresses; `sent` is otherwise a menu without problems."""
    found: list[Problem] = []
    for number, button in enumerate(sent["button"], start=1):
        children = enumerate(button.get("sub_button") or [], start=1)
        leaves = [(f"{number}.{position}", child) for position, child in children] or [(str(number), button)]
        for place, leaf in leaves:
            if len(str(leaf.get("url", "")).encode()) > MAX_URL_BYTES:
                found.append(Problem(place, _too_long(leaf, "url")))
    return tuple(found)


def find_foreign_hosts(definition: Mapping[str, Any], sent: Mapping[str, Any]) -> set[str]:
    """Hosts that the links of a menu lead to, without the one its own paths became addresses of."""
    own = {
        _host(there) for here, there in zip(_urls(definition), _urls(sent), strict=False) if here[:1] == "/"
    }
    return {_host(url) for url in _urls(sent)} - own


def shown_name(name: str, most: int) -> str:
    """The name as a phone shows it: cut after `most` Chinese characters."""
    room = most * 2
    for position, letter in enumerate(name):
        room -= 2 if east_asian_width(letter) in "WFA" else 1
        if room < 0:
            return f"{name[:position]}…"
    return name


def is_address(url: str) -> bool:
    """Whether it is a whole https address that a phone can open."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not re.search(r"[\s\\\x00-\x1f\x7f]", url)


def name_of(button: Button) -> str:
    """The words on the button, short enough for a sentence."""
    name = str(button.get("name", "")) or "?"
    return name if len(name) <= _SHOWN_IN_A_PROBLEM else f"{name[:_SHOWN_IN_A_PROBLEM]}…"


def _urls(menu: Mapping[str, Any]) -> list[str]:
    leaves = [leaf for button in menu["button"] for leaf in button.get("sub_button") or [button]]
    return [str(leaf["url"]) for leaf in leaves if leaf.get("url")]


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _check_top(place: str, button: object) -> list[Problem]:
    if not isinstance(button, dict):
        return [Problem(place, _("按钮的写法不对"))]
    problems = _check_name(place, button, MAX_NAME_BYTES)
    children = button.get("sub_button")
    if not children:
        return problems + _check_leaf(place, button)
    if "type" in button:
        problems.append(Problem(place, _("“%(name)s”有子菜单，就不能再有动作", name=name_of(button))))
    if not isinstance(children, list) or len(children) > MAX_SUB_BUTTONS:
        return [*problems, Problem(place, _("“%(name)s”的子菜单最多 5 个", name=name_of(button)))]
    for position, child in enumerate(children, start=1):
        problems += _check_child(f"{place}.{position}", child)
    return problems


def _check_child(place: str, child: object) -> list[Problem]:
    if not isinstance(child, dict):
        return [Problem(place, _("按钮的写法不对"))]
    problems = _check_name(place, child, MAX_SUB_NAME_BYTES)
    if child.get("sub_button"):
        problems.append(Problem(place, _("“%(name)s”下面不能再有子菜单", name=name_of(child))))
    return problems + _check_leaf(place, child)


def _check_name(place: str, button: Button, limit: int) -> list[Problem]:
    name = button.get("name")
    if not isinstance(name, str) or not name.strip():
        return [Problem(place, _("每个按钮都要有名称"))]
    size = len(name.encode())
    if size <= limit:
        return []
    words = _(
        "“%(name)s”太长：%(size)d 字节，最多 %(limit)d 字节", name=name_of(button), size=size, limit=limit
    )
    return [Problem(place, words)]


def _check_leaf(place: str, button: Button) -> list[Problem]:
    kind = button.get("type")
    if not isinstance(kind, str) or kind not in REQUIRED:
        words = _("“%(name)s”的类型 %(kind)s 不认识", name=name_of(button), kind=str(kind)[:40])
        return [Problem(place, words)]
    found = (_check_field(button, field) for field in REQUIRED[kind])
    return [Problem(place, words) for words in found if words]


def _check_field(button: Button, field: str) -> str:
    value = button.get(field)
    if not isinstance(value, str) or not value.strip():
        return _missing(button, field)
    if field in LONGEST and len(value.encode()) > LONGEST[field]:
        return _too_long(button, field)
    if field == "url" and not is_address(value) and not _is_path(value):
        return str(_("“%(name)s”的链接须是 https:// 开头的完整地址，或以 / 开头", name=name_of(button)))
    if field == "appid" and not _MINI_APPID.fullmatch(value):
        return str(_("“%(name)s”的小程序 AppID 须是 wx 加 16 位小写字母或数字", name=name_of(button)))
    return ""


def _is_path(url: str) -> bool:
    return url.startswith("/") and not url.startswith("//") and not re.search(r"[\s\\\x00-\x1f\x7f]", url)


def _missing(button: Button, field: str) -> str:
    words = {
        "key": _("“%(name)s”还没有选回复什么", name=name_of(button)),
        "url": _("“%(name)s”还没有选打开哪一页", name=name_of(button)),
        "media_id": _("“%(name)s”还没有素材的 media_id", name=name_of(button)),
        "article_id": _("“%(name)s”还没有文章的 article_id", name=name_of(button)),
        "appid": _("“%(name)s”还没有小程序的 AppID", name=name_of(button)),
        "pagepath": _("“%(name)s”还没有小程序的页面路径", name=name_of(button)),
    }
    return str(words[field])


def _too_long(button: Button, field: str) -> str:
    return str(
        _(
            "“%(name)s”的 %(field)s 超过 %(limit)d 字节",
            name=name_of(button),
            field=field,
            limit=LONGEST[field],
        )
    )
