"""Publishing a menu, after what will change was looked at."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, PlatformError, PlatformUnreachable
from app.core.i18n import counted
from app.wechat.account import get_account
from app.wechat.menus import drafts, publishing
from app.wechat.menus.differences import compare
from app.wechat.menus.limits import find_problems
from app.wechat.menus.models import AccountMenu
from app.wechat.menus.personal import withdraw_leaving
from app.wechat.menus.publishing import LONGEST_NOTE, Published, Wish
from app.wechat.menus.versions import find_shown, get_menu
from app.wechat.menus.words import say_rule
from console.frame.member import get_member_here
from console.menus.choices import find_empty_answers, load_choices
from console.menus.diff import make_lines
from console.menus.phone import make_phone


def confirm(menu_id: int) -> str:
    """What will change for the followers, before it does."""
    menu = get_menu(menu_id)
    definition = drafts.definition_of(drafts.load_draft(menu))
    shown, choices = find_shown(menu.id), load_choices()
    problems = find_problems(definition)
    return render_template(
        "console/menus/publish.html",
        menu=menu,
        tab="editor" if menu.role else "personal",
        lines=make_lines(compare(shown.definition if shown else {}, definition), choices),
        phone=make_phone(definition, problems),
        problems=problems,
        warnings=find_empty_answers(definition, choices),
        shown=shown,
        rule=say_rule(menu.rule, choices.tags),
        old_rule=say_rule(shown.rule, choices.tags) if shown and shown.rule != menu.rule else "",
        longest_note=LONGEST_NOTE,
    )


def publish(menu_id: int) -> Response:
    """Publish the draft as it was seen; if it was changed since, nothing is published."""
    menu = get_menu(menu_id)
    if menu.mark != request.form.get("mark", -1, type=int):
        flash(_("草稿在你查看之后又被改过，没有发布。请再看一遍。"), "danger")
        return redirect(url_for("console.menus.confirm", menu_id=menu_id))
    definition = drafts.definition_of(drafts.load_draft(menu))
    wish = Wish(menu_id, definition, get_member_here().actor, note=request.form.get("note", ""))
    return publish_wish(menu, wish)


def publish_wish(menu: AccountMenu, wish: Wish) -> Response:
    """Publish and say what came of it."""
    account, menu_id = get_account(), menu.id
    editor = url_for("console.menus.edit", menu_id=menu_id)
    try:
        done = publishing.publish(account.client, wish, account.make_link)
    except InputInvalid as error:
        flash(error.message, "danger")
        return redirect(editor)
    except PlatformUnreachable as error:
        words = _(
            "%(error)s。不知道微信有没有收到：请到“线上核对”看一眼，再发布一次也没有坏处。",
            error=error.message,
        )
        flash(words, "danger")
        return redirect(editor)
    except PlatformError as error:
        flash(_("微信没有接受：%(error)s", error=error.message), "danger")
        return redirect(editor)
    withdraw_leaving(account.client, menu_id)
    _tell(done)
    return redirect(url_for("console.menus.history", menu_id=menu_id))


def _tell(done: Published) -> None:
    if done.is_new:
        words = _(
            "已发布为第 %(n)d 版。手机上重新进入公众号即可看到，已打开的聊天窗口最多五分钟后更新。",
            n=done.number,
        )
        flash(words, "success")
    else:
        flash(_("没有变化：微信显示的就是第 %(n)d 版。", n=done.number), "info")
    if done.drift is None:
        flash(_("发布成功，但没能读回核对。请稍后到“线上核对”看一眼。"), "info")
    elif done.drift.places:
        flash(counted("微信显示的和发布的有 %(n)d 处不同，请到“线上核对”查看。", done.drift.places), "danger")
