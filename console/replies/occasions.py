"""The occasions of standing replies in words."""

from flask_babel import lazy_gettext as _l

from app.keywords.models import Occasion
from console.frame.labels import Labels

# What the occasion is called.
occasion_label = Labels(
    {
        Occasion.WELCOME: _l("第一次关注"),
        Occasion.WELCOME_BACK: _l("再次关注"),
        Occasion.FALLBACK: _l("没听懂"),
        Occasion.MEDIA: _l("收到图片、语音、位置"),
        Occasion.HAND_OVER: _l("转人工（客服时间）"),
        Occasion.HAND_OVER_CLOSED: _l("转人工（客服时间之外）"),
    }
)


# When it comes, and what is special about it.
occasion_hint = Labels(
    {
        Occasion.WELCOME: _l(
            "新粉丝关注时说的话；扫渠道码来的先用那个码的回复。关注后一分钟内微信最多再收 3 条。"
        ),
        Occasion.WELCOME_BACK: _l("取消过关注又回来的粉丝。关注后一分钟内微信最多再收 3 条。"),
        Occasion.FALLBACK: _l("没有规则认识粉丝的话时。答过一次后会安静一阵，免得一直重复。"),
        Occasion.MEDIA: _l("粉丝发来没有文字的消息时。不设置就用“没听懂”的回复。"),
        Occasion.HAND_OVER: _l("粉丝要找人工、客服在班时说的一句话。"),
        Occasion.HAND_OVER_CLOSED: _l("粉丝要找人工、但不在客服时间时说的一句话。"),
    }
)
