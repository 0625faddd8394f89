"""The custom menu: publishing with all its limits, conditional menus, and which menu a follower sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulator.platform.errors import PlatformError
from simulator.platform.menu_rules import check_buttons
from simulator.platform.routing import OK, Call, route

if TYPE_CHECKING:
    from simulator.engine import Engine

FIRST_ID = 460_187_341
ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{4}")
PLATFORMS = {"ios": "1", "android": "2"}
REMOVED_RULES = ("sex", "country", "province", "city", "language")
EXTERNAL_DOMAINS = 3


class Menus:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def publish(self, buttons: list[dict[str, Any]]) -> None:
        document = {"key": "default", "menuid": self._new_id(), "button": buttons}
        self._engine.store.put("menu", "default", document)
        self._engine.events.publish("state", what="menu")

    def add_conditional(self, buttons: list[dict[str, Any]], rule: dict[str, Any]) -> int:
        menuid = self._new_id()
        document = {"key": str(menuid), "menuid": menuid, "button": buttons, "matchrule": rule}
        self._engine.store.put("conditional_menu", str(menuid), document)
        self._engine.events.publish("state", what="menu")
        return menuid

    def default(self) -> dict[str, Any] | None:
        return self._engine.store.find("menu", "default")

    def conditional(self) -> list[dict[str, Any]]:
        """Newest first: the first match wins."""
        found = self._engine.store.all("conditional_menu")
        return sorted(found, key=lambda menu: -int(menu["menuid"]))

    def remove_all(self) -> None:
        self._engine.store.remove("menu", "default")
        for menu in self.conditional():
            self._engine.store.remove("conditional_menu", menu["key"])
        self._engine.events.publish("state", what="menu")

    def remove_conditional(self, menuid: str) -> None:
        self._engine.store.remove("conditional_menu", menuid)
        self._engine.events.publish("state", what="menu")

    def media_in_use(self) -> set[str]:
        """The media ids any menu names."""
        menus = [menu for menu in (self.default(), *self.conditional()) if menu]
        return {leaf["media_id"] for menu in menus for leaf in leaves(menu["button"]) if leaf.get("media_id")}

    def seen_by(self, follower: dict[str, Any]) -> dict[str, Any] | None:
        """The menu this follower sees; None without a default menu."""
        default = self.default()
        if default is None:
            return None
        return next((menu for menu in self.conditional() if _matches(menu["matchrule"], follower)), default)

    def _new_id(self) -> int:
        return self._engine.store.number("menuid", FIRST_ID)


def _matches(rule: dict[str, Any], follower: dict[str, Any]) -> bool:
    tag = str(rule.get("tag_id") or rule.get("group_id") or "")
    tags = [str(number) for number in follower["tagid_list"]]
    if tag and (not tags or tags[-1] != tag):  # the tag attached last decides
        return False
    wanted = str(rule.get("client_platform_type") or "")
    return not wanted or PLATFORMS.get(follower["platform"], "3") == wanted


@route("POST", "/cgi-bin/menu/create", "发布自定义菜单", daily_limit=1000)
def create(call: Call) -> dict[str, Any]:
    call.engine.menus.publish(_checked_buttons(call))
    return OK


@route("GET", "/cgi-bin/menu/get", "读取自定义菜单", daily_limit=10_000)
def get(call: Call) -> dict[str, Any]:
    menus = call.engine.menus
    default = menus.default()
    if default is None:
        raise PlatformError(46003)
    answer: dict[str, Any] = {
        "menu": {"button": _with_empty_lists(default["button"]), "menuid": default["menuid"]}
    }
    conditional = [
        {
            "button": _with_empty_lists(menu["button"]),
            "matchrule": menu["matchrule"],
            "menuid": menu["menuid"],
        }
        for menu in menus.conditional()
    ]
    return {**answer, **({"conditionalmenu": conditional} if conditional else {})}


@route("GET", "/cgi-bin/menu/delete", "删除自定义菜单", daily_limit=1000)
def delete(call: Call) -> dict[str, Any]:
    call.engine.menus.remove_all()
    return OK


@route("POST", "/cgi-bin/menu/addconditional", "增加个性化菜单", daily_limit=2000)
def add_conditional(call: Call) -> dict[str, Any]:
    if not call.json().get("button"):
        raise PlatformError(65307)
    buttons = _checked_buttons(call)
    menus = call.engine.menus
    if menus.default() is None:
        raise PlatformError(65303)
    if len(menus.conditional()) >= call.engine.limits.get("conditional_menus"):
        raise PlatformError(65305)
    rule = _checked_rule(call)
    _check_domains(call, buttons)
    return {"menuid": str(menus.add_conditional(buttons, rule))}


@route("POST", "/cgi-bin/menu/delconditional", "删除个性化菜单", daily_limit=2000)
def delete_conditional(call: Call) -> dict[str, Any]:
    menuid = str(call.json().get("menuid", ""))
    if menuid not in {str(menu["menuid"]) for menu in call.engine.menus.conditional()}:
        raise PlatformError(65301)
    call.engine.menus.remove_conditional(menuid)
    return OK


@route("POST", "/cgi-bin/menu/trymatch", "测试个性化菜单", daily_limit=20_000)
def try_match(call: Call) -> dict[str, Any]:
    user = str(call.json().get("user_id", ""))
    follower = call.engine.followers.named(user)
    if follower is None:
        raise PlatformError(65302)
    menu = call.engine.menus.seen_by(follower)
    if menu is None:
        raise PlatformError(46003)
    return {"button": _with_empty_lists(menu["button"])}


@route("GET", "/cgi-bin/get_current_selfmenu_info", "读取当前菜单")
def get_current(call: Call) -> dict[str, Any]:
    default = call.engine.menus.default()
    if default is None:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    buttons = []
    for button in default["button"]:
        copy = {name: value for name, value in button.items() if name != "sub_button"}
        if button.get("sub_button"):
            copy["sub_button"] = {"list": [_without_list(sub) for sub in button["sub_button"]]}
        buttons.append(copy)
    return {"is_menu_open": 1, "selfmenu_info": {"button": buttons}}


def _checked_buttons(call: Call) -> list[dict[str, Any]]:
    """Raises: PlatformError 65318, 40033 and the button errors."""
    try:
        call.raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PlatformError(65318) from error
    if ESCAPE.search(call.raw):
        call.verdicts.add("没有 \\u 转义", False, "中文要以 UTF-8 原文发送")
        raise PlatformError(40033)
    buttons = call.json().get("button")
    kept = check_buttons(buttons)
    call.verdicts.add("按钮数量、长度、类型", True, f"{len(kept)} 个一级按钮")
    _check_targets(call, kept)
    return kept


def _checked_rule(call: Call) -> dict[str, str]:
    """Raises: PlatformError 65304, 65320, 45159, 40097."""
    rule = call.json().get("matchrule")
    if not isinstance(rule, dict):
        raise PlatformError(65304)
    if any(rule.get(name) for name in REMOVED_RULES):
        raise PlatformError(65320)
    kept = {name: str(rule[name]) for name in ("tag_id", "client_platform_type") if rule.get(name)}
    if not kept:
        raise PlatformError(65304)
    tag = kept.get("tag_id")
    if tag and not (tag.isdecimal() and call.engine.tags.exists(int(tag))):
        raise PlatformError(45159)
    if kept.get("client_platform_type", "1") not in {"1", "2", "3"}:
        raise PlatformError(40097)
    call.verdicts.add("matchrule", True, str(kept))
    return kept


def _check_targets(call: Call, buttons: list[dict[str, Any]]) -> None:
    """Raises: PlatformError 40007, 53600 for a material or an article that does not exist."""
    for leaf in leaves(buttons):
        if "media_id" in leaf and call.engine.store.find("materials", leaf["media_id"]) is None:
            call.verdicts.add("media_id", False, "要用永久素材")
            raise PlatformError(40007)
        if "article_id" in leaf and call.engine.articles.find(leaf["article_id"]) is None:
            raise PlatformError(53600)


def _check_domains(call: Call, buttons: list[dict[str, Any]]) -> None:
    hosts = {urlsplit(leaf["url"]).netloc for leaf in leaves(buttons) if leaf.get("url")}
    external = {host for host in hosts if not call.engine.settings.is_allowed_host(f"http://{host}/")}
    if len(external) > EXTERNAL_DOMAINS:
        raise PlatformError(65316)


def leaves(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every button that does something, of both levels."""
    return [leaf for button in buttons for leaf in (button.get("sub_button") or [button])]


def _with_empty_lists(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As menu/get shows them: each leaf carries an empty sub_button."""
    return [
        {**button, "sub_button": [{**sub, "sub_button": []} for sub in button.get("sub_button") or []]}
        for button in buttons
    ]


def _without_list(button: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in button.items() if name != "sub_button"}
