"""What may be changed while the shop runs, where alerts go, and what the operator has set up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from app.alerts.channels import NotTold, set_up_channels
from app.alerts.telling import last_tries, try_channel
from app.alerts.words import say_problem
from app.core.live_settings import LIVE_SETTINGS, LiveSetting, keep_live, read_live
from app.core.money import format_yuan
from config import SETTINGS
from console.frame.form_fields import UNREADABLE, read_fen, read_whole
from console.frame.labels import Labels
from console.frame.member import get_member_here

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

FEN = 100
channel_label = Labels({"robot": _l("群机器人"), "mail": _l("邮件")})


@dataclass(frozen=True, slots=True)
class Words:
    """How a live setting is called; `unit` stands behind its field."""

    title: LazyString
    unit: LazyString
    hint: LazyString


WORDS: Mapping[str, Words] = {
    "ORDER_TTL_SECONDS": Words(
        _l("未付款订单保留"), _l("分钟"), _l("过时自动取消，商品和优惠券还回去。只影响之后的订单。")
    ),
    "SHIPPING_FEE_FEN": Words(_l("默认运费"), _l("元"), _l("没有运费模板时，每个订单收这么多。")),
    "SHIPPING_FREE_FROM_FEN": Words(_l("满额包邮"), _l("元"), _l("没有运费模板时，商品满这么多就不收运费。")),
    "MESSAGE_PAYLOAD_DAYS": Words(
        _l("消息原文保留"), _l("天"), _l("微信推送的原文，查问题时用。0 是一直保留。")
    ),
    "MESSAGE_DAYS": Words(_l("消息保留"), _l("天"), _l("粉丝说的话和本店的回答。0 是一直保留。")),
}


@blueprint.get("/")
def show() -> str:
    """As things stand."""
    return _show(_as_typed(), {})


@blueprint.post("/")
def keep() -> Response | tuple[str, int]:
    """Keep what was changed in this form; what a colleague changed meanwhile in other fields stays his."""
    typed = {name: request.form.get(name, "").strip() for name in LIVE_SETTINGS}
    changed = {name: text for name, text in typed.items() if text != request.form.get(f"was_{name}", "")}
    values = {name: _read(LIVE_SETTINGS[name], text) for name, text in changed.items()}
    problems = {
        name: _bounds(name) for name, value in values.items() if not _fits(LIVE_SETTINGS[name], value)
    }
    if problems:
        return _show(typed, problems), 422
    kept = keep_live(values, current_app.config, actor=get_member_here().actor)
    flash(_("已保存，马上生效。") if kept else _("没有改动。"), "success" if kept else "info")
    return redirect(url_for("console.settings.show"))


@blueprint.post("/try/<channel>")
def try_out(channel: str) -> Response:
    """Send a word through this channel."""
    if channel not in set_up_channels(current_app.config):
        flash(_("还没有设置这个去处。"), "warning")
    else:
        try:
            try_channel(channel, current_app.config)
        except NotTold as error:
            flash(say_problem(error.problem, error.detail), "danger")
        else:
            flash(_("发出去了，请看一眼收到没有。"), "success")
    return redirect(url_for("console.settings.show", _anchor="channels"))


def _show(typed: Mapping[str, str], problems: Mapping[str, str]) -> str:
    tries = last_tries()
    return render_template(
        "console/golive/settings.html",
        words=WORDS,
        typed=typed,
        problems=problems,
        was=_as_typed() if not problems else {name: request.form.get(f"was_{name}", "") for name in WORDS},
        channels=set_up_channels(current_app.config),
        channel_label=channel_label,
        tries=tries,
        reasons={name: say_problem(row.problem, row.detail) for name, row in tries.items()},
        operated=_operated(),
    )


def _as_typed() -> dict[str, str]:
    return {name: _write(setting) for name, setting in LIVE_SETTINGS.items()}


def _write(setting: LiveSetting) -> str:
    value = read_live(setting.name, current_app.config)
    if setting.shown_in == FEN:
        return format_yuan(value).replace(",", "").removesuffix(".00")
    return str(value // setting.shown_in)


def _read(setting: LiveSetting, text: str) -> int:
    if not text:
        return UNREADABLE
    if setting.shown_in == FEN:
        return read_fen(text)
    number = read_whole(text)
    return number if number == UNREADABLE else number * setting.shown_in


def _fits(setting: LiveSetting, value: int) -> bool:
    return setting.least <= value <= setting.most


def _bounds(name: str) -> str:
    setting = LIVE_SETTINGS[name]
    least, most = (f"{bound // setting.shown_in:,}" for bound in (setting.least, setting.most))
    return _("请填 %(least)s 到 %(most)s 之间的数", least=least, most=most)


def _operated() -> list[tuple[str, str, bool]]:
    """Name, value where it may be seen, whether it is set: what stands in the server's `.env`."""
    settings, known = [each for each in SETTINGS if each.name not in LIVE_SETTINGS], current_app.config
    return [
        (each.name, _say(known[each.name]) if each.is_shown else "", bool(known[each.name]))
        for each in settings
    ]


def _say(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
