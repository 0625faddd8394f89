"""Giving a menu to WeChat: the intent is committed, WeChat is called, what it shows is read back and kept.

A crash at any point is harmless: the next look at WeChat (`looking.py`) tells what became of the intent, and
publishing the same again makes no second version.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core.db import lock, transaction
from app.core.errors import InputInvalid, PlatformError, PlatformUnreachable
from app.core.states import move_state
from app.wechat.client import AccountClient
from app.wechat.menus import remote
from app.wechat.menus.blame import with_suspects
from app.wechat.menus.buttons import MakeLink, Menu, tidy, with_links
from app.wechat.menus.limits import (
    MAX_PERSONAL_DOMAINS,
    Problem,
    find_foreign_hosts,
    find_long_links,
    find_problems,
)
from app.wechat.menus.looking import Drift, find_drift, observe, record_arrival
from app.wechat.menus.models import AccountMenu, MenuVersion
from app.wechat.menus.remote import Seen, tidy_rule
from app.wechat.menus.states import VERSION_MOVES, VersionState
from app.wechat.menus.versions import UNANSWERED, find_shown, find_unanswered, get_menu, get_version

logger = logging.getLogger(__name__)

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be published: a definition with relative paths, by whom and why."""

    menu_id: int
    definition: Mapping[str, Any]
    actor: str
    note: str = ""
    restores: int | None = None
    to_top: bool = False  # of a personalised menu: publish it anew, so that it is matched first


@dataclass(frozen=True, slots=True)
class Published:
    """The version that is shown now; `drift` is None when WeChat could not be asked afterwards."""

    number: int
    is_new: bool
    seen: Seen | None
    drift: Drift | None


def publish(client: AccountClient, wish: Wish, make_link: MakeLink) -> Published:
    """Publish, and read back. What WeChat shows already is not sent again.

    Links that begin with `/` become full addresses that remember the button. Opens transactions.
    Raises: NotFound, InputInvalid naming every problem, PlatformError.
    """
    menu = get_menu(wish.menu_id)
    definition, rule = tidy(wish.definition), tidy_rule(menu.rule)
    _require_none(find_problems(definition))
    sent = with_links(definition, make_link)
    _require_none(find_long_links(sent))
    if rule and len(find_foreign_hosts(definition, sent)) > MAX_PERSONAL_DOMAINS:
        raise InputInvalid(_("个性化菜单的链接最多去 %(n)d 个其他域名", n=MAX_PERSONAL_DOMAINS))
    seen = observe(client)
    shown = find_shown(wish.menu_id)
    if shown is not None and not wish.to_top and _is_shown_already(shown, sent, rule, seen):
        return Published(shown.number, is_new=False, seen=seen, drift=find_drift(seen))
    version = _begin(wish, definition, sent, rule)
    number, is_new = version.number, version.state != VersionState.SHOWN
    _give(client, version)
    return _read_back(client, number, is_new)


def roll_back(
    client: AccountClient, menu_id: int, number: int, make_link: MakeLink, *, actor: str
) -> Published:
    """Publish an older version again, as a new one. Raises: NotFound, InputInvalid, PlatformError."""
    old = get_version(menu_id, number)
    wish = Wish(menu_id, old.definition, actor, restores=number)
    return publish(client, wish, make_link)


def _require_none(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise InputInvalid("；".join(problem.words for problem in problems), problems=problems)


def _is_shown_already(shown: MenuVersion, sent: Menu, rule: dict[str, str], seen: Seen) -> bool:
    if (shown.sent, shown.rule) != (sent, rule):
        return False
    if shown.menuid:
        return any(each.menuid == shown.menuid and each.menu == sent for each in seen.personal)
    return seen.menu == sent


def _begin(wish: Wish, definition: Menu, sent: Menu, rule: dict[str, str]) -> MenuVersion:
    """The intent: a new version, or the one of an earlier try at the very same."""
    with transaction() as session:
        menu = session.get_one(AccountMenu, wish.menu_id)
        lock(menu)
        for earlier in (find_unanswered(menu.id), find_shown(menu.id)):
            can_be_resent = earlier is not None and not earlier.menuid
            if earlier is not None and can_be_resent and (earlier.sent, earlier.rule) == (sent, rule):
                return earlier
        last = select(func.max(MenuVersion.number)).where(MenuVersion.menu_id == menu.id)
        version = MenuVersion(
            menu_id=menu.id,
            number=(session.scalar(last) or 0) + 1,
            state=VersionState.SENDING,
            definition=definition,
            sent=sent,
            rule=rule,
            note=wish.note.strip()[:LONGEST_NOTE],
            restores=wish.restores,
            created_by=wish.actor,
        )
        session.add(version)
        session.flush()
        return version


def _give(client: AccountClient, version: MenuVersion) -> None:
    version_id, sent, rule = version.id, dict(version.sent), dict(version.rule)
    menuid = ""
    try:
        if rule:
            menuid = remote.add_personal(client, sent, rule)
        else:
            remote.create(client, sent)
    except PlatformUnreachable:
        raise  # nobody knows whether it arrived: the next look will tell
    except PlatformError as error:
        _record_refusal(version_id, error)
        raise with_suspects(error, sent) from error
    with transaction() as session:
        record_arrival(session.get_one(MenuVersion, version_id), menuid)


def _record_refusal(version_id: int, error: PlatformError) -> None:
    with transaction() as session:
        version = session.get_one(MenuVersion, version_id)
        if version.state in UNANSWERED:
            move_state(
                version,
                VERSION_MOVES,
                VersionState.REFUSED,
                cause="refused",
                errcode=error.errcode,
                errmsg=error.errmsg[:200],
            )


def _read_back(client: AccountClient, number: int, is_new: bool) -> Published:
    try:
        seen = observe(client)
    except PlatformError as error:
        logger.warning("menu could not be read back", extra={"errcode": error.errcode})
        return Published(number, is_new, None, None)
    return Published(number, is_new, seen, find_drift(seen))
