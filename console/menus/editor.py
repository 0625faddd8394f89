"""Writing a menu: each press keeps the draft, so nothing is lost by leaving the page."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid
from app.wechat.menus import drafts
from app.wechat.menus.drafts import Draft, DraftChanged, Place
from app.wechat.menus.limits import (
    KEY_TYPES,
    MAX_BUTTONS,
    MAX_KEY_BYTES,
    MAX_NAME_BYTES,
    MAX_SUB_BUTTONS,
    MAX_SUB_NAME_BYTES,
    MAX_URL_BYTES,
    REQUIRED,
    SHOWN_NAME,
    SHOWN_SUB_NAME,
    find_problems,
)
from app.wechat.menus.models import AccountMenu
from app.wechat.menus.versions import find_shown, find_unanswered, get_default, get_menu
from app.wechat.menus.words import say_type
from console.frame.member import get_member_here
from console.menus.actors import find_names
from console.menus.choices import find_empty_answers, list_platforms, load_choices
from console.menus.form import FormValues, read_fields, show_values
from console.menus.phone import make_phone

LIMITS = {
    "buttons": MAX_BUTTONS,
    "sub_buttons": MAX_SUB_BUTTONS,
    "name": MAX_NAME_BYTES,
    "sub_name": MAX_SUB_NAME_BYTES,
    "shown": SHOWN_NAME,
    "sub_shown": SHOWN_SUB_NAME,
    "key": MAX_KEY_BYTES,
    "url": MAX_URL_BYTES,
}


def index() -> str:
    """The default menu."""
    return _show(get_default())


def edit(menu_id: int) -> str:
    """The default menu or a personalised one."""
    return _show(get_menu(menu_id))


def change(menu_id: int) -> Response | tuple[str, int]:
    """Keep what was typed and do what was pressed; the second of two who write at once is told."""
    menu, form = get_menu(menu_id), request.form
    press = _Press(form)
    try:
        drafts.change_draft(menu.id, press.work, seen_mark=press.seen_mark, actor=get_member_here().actor)
    except DraftChanged as error:
        return _show(get_menu(menu_id), conflict=error), 409
    except InputInvalid as error:
        flash(error.message, "danger")
    if press.action == "publish":
        return redirect(url_for("console.menus.confirm", menu_id=menu_id))
    anchor = "panel" if press.action in ("open", "column", "child") else None
    return redirect(url_for("console.menus.edit", menu_id=menu_id, at=press.at or None, _anchor=anchor))


def discard(menu_id: int) -> Response:
    """Throw the draft away."""
    menu = get_menu(menu_id)
    mark = request.form.get("mark", -1, type=int)
    try:
        drafts.discard_draft(menu.id, seen_mark=mark, actor=get_member_here().actor)
        flash(_("草稿已放弃，编辑器里是正在显示的菜单。"), "success")
    except DraftChanged as error:
        flash(_("%(error)s，没有放弃。请看过之后再决定。", error=error.message), "danger")
    return redirect(url_for("console.menus.edit", menu_id=menu_id))


class _Press:
    """One press of a button of the editor: which, on what, and with what typed so far."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.action, _colon, rest = form.get("do", "save").partition(":")
        self.target, _colon, extra = rest.partition(":")
        self.extra = int(extra) if extra.isdecimal() and len(extra) < 3 else 0
        self.at = form.get("at", "")
        self.seen_mark = _number(form.get("mark", ""))
        self.fields = read_fields(form) if self.at and "name" in form else None

    def work(self, draft: Draft) -> None:
        """Raises: InputInvalid."""
        if self.action == "rescue":
            self.at = _add_anywhere(draft, self.fields or {})
            return
        if self.fields is not None and not (self.action == "remove" and self.target == self.at):
            drafts.fill_in(draft, self.at, self.fields)
        self._act(draft)

    def _act(self, draft: Draft) -> None:
        if self.action == "open":
            self.at = self.target
        elif self.action == "column":
            self.at = drafts.add_column(draft)
        elif self.action == "child":
            self.at = drafts.add_child(draft, self.target)
        elif self.action == "remove":
            drafts.remove(draft, self.target)
            self.at = "" if self.at == self.target else self.at
        elif self.action in ("earlier", "later"):
            drafts.move(draft, self.target, -1 if self.action == "earlier" else 1)
        elif self.action == "to":
            drafts.move_to_column(draft, self.target, self.extra - 1)


def _add_anywhere(draft: Draft, fields: Mapping[str, str]) -> str:
    if len(draft["button"]) < MAX_BUTTONS:
        return drafts.add_column(draft, fields)
    for button in draft["button"]:
        if 0 < len(button.get("sub_button") or []) < MAX_SUB_BUTTONS:
            return drafts.add_child(draft, button["id"], fields)
    raise InputInvalid(_("菜单已满，请先删掉一个按钮"))


def _show(menu: AccountMenu, conflict: DraftChanged | None = None) -> str:
    draft = drafts.load_draft(menu)
    at = request.values.get("at", "")
    place = drafts.find_place(draft, at)
    typed = read_fields(request.form) if conflict and at and "name" in request.form else None
    choices = load_choices()
    definition = drafts.definition_of(draft)
    problems = find_problems(definition) if definition["button"] else ()
    warnings = find_empty_answers(definition, choices)
    names = find_names()
    return render_template(
        "console/menus/editor.html",
        menu=menu,
        tab="editor" if menu.role else "personal",
        phone=make_phone(draft, problems),
        place=place,
        at=at if place else "",
        values=_values(typed, place.button if place else None),
        other_columns=_other_columns(draft, place),
        is_parent=bool(place and place.button.get("sub_button")),
        problems=[(each, _id_at(draft, each.place)) for each in problems],
        warnings=[(each, _id_at(draft, each.place)) for each in warnings],
        is_unpublished=drafts.is_unpublished(menu),
        shown=find_shown(menu.id),
        unanswered=find_unanswered(menu.id),
        names=names,
        conflict=conflict,
        who=names.get(str(conflict.details["changed_by"]), "") if conflict else "",
        typed=request.form if typed else {},
        is_gone=bool(typed) and place is None,
        choices=choices,
        types=[(kind, say_type(kind)) for kind in REQUIRED],
        key_types=[kind for kind in KEY_TYPES if kind != "click"],
        platforms=list_platforms(),
        limits=LIMITS,
    )


def _values(typed: dict[str, str] | None, button: dict[str, Any] | None) -> FormValues | None:
    if typed is not None:
        return show_values(typed)
    return show_values(button) if button else None


def _other_columns(draft: Draft, place: Place | None) -> list[int]:
    """The columns, counted from 1, that have room for the sub-button here."""
    if place is None or not place.is_sub:
        return []
    sizes = [len(button.get("sub_button") or []) for button in draft["button"]]
    return [
        number
        for number, size in enumerate(sizes, start=1)
        if 0 < size < MAX_SUB_BUTTONS and number != place.column + 1
    ]


def _id_at(draft: Draft, place: str) -> str:
    """The id of the button at a place like `2.1`; empty for the menu as a whole."""
    column, _dot, position = place.partition(".")
    if not column:
        return ""
    button = draft["button"][int(column) - 1]
    return str(button["sub_button"][int(position) - 1]["id"] if position else button["id"])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
