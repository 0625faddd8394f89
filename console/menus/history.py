"""A menu's versions: who, when, why, in what they differ, and bringing one back."""

from collections.abc import Callable, Sequence

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.wechat.menus.blame import find_suspects
from app.wechat.menus.differences import compare
from app.wechat.menus.models import MenuVersion
from app.wechat.menus.publishing import Wish
from app.wechat.menus.states import VersionState
from app.wechat.menus.versions import (
    find_shown,
    find_taken_down,
    get_menu,
    get_version,
    list_versions,
)
from app.wechat.menus.words import say_place, say_rule, say_state
from app.wechat.platform_errors import make_error
from console.frame.member import get_member_here
from console.menus.actors import find_names
from console.menus.choices import load_choices
from console.menus.diff import make_lines
from console.menus.phone import make_phone
from console.menus.publish import publish_wish

STATE_COLOURS = {
    VersionState.SENDING: "orange",
    VersionState.SHOWN: "green",
    VersionState.REFUSED: "red",
    VersionState.LOST: "red",
}


def history(menu_id: int) -> str:
    """Every version, the newest first."""
    menu = get_menu(menu_id)
    versions = list_versions(menu.id)
    return render_template(
        "console/menus/history.html",
        menu=menu,
        tab="history" if menu.role else "personal",
        versions=[(each, _problem(each)) for each in versions],
        say_state=_say_state(menu.id),
        colours=STATE_COLOURS,
        names=find_names(),
    )


def version(menu_id: int, number: int) -> str:
    """One version beside another: the one before it, unless another is asked for."""
    menu, new = get_menu(menu_id), get_version(menu_id, number)
    versions = list_versions(menu.id)
    old = _find_other(versions, new, request.args.get("with", 0, type=int))
    choices, now = load_choices(), find_shown(menu.id)
    is_other_rule = old is not None and old.rule != new.rule
    return render_template(
        "console/menus/version.html",
        menu=menu,
        tab="history" if menu.role else "personal",
        version=new,
        other=old,
        numbers=[each.number for each in versions if each.number != new.number],
        lines=make_lines(compare(old.definition if old else {}, new.definition), choices),
        rules=(say_rule(old.rule, choices.tags), say_rule(new.rule, choices.tags))
        if is_other_rule and old
        else (),
        phone=make_phone(new.definition),
        other_phone=make_phone(old.definition) if old else None,
        problem=_problem(new),
        is_now=now is not None and now.id == new.id,
        say_state=_say_state(menu.id),
        colours=STATE_COLOURS,
        names=find_names(),
    )


def restore(menu_id: int, number: int) -> Response:
    """Publish an older version again, as a new one."""
    menu, old = get_menu(menu_id), get_version(menu_id, number)
    wish = Wish(menu.id, old.definition, get_member_here().actor, restores=number)
    return publish_wish(menu, wish)


def _say_state(menu_id: int) -> Callable[[MenuVersion], str]:
    """What became of a version; the last one shown was not replaced when none is shown any more."""
    taken_down = find_taken_down(menu_id)

    def say(version: MenuVersion) -> str:
        is_taken_down = taken_down is not None and version.id == taken_down.id
        return str(_("已撤下")) if is_taken_down else say_state(version.state)

    return say


def _find_other(versions: Sequence[MenuVersion], new: MenuVersion, wanted: int) -> MenuVersion | None:
    named = next((each for each in versions if each.number == wanted != new.number), None)
    return named or next((each for each in versions if each.number < new.number), None)


def _problem(version: MenuVersion) -> str:
    """Why WeChat refused it, with the buttons it may have meant."""
    if version.errcode is None:
        return ""
    words = make_error(version.errcode, version.errmsg).message
    places = "、".join(
        say_place(place) for place, _button in find_suspects(version.errcode, version.sent)[:6]
    )
    return str(_("%(error)s（%(places)s）", error=words, places=places)) if places else words
