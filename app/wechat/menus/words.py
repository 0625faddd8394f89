"""Menus in the reader's language: types of buttons, places, differences."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.wechat.menus.buttons import children_of
from app.wechat.menus.differences import Difference, Sort
from app.wechat.menus.limits import Button, name_of
from app.wechat.menus.states import VersionState

SIGNS: Mapping[Sort, str] = {Sort.ADDED: "+", Sort.REMOVED: "−", Sort.CHANGED: "≠", Sort.MOVED: "↔"}
ON_WEBSITE = ("text", "img", "photo", "voice", "video", "news")  # made by hand on WeChat's own website


def say_type(kind: str) -> str:
    """What a button of this type does."""
    labels = {
        "click": _("点击回复"),
        "view": _("打开网页"),
        "scancode_push": _("扫码，手机显示结果"),
        "scancode_waitmsg": _("扫码，公众号回答"),
        "pic_sysphoto": _("拍照"),
        "pic_photo_or_album": _("拍照或选图"),
        "pic_weixin": _("从微信相册选图"),
        "location_select": _("发送位置"),
        "media_id": _("发送素材"),
        "article_id": _("发送文章"),
        "article_view_limited": _("打开文章"),
        "miniprogram": _("打开小程序"),
    }
    if kind in ON_WEBSITE:
        return str(_("公众平台网页上设置的内容"))
    return str(labels.get(kind, kind))


def say_place(place: str) -> str:
    """`2` → the second column, `2.1` → the first sub-button there."""
    column, _dot, position = place.partition(".")
    if not position:
        return str(_("第 %(column)s 列", column=column))
    return str(_("第 %(column)s 列第 %(position)s 个", column=column, position=position))


def say_action(button: Button) -> str:
    """Type and what it leads to, as WeChat's fields say it."""
    if children_of(button) or button.get("opens"):
        return str(_("打开子菜单"))
    fields = ("key", "url", "media_id", "article_id", "appid", "pagepath", "value")
    values = " ".join(str(button[name]) for name in fields if button.get(name))
    return f"{say_type(str(button.get('type', '')))} {values}".strip()


def say_difference(difference: Difference) -> str:
    """One line with a sign, the place, and what was and is."""
    sides = [f"“{name_of(side)}” {say_action(side)}" for side in (difference.old, difference.new) if side]
    shown = sides[:1] if difference.sort == Sort.MOVED else sides
    words = _("%(place)s：%(buttons)s", place=say_difference_place(difference), buttons=" → ".join(shown))
    return f"{SIGNS[difference.sort]} {words}"


def say_difference_place(difference: Difference) -> str:
    """Where it is; of a button that moved also where it was."""
    place = say_place(difference.place)
    return f"{say_place(difference.came_from)} → {place}" if difference.came_from else place


def say_state(state: str) -> str:
    """What became of a version."""
    labels = {
        VersionState.SENDING: _("已发给微信，等待结果"),
        VersionState.SHOWN: _("正在显示"),
        VersionState.REFUSED: _("微信没有接受"),
        VersionState.LOST: _("没有生效"),
        VersionState.LEAVING: _("正在撤下"),
        VersionState.WITHDRAWN: _("已被替换"),
    }
    return str(labels[VersionState(state)])


def say_platform(platform: str) -> str:
    """WeChat's number of a phone's system."""
    labels = {"1": _("苹果手机"), "2": _("安卓手机"), "3": _("其他设备")}
    return str(labels.get(platform, _("所有手机")))


def say_rule(rule: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """For whom a personalised menu is. `tags`: WeChat's tag id → name."""
    tag, platform = str(rule.get("tag_id", "")), str(rule.get("client_platform_type", ""))
    parts = [_("标签“%(tag)s”", tag=tags.get(tag, tag))] if tag else []
    parts += [say_platform(platform)] if platform else []
    return "、".join(str(part) for part in parts) or str(_("所有人"))
