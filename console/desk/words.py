"""What the desk and the log say: who answered, what happened, why WeChat refused and what can be done."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.conversations.models import Direction, Holder, Message
from app.conversations.pictures import FOLDER
from app.conversations.recordings import seconds_of
from app.conversations.sending import is_unclear
from app.core import clock
from app.core.i18n import counted
from app.core.states import StateEvent
from console.frame.labels import Labels
from console.frame.message_kinds import say_kind
from console.frame.speaking import say_closed as say_closed
from console.frame.speaking import say_refusal as say_refusal

RECORDING_TYPES = {".amr": "audio/amr", ".mp3": "audio/mpeg", ".mp4": "video/mp4"}
FETCHED_WITHIN = timedelta(minutes=10)  # after that nobody need wait for a recording


def say_recording(message: Message) -> str:
    """What kind of file a voice or video is, how long and how large."""
    file = Path(message.file or "")
    kept = Path(current_app.config["DATA_DIR"], FOLDER, file)
    seconds, size = seconds_of(file.name), kept.stat().st_size if kept.is_file() else 0
    parts = [file.suffix.removeprefix(".").upper()]
    parts += [counted("%(n)s 秒", seconds)] if seconds else []
    parts += [f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{-(-size // 1024)} KB"] if size else []
    return " · ".join(parts)


def say_no_recording(message: Message) -> str:
    """Why a voice or video is not there (yet)."""
    is_coming = clock.now() - message.at < FETCHED_WITHIN
    return str(_("正在取文件……") if is_coming else _("没有文件，三天内的可在公众平台查看"))


def say_sending(message: Message) -> str:
    """How far a message of ours has come; empty when all is well."""
    if message.direction == Direction.IN or message.sending in (None, "sent"):
        return ""
    if message.sending == "refused":
        return _("没有送达")
    if is_unclear(message):
        return _("可能已送达")
    return _("微信繁忙，正在重试") if message.errcode else _("发送中")


def say_who(answered_by: str, names: Mapping[str, str]) -> str:
    """Who or what answered, e.g. `规则：发货`. `names`: of rules, codes and colleagues."""
    kind, _colon, ref = answered_by.partition(":")
    name = names.get(answered_by, "")
    match kind:
        case "rule":
            return _("规则：%(name)s", name=name) if name else _("已删除的规则")
        case "scene":
            return _("渠道码：%(name)s", name=name) if name else _("已删除的渠道码")
        case "staff":
            return name or _("已离开的同事")
        case "menu":
            return _("菜单：%(name)s", name=name or ref)
        case "broadcast":
            return _("群发（%(number)s）", number=ref)
        case "kf":
            return _("微信客服：%(name)s", name=ref)
    return _say_occasion(kind)


def say_move(event: StateEvent, names: Mapping[str, str]) -> str:
    """One line of a conversation's history."""
    who = names.get(event.actor, event.actor.partition(":")[2])
    said = {
        "asked": _("粉丝要求人工服务"),
        "taken": _("%(who)s 开始接待", who=who),
        "taken_over": _("%(who)s 接了过去", who=who),
        "given_back": _("%(who)s 交还给机器人", who=who or _("系统")),
        "idle": _("太久没有动静，自动交还给机器人"),
        "missed": _("没有人接待，48 小时已过"),
        "erased": _("按粉丝的要求删除了个人信息"),
        "wechat_desk": _("微信客服 %(who)s 开始接待", who=who),
        "wechat_desk_closed": _("微信客服结束了会话"),
    }
    return said.get(event.cause, event.cause)


# Who answers.
say_holder = Labels(
    {
        Holder.BOT: _l("机器人"),
        Holder.WAITING: _l("等待人工"),
        Holder.PERSON: _l("人工接待"),
        Holder.WECHAT_DESK: _l("微信客服"),
    }
)


def say_last(words: str) -> str:
    """His last words on the list; `[image]` stands for what has none."""
    is_mark = words.startswith("[") and words.endswith("]") and words[1:-1].isascii()
    return f"[{say_kind(words[1:-1])}]" if is_mark else words


_say_occasion = Labels(
    {
        "": _l("没有回答"),
        "welcome": _l("关注回复"),
        "welcome_back": _l("再次关注回复"),
        "fallback": _l("默认回复"),
        "media": _l("非文字回复"),
        "quiet": _l("没有回答（刚发过默认回复）"),
        "person": _l("等人工回答"),
        "notice": _l("订单通知"),
        "desk": _l("接待台"),
        "wechat_desk": _l("微信客服"),
    }
)
