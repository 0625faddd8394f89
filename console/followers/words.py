"""What the console calls things about followers: where they came from, what was done, how far a walk is."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.audit import AuditEntry
from app.core.i18n import counted
from app.core.money import format_yuan
from app.core.states import StateEvent
from app.followers import card, consent, erasure
from app.followers.listing import Who
from app.followers.models import AutoTag, PushKind, SyncStep
from app.followers.names import tame
from console.frame.audit_words import tell_entries
from console.frame.histories import HistoryLine
from console.frame.labels import Labels
from console.frame.source_labels import source_label

_origin_label = Labels({"auto": _l("自动"), "wechat": _l("微信"), "scan": _l("扫码")})

_event_label = Labels(
    {
        "addresses_shown": _l("查看了完整收货地址"),  # of releases before the audit log
        card.REMARKED: _l("改了备注名"),
        card.BLACKLISTED: _l("加入黑名单"),
        card.UNBLACKLISTED: _l("移出黑名单"),
        consent.CONSENTED: _l("同意使用微信昵称和头像"),
    }
)

_reason_label = Labels(
    {
        erasure.UNSUBSCRIBED: _l("取消关注"),
        "user_authorization_revoke": _l("撤回了授权"),
        "user_authorization_cancellation": _l("注销了微信账号"),
        "follower": _l("本人要求"),
    }
)

_erased_label = Labels(
    {
        "everything": _l("全部个人资料"),
        "profile": _l("昵称和头像"),
        "addresses": _l("收货地址"),
        "location": _l("位置信息"),
    }
)


def say_source(source: str) -> str:
    """WeChat's subscribe_scene in words; one we do not know stays as it is."""
    return tame(source_label(source))


# A tab of the list.
who_label = Labels(
    {
        Who.ALL: _l("全部"),
        Who.FOLLOWING: _l("关注中"),
        Who.LEFT: _l("未关注"),
        Who.BOUGHT: _l("买过"),
        Who.BLACKLISTED: _l("黑名单"),
    }
)


def say_auto(auto: AutoTag | None, value: int | None) -> str:
    """What puts a tag on by itself."""
    if auto == AutoTag.BOUGHT:
        return _("买过")
    if auto == AutoTag.SPENT_OVER:
        return _("消费超过 ¥%(yuan)s", yuan=format_yuan(value or 0))
    if auto == AutoTag.SILENT_FOR:
        return counted("%(days)s 天没有来过", value, days=value)
    return ""


def say_origin(origin: str, names: Mapping[str, str]) -> str:
    """Who put a tag on."""
    kind = origin.partition(":")[0]
    return _origin_label(kind) if kind in _origin_label else names.get(origin, origin)


# What a walk does now.
step_label = Labels(
    {
        SyncStep.TAGS: _l("读取标签"),
        SyncStep.LIST: _l("读取名单"),
        SyncStep.PROFILES: _l("读取资料"),
        SyncStep.BLACKLIST: _l("读取黑名单"),
    }
)

# What is on its way to WeChat.
push_label = Labels(
    {PushKind.TAG: _l("标签"), PushKind.REMARK: _l("备注名"), PushKind.BLACKLIST: _l("黑名单")}
)


def tell_follower(
    events: Sequence[StateEvent], entries: Sequence[AuditEntry], names: Mapping[str, str]
) -> list[HistoryLine]:
    """What was done about one follower, the newest first."""
    lines = [HistoryLine(each.at, _say_event(each), _say_actor(each, names), _tone(each)) for each in events]
    return sorted(lines + tell_entries(entries, names), key=lambda line: line.at, reverse=True)


def _say_event(each: StateEvent) -> str:
    if each.cause == erasure.CAUSE:
        why, what = str(each.details.get("reason", "")), str(each.details.get("what", ""))
        return _("%(why)s，已删除%(what)s", why=_reason_label(why), what=_erased_label(what))
    return _event_label(each.cause)


def _say_actor(each: StateEvent, names: Mapping[str, str]) -> str:
    if each.actor.startswith("follower:"):
        return _("本人")
    return names.get(each.actor, each.actor) or _("系统")


def _tone(each: StateEvent) -> str:
    return "orange" if each.cause in (erasure.CAUSE, card.BLACKLISTED) else "secondary"
