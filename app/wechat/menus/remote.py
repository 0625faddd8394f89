"""Menus at WeChat: the calls, and what their answers mean.

Source: https://developers.weixin.qq.com/doc/service/guide/product/menu/Querying_Custom_Menus.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.errors import PlatformError
from app.wechat.client import AccountClient
from app.wechat.menus.buttons import Menu, buttons_of, children_of, tidy
from app.wechat.menus.limits import Button
from app.wechat.platform_errors import make_unreadable

NO_MENU = 46003
NOT_PERSONAL = 65301  # there is no personalised menu of this menuid (any more)
NO_FOLLOWER = 65302


class Origin(StrEnum):
    """Who made the menu WeChat shows."""

    OURS = "interface"  # some program with the account's credentials
    WEBSITE = "website"  # a person on WeChat's own website
    NOBODY = "nobody"  # there is no menu, or it is switched off


@dataclass(frozen=True, slots=True)
class PersonalMenu:
    """A personalised menu at WeChat; the larger the menuid, the newer, and the newest that fits is shown."""

    menuid: str
    menu: Menu
    rule: dict[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything WeChat shows now."""

    menu: Menu
    origin: Origin
    personal: tuple[PersonalMenu, ...]


def look(client: AccountClient) -> Seen:
    """Ask WeChat what it shows. Raises: PlatformError."""
    try:
        answer = client.get("menu/get")
    except PlatformError as error:
        if error.errcode == NO_MENU:
            return _look_at_website(client)
        raise
    default = answer.get("menu")
    if not isinstance(default, Mapping):
        raise make_unreadable("no menu in the answer")
    found = answer.get("conditionalmenu")
    personal = [_personal(each) for each in found if isinstance(each, Mapping)] if found else []
    return Seen(tidy(default), Origin.OURS, tuple(sorted(personal, key=_age)))


def create(client: AccountClient, menu: Menu) -> None:
    """Make it the default menu. Raises: PlatformError."""
    client.post("menu/create", data=menu)


def add_personal(client: AccountClient, menu: Menu, rule: Mapping[str, Any]) -> str:
    """Add a personalised menu, to be matched before all others; returns its menuid. Raises: PlatformError."""
    answer = client.post("menu/addconditional", data={**menu, "matchrule": dict(rule)})
    menuid = answer.get("menuid")
    if not menuid:
        raise make_unreadable("no menuid in the answer")
    return str(menuid)


def delete_personal(client: AccountClient, menuid: str) -> None:
    """Delete a personalised menu; one that is gone already is as good. Raises: PlatformError."""
    try:
        client.post("menu/delconditional", data={"menuid": menuid})
    except PlatformError as error:
        if error.errcode != NOT_PERSONAL:
            raise


def delete_all(client: AccountClient) -> None:
    """Delete the default menu and with it every personalised one; none is as good. Raises: PlatformError."""
    try:
        client.get("menu/delete")
    except PlatformError as error:
        if error.errcode != NO_MENU:
            raise


def try_match(client: AccountClient, user: str) -> Menu | None:
    """The menu this openid or WeChat id sees; None when WeChat knows no such follower. Raises: PlatformError."""
    try:
        answer = client.post("menu/trymatch", data={"user_id": user})
    except PlatformError as error:
        if error.errcode == NO_FOLLOWER:
            return None
        raise
    return tidy(answer.get("menu") or answer)


def tidy_rule(rule: Mapping[str, Any]) -> dict[str, str]:
    """A match rule so that two equal ones are equal; `group_id` is what `tag_id` was called once."""
    tag = rule.get("tag_id") or rule.get("group_id")
    platform = rule.get("client_platform_type")
    named = {"tag_id": tag, "client_platform_type": platform}
    return {name: str(value) for name, value in named.items() if value}


def _look_at_website(client: AccountClient) -> Seen:
    answer = client.get("get_current_selfmenu_info")
    found = answer.get("selfmenu_info")
    menu = tidy(_with_articles(found) if isinstance(found, Mapping) else {})
    is_shown = bool(answer.get("is_menu_open")) and bool(menu["button"])
    return Seen(menu if is_shown else {"button": []}, Origin.WEBSITE if is_shown else Origin.NOBODY, ())


def _with_articles(menu: Mapping[str, Any]) -> Menu:
    """A button that opens exactly one article gets its address, which stands deeper in the answer."""
    return {"button": [_with_article(button) for button in buttons_of(menu)]}


def _with_article(button: Button) -> dict[str, Any]:
    full = dict(button)
    if children := children_of(button):
        full["sub_button"] = [_with_article(child) for child in children]
    news = button.get("news_info")
    articles = news.get("list") if isinstance(news, Mapping) else None
    if isinstance(articles, list) and len(articles) == 1 and isinstance(articles[0], Mapping):
        address = str(articles[0].get("content_url", ""))
        full["url"] = re.sub(r"\Ahttp://mp\.weixin\.qq\.com/", "https://mp.weixin.qq.com/", address)
    return full


def _personal(found: Mapping[str, Any]) -> PersonalMenu:
    rule = found.get("matchrule")
    return PersonalMenu(
        str(found.get("menuid", "")), tidy(found), tidy_rule(rule if isinstance(rule, Mapping) else {})
    )


def _age(menu: PersonalMenu) -> int:
    """The newest first."""
    return -int(menu.menuid) if menu.menuid.isdecimal() else 0
