"""WeChat's limits for a menu, checked before WeChat is asked.

Source: https://developers.weixin.qq.com/doc/service/guide/product/menu/Custom_Menu_creation.html
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

MAX_BUTTONS = 3
MAX_SUB_BUTTONS = 5
MAX_NAME_BYTES = 16
MAX_SUB_NAME_BYTES = 60
MAX_KEY_BYTES = 128
MAX_URL_BYTES = 1024

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


def find_problems(definition: Mapping[str, Any]) -> list[str]:
    """One sentence for everything WeChat would refuse; empty when the menu can be published."""
    buttons = definition.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MAX_BUTTONS:
        return [_("一级菜单须有 1 到 3 个按钮")]
    problems: list[str] = []
    for button in buttons:
        problems += _check_top(button)
    return problems


def _check_top(button: object) -> list[str]:
    if not isinstance(button, dict):
        return [_("按钮的写法不对")]
    problems = _check_name(button, MAX_NAME_BYTES)
    children = button.get("sub_button")
    if not children:
        return problems + _check_leaf(button)
    if "type" in button:
        problems.append(_("“%(name)s”有子菜单，就不能再有动作", name=name_of(button)))
    if not isinstance(children, list) or len(children) > MAX_SUB_BUTTONS:
        return [*problems, _("“%(name)s”的子菜单最多 5 个", name=name_of(button))]
    for child in children:
        problems += _check_child(child)
    return problems


def _check_child(child: object) -> list[str]:
    if not isinstance(child, dict):
        return [_("按钮的写法不对")]
    problems = _check_name(child, MAX_SUB_NAME_BYTES)
    if child.get("sub_button"):
        problems.append(_("“%(name)s”下面不能再有子菜单", name=name_of(child)))
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
        return [_("“%(name)s”的类型 %(kind)s 不认识", name=name_of(button), kind=str(kind))]
    problems = [
        _("“%(name)s”缺少 %(field)s", name=name_of(button), field=field)
        for field in REQUIRED[kind]
        if not isinstance(button.get(field), str) or not button[field]
    ]
    if len(str(button.get("key", "")).encode()) > MAX_KEY_BYTES:
        problems.append(_("“%(name)s”的 key 超过 128 字节", name=name_of(button)))
    return problems + _check_url(button)


def _check_url(button: Button) -> list[str]:
    url = button.get("url")
    if not isinstance(url, str) or not url:
        return []
    if len(url.encode()) > MAX_URL_BYTES:
        return [_("“%(name)s”的链接超过 1024 字节", name=name_of(button))]
    if not url.startswith(("http://", "https://", "/")) or url.startswith("//"):
        return [_("“%(name)s”的链接须以 https:// 或 / 开头", name=name_of(button))]
    return []


def name_of(button: Button) -> str:
    """The words on the button."""
    return str(button.get("name", "?"))
