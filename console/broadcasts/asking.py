"""Asking WeChat for what it knows better, by a button."""

from collections.abc import Callable

from flask import flash
from flask_babel import gettext as _

from app.core.errors import PlatformError
from app.wechat.account import get_account
from console.frame.member import get_member_here


def ask_wechat(ask: Callable[..., object]) -> None:
    """Ask now, and say whether it answered. `ask` takes the account's client and `actor`."""
    try:
        ask(get_account().client, actor=get_member_here().actor)
    except PlatformError as error:
        flash(error.message or _("微信没有回答，请稍后再试"), "danger")
    else:
        flash(_("已从微信更新。"), "success")
