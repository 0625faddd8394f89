"""Personalised menus: for followers with a tag, or with one kind of phone.

WeChat cannot change one: a new one is added, then the old one is deleted. Between the two the new one is shown,
because the newest that fits wins.
"""

import logging
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, PlatformError
from app.core.states import move_state
from app.wechat.client import AccountClient
from app.wechat.menus import remote
from app.wechat.menus.drafts import DraftChanged, load_draft, with_ids
from app.wechat.menus.looking import retire
from app.wechat.menus.models import AccountMenu, MenuVersion
from app.wechat.menus.prediction import PLATFORMS
from app.wechat.menus.remote import tidy_rule
from app.wechat.menus.states import VERSION_MOVES, VersionState
from app.wechat.menus.versions import (
    audit_subject,
    find_shown,
    get_default,
    get_menu,
    list_in_state,
    trace,
)

logger = logging.getLogger(__name__)

LONGEST_NAME = 40


def add_menu(
    name: str, rule: Mapping[str, Any], definition: Mapping[str, Any] | None = None, *, actor: str
) -> int:
    """Begin a personalised menu with these buttons, or those of the default one; returns its id.

    Nothing is published. Opens a transaction. Raises: InputInvalid without a name or with an empty rule.
    """
    values = _checked(name, rule)
    with transaction() as session:
        draft = with_ids(definition) if definition else load_draft(get_default())
        menu = AccountMenu(**values, draft=draft, changed_at=clock.now(), changed_by=actor)
        session.add(menu)
        session.flush()
        return menu.id


def change_menu(menu_id: int, name: str, rule: Mapping[str, Any], *, seen_mark: int, actor: str) -> None:
    """Give it another name or rule; a rule counts from the next publishing on.

    Opens a transaction. Raises: NotFound, InputInvalid, DraftChanged.
    """
    values = _checked(name, rule)
    with transaction():
        menu = _get_personal(menu_id)
        lock(menu)
        if menu.mark != seen_mark:
            words = _("别人刚刚改过这个菜单")
            raise DraftChanged(words, changed_by=menu.changed_by, changed_at=menu.changed_at)
        menu.name, menu.rule = values["name"], values["rule"]
        menu.mark, menu.changed_at, menu.changed_by = menu.mark + 1, clock.now(), actor


def remove_menu(client: AccountClient, menu_id: int, *, actor: str) -> None:
    """Take it away, at WeChat too: at once if WeChat answers, else by the job. Raises: NotFound."""
    with transaction():
        menu = _get_personal(menu_id)
        lock(menu)
        menu.removed_at, menu.changed_at, menu.changed_by = clock.now(), clock.now(), actor
        if (shown := find_shown(menu_id)) is not None:
            retire(shown)
        before = trace(menu, shown) if shown else {"name": menu.name}
        audit.record(actor=actor, action="menu.removed", subject=audit_subject(menu), before=before)
    withdraw_leaving(client, menu_id)


def withdraw(client: AccountClient, version_id: int) -> None:
    """Delete a replaced personalised menu at WeChat. Harmless when repeated. Raises: PlatformError."""
    version = db.session.get(MenuVersion, version_id)
    if version is None or version.state != VersionState.LEAVING:
        return
    remote.delete_personal(client, version.menuid)
    with transaction() as session:
        version = session.get_one(MenuVersion, version_id)
        if version.state == VersionState.LEAVING:
            move_state(version, VERSION_MOVES, VersionState.WITHDRAWN, cause="deleted")


def withdraw_leaving(client: AccountClient, menu_id: int) -> None:
    """Try at once what the job would do later."""
    leaving = [each.id for each in list_in_state(VersionState.LEAVING) if each.menu_id == menu_id]
    for version_id in leaving:
        try:
            withdraw(client, version_id)
        except PlatformError as error:
            logger.warning("menu could not be withdrawn", extra={"errcode": error.errcode})


def delete_stranger(client: AccountClient, menuid: str, *, actor: str) -> None:
    """Delete a personalised menu at WeChat that is not ours. Raises: InputInvalid when it is ours, PlatformError."""
    own = list_in_state(VersionState.SHOWN, VersionState.LEAVING)
    if menuid in {version.menuid for version in own if version.menuid}:
        raise InputInvalid(_("这是本店发布的个性化菜单，请在它的页面里撤下"))
    remote.delete_personal(client, menuid)
    audit.record(actor=actor, action="menu.stranger_deleted", subject="menu", before={"menuid": menuid})


def _get_personal(menu_id: int) -> AccountMenu:
    menu = get_menu(menu_id)
    if menu.role is not None:
        raise InputInvalid(_("默认菜单不能这样改"))
    return menu


def _checked(name: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    name, rule = " ".join(name.split()), tidy_rule(rule)
    if not name or len(name) > LONGEST_NAME:
        raise InputInvalid(_("请写一个名称，最多 %(n)d 个字", n=LONGEST_NAME))
    if not rule:
        raise InputInvalid(_("请选择标签或手机系统，至少一样"))
    if rule.get("client_platform_type", "1") not in PLATFORMS or not rule.get("tag_id", "1").isdecimal():
        raise InputInvalid(_("请从列表里选择标签和手机系统"))
    return {"name": name, "rule": rule}
