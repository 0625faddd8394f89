"""What WeChat shows now: comparing it with what we published, taking it over into the draft, taking it down."""

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, PlatformError
from app.wechat.account import get_account
from app.wechat.menus import drafts, looking
from app.wechat.menus.buttons import tidy
from app.wechat.menus.limits import Button, name_of
from app.wechat.menus.looking import Drift
from app.wechat.menus.remote import Seen
from app.wechat.menus.taking_down import take_down_all
from app.wechat.menus.taking_over import TakenOver, take_over
from app.wechat.menus.versions import find_shown, find_unanswered, get_default, list_personal
from app.wechat.menus.words import say_action, say_place, say_rule
from console.frame.member import get_member_here
from console.menus.actors import find_names
from console.menus.choices import load_choices, own_path
from console.menus.diff import make_lines
from console.menus.phone import make_phone


def shown() -> str:
    """Look at WeChat now and tell in what it differs from what we published."""
    error, seen, drift = "", None, None
    try:
        seen = looking.observe(get_account().client)
        drift = looking.find_drift(seen)
    except PlatformError as failed:
        error = failed.message
    default, choices = get_default(), load_choices()
    known = default.seen or {"menu": {"button": []}, "origin": ""}
    personal = drift.personal if drift else ()
    return render_template(
        "console/menus/shown.html",
        tab="shown",
        error=error,
        drift=drift,
        origin=known["origin"],
        phone=make_phone(known["menu"]),
        seen_at=default.seen_at,
        shown=find_shown(default.id),
        unanswered=find_unanswered(default.id),
        menu=default,
        lines=make_lines(drift.default, choices) if drift else [],
        personal=[(each, make_lines(each.differences, choices)) for each in personal],
        strangers=[
            (each, say_rule(each.rule, choices.tags), make_phone(each.menu))
            for each in (drift.strangers if drift else ())
        ],
        found=_find_new(seen),
        is_draft_unpublished=drafts.is_unpublished(default),
        say_lost=_say_lost,
        can_take_down=seen is not None and bool(seen.menu["button"] or seen.personal),
        names=find_names(),
    )


def take_over_shown() -> Response:
    """Write what WeChat shows now over the draft; what a program cannot give WeChat is named."""
    default = get_default()
    mark = request.form.get("mark", -1, type=int)
    try:
        found = take_over(looking.observe(get_account().client).menu, own_path)
        if not found.menu["button"]:
            raise InputInvalid(_("公众号现在没有菜单"))
        drafts.replace_draft(default.id, found.menu, seen_mark=mark, actor=get_member_here().actor)
    except (InputInvalid, PlatformError) as error:
        flash(_("%(error)s，草稿没有改动。", error=error.message), "danger")
        return redirect(url_for("console.menus.shown"))
    flash(_("微信显示的菜单已放进草稿，看过之后再发布。"), "success")
    if found.lost:
        words = "、".join(_say_lost(found.lost))
        flash(_("请给这些按钮重新选“点了之后”：%(buttons)s", buttons=words), "warning")
    return redirect(url_for("console.menus.index"))


def ask_take_down() -> str:
    """What would go, before it does."""
    error, drift = "", Drift((), (), ())
    try:
        drift = looking.find_drift(looking.observe(get_account().client))
    except PlatformError as failed:
        error = failed.message
    choices, default = load_choices(), get_default()
    return render_template(
        "console/menus/take_down.html",
        tab="shown",
        menu=default,
        error=error,
        shown=find_shown(default.id),
        personal=[menu.name for menu in list_personal() if find_shown(menu.id)],
        strangers=[(each.menuid, say_rule(each.rule, choices.tags)) for each in drift.strangers],
    )


def take_down() -> Response:
    """Take every menu down at WeChat."""
    try:
        take_down_all(get_account().client, actor=get_member_here().actor)
        flash(_("菜单已全部撤下。最后的样子还在草稿和历史里，随时可以再发布。"), "success")
    except PlatformError as error:
        flash(
            _("没能撤下：%(error)s。请看看微信现在显示什么，再撤一次也没有坏处。", error=error.message),
            "danger",
        )
    return redirect(url_for("console.menus.shown"))


def _find_new(seen: Seen | None) -> TakenOver | None:
    """What WeChat shows, when the draft says something else."""
    if seen is None:
        return None
    found = take_over(seen.menu, own_path)
    is_new = found.menu["button"] and found.menu != tidy(drafts.load_draft(get_default()))
    return found if is_new else None


def _say_lost(lost: Iterable[tuple[str, Button]]) -> list[str]:
    """Place, name and former action of each."""
    return [
        str(
            _(
                "%(place)s“%(name)s”（原来是：%(action)s）",
                place=say_place(place),
                name=name_of(button),
                action=say_action(button),
            )
        )
        for place, button in lost
    ]
