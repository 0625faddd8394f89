"""Writing a menu: its draft is kept after every step, and of two who write at once the second is told.

A draft is a menu whose buttons have ids, so that a change finds its button after others were moved. It may
break every limit; it is checked when it is published.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.db import lock, transaction
from app.core.errors import InputInvalid
from app.core.ids import new_code
from app.wechat.menus.buttons import Menu, buttons_of, children_of, tidy
from app.wechat.menus.limits import MAX_BUTTONS, MAX_SUB_BUTTONS
from app.wechat.menus.models import AccountMenu
from app.wechat.menus.versions import find_shown

Draft = dict[str, Any]
Change = Callable[[Draft], None]


class DraftChanged(InputInvalid):
    """Somebody else changed the draft meanwhile."""

    code = "draft_changed"
    http_status = 409


@dataclass(slots=True)
class Place:
    """Where a button of a draft stands."""

    button: dict[str, Any]
    siblings: list[dict[str, Any]]
    index: int
    column: int  # 0, 1, 2
    is_sub: bool


def load_draft(menu: AccountMenu) -> Draft:
    """The draft, or the menu shown now when nobody has begun one, or an empty menu."""
    if menu.draft is not None:
        return deepcopy(menu.draft)
    shown = find_shown(menu.id)
    return with_ids(shown.definition if shown else {})


def is_unpublished(menu: AccountMenu) -> bool:
    """Whether the draft says something else than the menu shown."""
    shown = find_shown(menu.id)
    if shown is None:
        return bool(buttons_of(load_draft(menu)))
    return tidy(load_draft(menu)) != tidy(shown.definition) or menu.rule != shown.rule


def change_draft(menu_id: int, change: Change, *, seen_mark: int, actor: str) -> None:
    """Let `change` work on the draft and keep it. A change that changes nothing is never refused.

    Opens a transaction. Raises: DraftChanged when the draft is no longer the one of `seen_mark`.
    """
    with transaction() as session:
        menu = session.get_one(AccountMenu, menu_id)
        lock(menu)
        before = load_draft(menu)
        draft = deepcopy(before)
        try:
            change(draft)
        except InputInvalid:
            _require_mark(menu, seen_mark)  # that somebody else changed it says more
            raise
        if draft != before:
            _keep(menu, draft, seen_mark, actor)


def replace_draft(menu_id: int, definition: Mapping[str, Any], *, seen_mark: int, actor: str) -> None:
    """Write this menu over the draft. Opens a transaction. Raises: DraftChanged."""
    with transaction() as session:
        menu = session.get_one(AccountMenu, menu_id)
        lock(menu)
        _keep(menu, with_ids(definition), seen_mark, actor)


def discard_draft(menu_id: int, *, seen_mark: int, actor: str) -> None:
    """Go back to the menu shown. Opens a transaction. Raises: DraftChanged."""
    with transaction() as session:
        menu = session.get_one(AccountMenu, menu_id)
        lock(menu)
        _keep(menu, None, seen_mark, actor)


def _keep(menu: AccountMenu, draft: Draft | None, seen_mark: int, actor: str) -> None:
    _require_mark(menu, seen_mark)
    menu.draft, menu.mark = draft, menu.mark + 1
    menu.changed_at, menu.changed_by = clock.now(), actor


def _require_mark(menu: AccountMenu, seen_mark: int) -> None:
    if menu.mark != seen_mark:
        raise DraftChanged(_("别人刚刚改过这份草稿"), changed_by=menu.changed_by, changed_at=menu.changed_at)


def with_ids(definition: Mapping[str, Any]) -> Draft:
    """A draft of this menu; the same menu gives the same ids."""
    draft = tidy(definition)
    for number, button in enumerate(draft["button"], start=1):
        button["id"] = f"p{number}"
        for position, child in enumerate(children_of(button), start=1):
            child["id"] = f"p{number}-{position}"  # type: ignore[index]
    return draft


def find_place(draft: Draft, button_id: str) -> Place | None:
    """Where the button of this id stands."""
    for column, button in enumerate(draft["button"]):
        if button["id"] == button_id:
            return Place(button, draft["button"], column, column, is_sub=False)
        children = button.get("sub_button") or []
        for index, child in enumerate(children):
            if child["id"] == button_id:
                return Place(child, children, index, column, is_sub=True)
    return None


def get_place(draft: Draft, button_id: str) -> Place:
    """Raises: InputInvalid when the button is gone."""
    place = find_place(draft, button_id)
    if place is None:
        raise InputInvalid(_("这个按钮已经不在菜单里了"))
    return place


def fill_in(draft: Draft, button_id: str, fields: Mapping[str, str]) -> None:
    """Give the button this name and action; one with sub-buttons takes the name alone. Raises: InputInvalid."""
    button = get_place(draft, button_id).button
    kept: dict[str, Any] = {name: button[name] for name in ("id", "sub_button") if name in button}
    is_parent = bool(button.get("sub_button"))
    button.clear()
    button.update({"name": fields.get("name", "")} if is_parent else fields)
    button.update(kept)


def add_column(draft: Draft, fields: Mapping[str, str] | None = None) -> str:
    """Add a button at the top, on the right; returns its id. Raises: InputInvalid when there are three."""
    if len(draft["button"]) >= MAX_BUTTONS:
        raise InputInvalid(_("一级菜单最多 %(n)d 个按钮", n=MAX_BUTTONS))
    button = _new_button(fields)
    draft["button"].append(button)
    return str(button["id"])


def add_child(draft: Draft, parent_id: str, fields: Mapping[str, str] | None = None) -> str:
    """Add a sub-button at the end of the column; returns its id.

    The first one takes the action of its parent over, so that nothing chosen is lost.
    Raises: InputInvalid when there are five.
    """
    place = get_place(draft, parent_id)
    if place.is_sub:
        raise InputInvalid(_("子菜单下面不能再有子菜单"))
    parent = place.button
    children = parent.setdefault("sub_button", [])
    if len(children) >= MAX_SUB_BUTTONS:
        raise InputInvalid(_("每一列最多 %(n)d 个子菜单", n=MAX_SUB_BUTTONS))
    action = {name: parent.pop(name) for name in list(parent) if name not in ("id", "name", "sub_button")}
    has_action = any(value for name, value in action.items() if name != "type")
    inherited = {"name": parent.get("name", ""), **action} if has_action else None
    child = _new_button(fields or inherited)
    children.append(child)
    return str(child["id"])


def remove(draft: Draft, button_id: str) -> None:
    """Take the button out, with all below it. Raises: InputInvalid when it is gone."""
    place = get_place(draft, button_id)
    del place.siblings[place.index]
    if place.is_sub and not place.siblings:
        _close_column(draft["button"][place.column])


def move(draft: Draft, button_id: str, step: int) -> None:
    """Move it by `step` among its neighbours (-1 or 1); at the end it stays. Raises: InputInvalid."""
    place = get_place(draft, button_id)
    target = place.index + step
    if 0 <= target < len(place.siblings):
        place.siblings.insert(target, place.siblings.pop(place.index))


def move_to_column(draft: Draft, button_id: str, column: int) -> None:
    """Move a sub-button to the end of another column (0, 1, 2). Raises: InputInvalid when it has no room."""
    place = get_place(draft, button_id)
    if not place.is_sub or not 0 <= column < len(draft["button"]) or column == place.column:
        return
    target = draft["button"][column].get("sub_button")
    if not target:
        raise InputInvalid(_("第 %(n)d 列没有子菜单，请先在那里添加一个", n=column + 1))
    if len(target) >= MAX_SUB_BUTTONS:
        raise InputInvalid(_("每一列最多 %(n)d 个子菜单", n=MAX_SUB_BUTTONS))
    target.append(place.siblings.pop(place.index))
    if not place.siblings:
        _close_column(draft["button"][place.column])


def definition_of(draft: Mapping[str, Any]) -> Menu:
    """The draft as it can be published."""
    return tidy(draft)


def _new_button(fields: Mapping[str, str] | None) -> dict[str, Any]:
    return {**(fields or {"name": "", "type": "click", "key": ""}), "id": new_code(6)}


def _close_column(parent: dict[str, Any]) -> None:
    """A column without sub-buttons is a plain button again."""
    parent.pop("sub_button", None)
    parent.update(type="click", key="")
