"""Personalised menus: the list in the order WeChat matches them, for whom each is, adding and removing."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, PlatformError
from app.wechat.account import get_account
from app.wechat.menus import drafts
from app.wechat.menus import personal as service
from app.wechat.menus.models import AccountMenu, MenuVersion
from app.wechat.menus.personal import LONGEST_NAME
from app.wechat.menus.publishing import Wish
from app.wechat.menus.states import VersionState
from app.wechat.menus.versions import find_shown, get_default, get_menu, list_in_state, list_personal
from app.wechat.menus.words import say_rule
from console.frame.member import get_member_here
from console.menus.choices import Choices, list_platforms, load_choices
from console.menus.phone import Phone, make_phone
from console.menus.publish import publish_wish


def personal() -> str:
    """All of them, each on its phone, and the form for a new one."""
    choices = load_choices()
    return _show(choices)


def add() -> Response | tuple[str, int]:
    """Begin a new one with the default menu's buttons."""
    try:
        menu_id = service.add_menu(_name(), _rule(), actor=get_member_here().actor)
    except InputInvalid as error:
        return _show(load_choices(), error=error.message), 422
    flash(_("已建好草稿，按钮和默认菜单一样。改好之后发布，粉丝才会看到。"), "success")
    return redirect(url_for("console.menus.edit", menu_id=menu_id))


def change_audience(menu_id: int) -> Response:
    """Give it another name, tag or kind of phone."""
    mark = request.form.get("mark", -1, type=int)
    try:
        service.change_menu(menu_id, _name(), _rule(), seen_mark=mark, actor=get_member_here().actor)
        flash(_("已保存。给谁看从下次发布起生效。"), "success")
    except InputInvalid as error:
        flash(_("%(error)s，没有保存。", error=error.message), "danger")
    return redirect(url_for("console.menus.edit", menu_id=menu_id))


def put_on_top(menu_id: int) -> Response:
    """Publish the version shown anew: WeChat matches the newest first."""
    menu = get_menu(menu_id)
    shown = find_shown(menu.id)
    if menu.role is not None or shown is None:
        flash(_("这个菜单还没有发布，不能调整顺序。"), "danger")
        return redirect(url_for("console.menus.personal"))
    note = _("移到最前")
    wish = Wish(menu.id, shown.definition, get_member_here().actor, note=note, to_top=True)
    publish_wish(menu, wish)
    return redirect(url_for("console.menus.personal"))


def remove(menu_id: int) -> Response:
    """Take it away, at WeChat too."""
    name = get_menu(menu_id).name
    service.remove_menu(get_account().client, menu_id, actor=get_member_here().actor)
    flash(_("个性化菜单“%(name)s”已撤下。", name=name), "success")
    return redirect(url_for("console.menus.personal"))


def delete_stranger(menuid: str) -> Response:
    """Delete one at WeChat that is not ours."""
    try:
        service.delete_stranger(get_account().client, menuid, actor=get_member_here().actor)
        flash(_("已从微信删除。"), "success")
    except (InputInvalid, PlatformError) as error:
        flash(error.message, "danger")
    return redirect(url_for("console.menus.shown"))


def _show(choices: Choices, error: str = "") -> str:
    rows = [_row(menu, choices) for menu in list_personal()]
    return render_template(
        "console/menus/personal.html",
        tab="personal",
        menu=get_default(),
        rows=rows,
        has_default=find_shown(get_default().id) is not None,
        leaving=list_in_state(VersionState.LEAVING),
        choices=choices,
        platforms=list_platforms(),
        typed=request.form,
        error=error,
        longest_name=LONGEST_NAME,
    )


def _row(menu: AccountMenu, choices: Choices) -> tuple[AccountMenu, MenuVersion | None, str, Phone, bool]:
    """The menu, the version shown, for whom it is, its phone, whether its draft says something else."""
    shown = find_shown(menu.id)
    phone = make_phone(shown.definition if shown else drafts.load_draft(menu))
    rule = say_rule(shown.rule if shown else menu.rule, choices.tags)
    return menu, shown, rule, phone, drafts.is_unpublished(menu)


def _name() -> str:
    return request.form.get("name", "")


def _rule() -> dict[str, str]:
    names = {"tag_id": "tag", "client_platform_type": "platform"}
    return {theirs: request.form.get(ours, "") for theirs, ours in names.items()}
