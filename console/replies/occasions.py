"""The occasions of standing replies in words."""

from flask_babel import gettext as _

from app.keywords.models import Occasion


def occasion_label(occasion: Occasion) -> str:
    """What the occasion is called."""
    return {
        Occasion.WELCOME: _("第一次关注"),
        Occasion.WELCOME_BACK: _("再次关注"),
        Occasion.FALLBACK: _("没听懂"),
        Occasion.MEDIA: _("收到图片、语音、位置"),
        Occasion.HAND_OVER: _("转人工（客服时间）"),
        Occasion.HAND_OVER_CLOSED: _("转人工（客服时间之外）"),
    }[occasion]


def occasion_hint(occasion: Occasion) -> str:
    """When it comes, and what is special about it."""
    return {
        Occasion.WELCOME: _(
            "新粉丝关注时说的话；扫渠道码来的先用那个码的回复。关注后一分钟内微信最多再收 3 条。"
        ),
        Occasion.WELCOME_BACK: _("取消过关注又回来的粉丝。关注后一分钟内微信最多再收 3 条。"),
        Occasion.FALLBACK: _("没有规则认识粉丝的话时。答过一次后会安静一阵，免得一直重复。"),
        Occasion.MEDIA: _("粉丝发来没有文字的消息时。不设置就用“没听懂”的回复。"),
        Occasion.HAND_OVER: _("粉丝要找人工、客服在班时说的一句话。"),
        Occasion.HAND_OVER_CLOSED: _("粉丝要找人工、但不在客服时间时说的一句话。"),
    }[occasion]
