"""WeChat's own multi-agent desk: using it or not, its accounts, whom they are talking with."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.conversations import kf_desk
from app.conversations.desk import wechat_session_closed
from app.conversations.kf_desk import KfDesk
from app.core.errors import PlatformError, ShopError
from app.followers.service import find_many
from app.wechat.account import get_account
from console.frame.member import get_member_here

blueprint = Blueprint("desk_wechat", __name__, url_prefix="/wechat-desk")


@blueprint.get("/")
def index() -> str:
    """The choice; the accounts are asked of WeChat only while it is used, or when asked for."""
    setting = kf_desk.load_kf_desk()
    accounts, problem = (), ""
    if setting.is_on or "ask" in request.args:
        try:
            accounts = kf_desk.list_accounts(get_account().client)
        except PlatformError as error:
            problem = error.message
    return render_template(
        "console/desk/wechat_desk.html",
        setting=setting,
        accounts=accounts,
        problem=problem,
        was_asked=setting.is_on or "ask" in request.args,
    )


@blueprint.post("/")
def keep() -> Response:
    """Turn it on or off, and choose who gets the followers."""
    form = request.form
    setting = KfDesk(form.get("on") == "1", form.get("account", "")[:80])
    return _do(lambda: kf_desk.keep_kf_desk(setting, actor=get_member_here().actor), _("已保存。"))


@blueprint.post("/accounts")
def add() -> Response:
    """Make an account."""
    account, nick = request.form.get("account", "").strip()[:80], request.form.get("nick", "")[:80]
    return _do(
        lambda: kf_desk.add_account(get_account().client, account, nick),
        _("已创建，邀请一位客服绑定微信号后就能用。"),
    )


@blueprint.post("/accounts/change")
def change() -> Response:
    """Rename an account, invite somebody to it, or delete it."""
    form, client = request.form, get_account().client
    account, do = form.get("account", "")[:80], form.get("do", "")
    changes: dict[str, tuple[Callable[[], None], str]] = {
        "rename": (
            lambda: kf_desk.rename_account(client, account, form.get("nick", "")[:80]),
            _("昵称已修改。"),
        ),
        "invite": (
            lambda: kf_desk.invite(client, account, form.get("wechat_id", "")),
            _("邀请已发出，对方在微信里确认后生效。"),
        ),
        "remove": (lambda: kf_desk.remove_account(client, account), _("客服账号已删除。")),
    }
    return _do(*changes[do]) if do in changes else redirect(url_for("console.desk_wechat.index"))


@blueprint.get("/sessions")
def sessions() -> str:
    """Whom one account is talking with."""
    account = request.args.get("account", "")[:80]
    found, problem = (), ""
    try:
        found = kf_desk.list_sessions(get_account().client, account)
    except ShopError as error:
        problem = error.message
    return render_template(
        "console/desk/wechat_desk_sessions.html",
        account=account,
        sessions=found,
        followers=find_many({session.openid for session in found}),
        problem=problem,
    )


@blueprint.post("/sessions/close")
def close() -> Response:
    """End a talk there, so that the bot or a colleague can answer."""
    openid, account = request.form.get("openid", "")[:64], request.form.get("account", "")[:80]

    def end() -> None:
        kf_desk.close_session(get_account().client, openid, account)
        wechat_session_closed(openid, account)

    return _do(end, _("会话已结束。"), url_for("console.desk_wechat.sessions", account=account))


def _do(change: Callable[[], None], words: str, back: str = "") -> Response:
    try:
        change()
    except ShopError as error:
        flash(error.message, "danger")
    else:
        flash(words, "success")
    return redirect(back or url_for("console.desk_wechat.index"))
