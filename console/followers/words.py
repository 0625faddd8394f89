"""What the console calls things about followers: where they came from, what was done, how far a walk is."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from app.core.money import format_yuan
from app.core.states import StateEvent
from app.followers import card, consent, erasure
from app.followers.listing import Who
from app.followers.models import AutoTag, FollowerSync, SyncStep
from app.followers.names import tame
from console.frame.histories import HistoryLine


def say_source(source: str) -> str:
    """WeChat's subscribe_scene in words; one we do not know stays as it is."""
    words = {
        "ADD_SCENE_SEARCH": _("公众号搜索"),
        "ADD_SCENE_ACCOUNT_MIGRATION": _("公众号迁移"),
        "ADD_SCENE_PROFILE_CARD": _("名片分享"),
        "ADD_SCENE_QR_CODE": _("扫描二维码"),
        "ADD_SCENE_PROFILE_LINK": _("图文页内名称点击"),
        "ADD_SCENE_PROFILE_ITEM": _("图文页右上角菜单"),
        "ADD_SCENE_PAID": _("支付后关注"),
        "ADD_SCENE_WECHAT_ADVERTISEMENT": _("微信广告"),
        "ADD_SCENE_WXA": _("小程序"),
        "ADD_SCENE_REPRINT": _("他人转载"),
        "ADD_SCENE_LIVESTREAM": _("视频号直播"),
        "ADD_SCENE_CHANNELS": _("视频号"),
        "ADD_SCENE_OTHERS": _("其他"),
    }
    return words.get(source) or tame(source)


def say_who(who: Who) -> str:
    """A tab of the list."""
    return {
        Who.ALL: _("全部"),
        Who.FOLLOWING: _("关注中"),
        Who.LEFT: _("未关注"),
        Who.BOUGHT: _("买过"),
        Who.BLACKLISTED: _("黑名单"),
    }[who]


def say_auto(auto: AutoTag | None, value: int | None) -> str:
    """What puts a tag on by itself."""
    if auto == AutoTag.BOUGHT:
        return _("买过")
    if auto == AutoTag.SPENT_OVER:
        return _("消费超过 ¥%(yuan)s", yuan=format_yuan(value or 0))
    if auto == AutoTag.SILENT_FOR:
        return _("%(days)s 天没有来过", days=value)
    return ""


def say_origin(origin: str, names: Mapping[str, str]) -> str:
    """Who put a tag on."""
    words = {"auto": _("自动"), "wechat": _("微信"), "scan": _("扫码")}
    return words.get(origin.partition(":")[0], names.get(origin, origin))


def say_step(sync: FollowerSync) -> str:
    """What a walk does now."""
    return {
        SyncStep.TAGS: _("读取标签"),
        SyncStep.LIST: _("读取名单"),
        SyncStep.PROFILES: _("读取资料"),
        SyncStep.BLACKLIST: _("读取黑名单"),
    }[sync.step]


def tell_follower(events: Sequence[StateEvent], names: Mapping[str, str]) -> list[HistoryLine]:
    """What was done about one follower, as it comes."""
    return [HistoryLine(each.at, _say_event(each), _say_actor(each, names), _tone(each)) for each in events]


def _say_event(each: StateEvent) -> str:
    if each.cause == erasure.CAUSE:
        return _("%(why)s，已删除%(what)s", why=_say_cause(each), what=_say_erased(each))
    words = {
        card.ADDRESSES_SHOWN: _("查看了完整收货地址"),
        card.REMARKED: _("改了备注名"),
        card.BLACKLISTED: _("加入黑名单"),
        card.UNBLACKLISTED: _("移出黑名单"),
        consent.CONSENTED: _("同意使用微信昵称和头像"),
    }
    return words.get(each.cause, each.cause)


def _say_cause(each: StateEvent) -> str:
    words = {
        erasure.UNSUBSCRIBED: _("取消关注"),
        "user_authorization_revoke": _("撤回了授权"),
        "user_authorization_cancellation": _("注销了微信账号"),
        "follower": _("本人要求"),
    }
    reason = str(each.details.get("reason", ""))
    return words.get(reason, reason)


def _say_erased(each: StateEvent) -> str:
    words = {
        "everything": _("全部个人资料"),
        "profile": _("昵称和头像"),
        "addresses": _("收货地址"),
        "location": _("位置信息"),
    }
    return words.get(str(each.details.get("what", "")), "")


def _say_actor(each: StateEvent, names: Mapping[str, str]) -> str:
    if each.actor.startswith("follower:"):
        return _("本人")
    return names.get(each.actor, each.actor) or _("系统")


def _tone(each: StateEvent) -> str:
    return "orange" if each.cause in (erasure.CAUSE, card.BLACKLISTED) else "secondary"
