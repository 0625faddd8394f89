"""Finding menus and their versions."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.insert_once import insert_once
from app.wechat.menus.buttons import Menu, leaves, walk
from app.wechat.menus.models import DEFAULT, AccountMenu, MenuVersion
from app.wechat.menus.states import VersionState

UNANSWERED = (VersionState.SENDING, VersionState.LOST)


def get_default() -> AccountMenu:
    """The menu of everybody no personalised one is for. Opens a transaction the first time, or joins one."""
    query = select(AccountMenu).where(AccountMenu.role == DEFAULT)
    menu = db.session.scalars(query).one_or_none()
    if menu is None:
        with transaction() as session:
            insert_once(
                AccountMenu, role=DEFAULT, name="", rule={}, mark=0, changed_by="", created_at=clock.now()
            )
            menu = session.scalars(query).one()
    return menu


def get_menu(menu_id: int) -> AccountMenu:
    """The default menu or a personalised one. Raises: NotFound, also when it was removed."""
    menu = db.session.get(AccountMenu, menu_id)
    if menu is None or menu.removed_at is not None:
        raise NotFound(_("没有这个菜单"))
    return menu


def list_personal() -> Sequence[AccountMenu]:
    """The personalised menus: the newest shown first, as WeChat matches them; last those never shown."""
    shown = (
        select(func.max(MenuVersion.shown_at))
        .where(MenuVersion.menu_id == AccountMenu.id, MenuVersion.state == VersionState.SHOWN)
        .scalar_subquery()
    )
    query = (
        select(AccountMenu)
        .where(AccountMenu.role.is_(None), AccountMenu.removed_at.is_(None))
        .order_by(shown.is_(None), shown.desc(), AccountMenu.id.desc())
    )
    return db.session.scalars(query).all()


def find_shown(menu_id: int) -> MenuVersion | None:
    """The version WeChat shows as far as we know."""
    query = select(MenuVersion).where(MenuVersion.menu_id == menu_id, MenuVersion.state == VersionState.SHOWN)
    return db.session.scalars(query.order_by(MenuVersion.number.desc()).limit(1)).first()


def find_unanswered(menu_id: int) -> MenuVersion | None:
    """The newest version whose fate we do not know, if nothing newer is shown."""
    query = select(MenuVersion).where(MenuVersion.menu_id == menu_id, MenuVersion.state.in_(UNANSWERED))
    version = db.session.scalars(query.order_by(MenuVersion.number.desc()).limit(1)).first()
    shown = find_shown(menu_id)
    return None if version is None or (shown and shown.number > version.number) else version


def find_taken_down(menu_id: int) -> MenuVersion | None:
    """The version that was shown last, when none is shown any more."""
    if find_shown(menu_id) is not None:
        return None
    query = select(MenuVersion).where(
        MenuVersion.menu_id == menu_id, MenuVersion.state == VersionState.WITHDRAWN
    )
    return db.session.scalars(query.order_by(MenuVersion.number.desc()).limit(1)).first()


def get_version(menu_id: int, number: int) -> MenuVersion:
    """Raises: NotFound."""
    query = select(MenuVersion).where(MenuVersion.menu_id == menu_id, MenuVersion.number == number)
    version = db.session.scalars(query).one_or_none()
    if version is None:
        raise NotFound(_("没有第 %(n)d 版", n=number))
    return version


def list_versions(menu_id: int) -> Sequence[MenuVersion]:
    """Every version, the newest first."""
    query = select(MenuVersion).where(MenuVersion.menu_id == menu_id).order_by(MenuVersion.number.desc())
    return db.session.scalars(query).all()


def list_in_state(*states: VersionState) -> Sequence[MenuVersion]:
    """The versions of all menus that are in one of these states, the newest first."""
    query = select(MenuVersion).where(MenuVersion.state.in_(states)).order_by(MenuVersion.id.desc())
    return db.session.scalars(query).all()


def find_last_definition() -> Menu | None:
    """The default menu that is shown, or else the one that was sent or shown last."""
    menu_id = get_default().id
    version = find_shown(menu_id) or find_unanswered(menu_id) or find_taken_down(menu_id)
    return version.definition if version else None


def load_button_names() -> Mapping[str, str]:
    """Key → words on its button, of all menus shown; the default menu's words win."""
    names: dict[str, str] = {}
    default_id = select(AccountMenu.id).where(AccountMenu.role == DEFAULT).scalar_subquery()
    query = (
        select(MenuVersion.definition)
        .where(MenuVersion.state == VersionState.SHOWN)
        .order_by(MenuVersion.menu_id == default_id, MenuVersion.id)
    )
    for definition in db.session.scalars(query):
        names |= {
            str(leaf["key"]): str(leaf.get("name", "")) for leaf in leaves(definition) if leaf.get("key")
        }
    return names


def audit_subject(menu: AccountMenu) -> str:
    """How the audit log calls it: the default one, or a personalised one by its number."""
    return "menu" if menu.role == DEFAULT else f"menu:{menu.id}"


def trace(menu: AccountMenu, version: MenuVersion) -> dict[str, object]:
    """What the audit log keeps of a version; the whole of it stays in the history of the menu."""
    buttons = [f"{place} {button.get('name', '')}" for place, button in walk(version.definition)]
    whose = {} if menu.role == DEFAULT else {"name": menu.name}
    return {"version": version.number, "buttons": buttons, **whose}
