"""What the pages of broadcasts call things: states, ways, conditions, reasons, warnings."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.broadcasts import reasons
from app.broadcasts.audience import Audience, Condition, ConditionKind
from app.broadcasts.linter import Why
from app.broadcasts.listing import Tab
from app.broadcasts.results import HORIZONS
from app.broadcasts.states import BroadcastState, Halt, PartState, RecipientState, Way
from app.core.i18n import counted
from app.core.money import format_yuan
from app.notice_templates.purposes import Purpose
from app.wechat.platform_errors import UNREACHABLE, say_errcode
from console.frame.labels import Labels

tab_label = Labels(
    {
        Tab.DRAFTS: _l("草稿"),
        Tab.PLANNED: _l("已排期"),
        Tab.UNDER_WAY: _l("进行中"),
        Tab.ENDED: _l("已结束"),
    }
)
horizon_label = Labels(dict(zip(HORIZONS, (_l("1 小时"), _l("24 小时"), _l("7 天")), strict=True)))
way_label = Labels({Way.MASS: _l("群发文章"), Way.CARD: _l("商品卡片"), Way.NOTICE: _l("模板通知")})
purpose_hint = Labels(
    {
        Purpose.BACK_IN_STOCK: _l("售罄的商品到货时，自动发给点过“到货提醒”并同意通知的人"),
        Purpose.OPENING: _l("发给同意过开售通知的人，同意一次发一次"),
        Purpose.DELAY: _l("只发给买了这件商品、已付款还没发货的人，写着各自的订单号"),
        Purpose.RECALL: _l("只发给买过这件商品的人，写着各自的订单号；下架的商品也可以选"),
        Purpose.PAID: _l("付款后自动发客服消息；48 小时之外的买家收不到，改发这个模板"),
        Purpose.SHIPPED: _l("每个包裹寄出时自动发客服消息；48 小时之外的买家收不到，改发这个模板"),
        Purpose.REFUNDED: _l("退款到账时自动发客服消息；48 小时之外的买家收不到，改发这个模板"),
    }
)
WAY_ICONS = {Way.MASS: "article", Way.CARD: "package", Way.NOTICE: "bell"}
broadcast_label = Labels(
    {
        BroadcastState.DRAFT: _l("草稿"),
        BroadcastState.SCHEDULED: _l("到点发送"),
        BroadcastState.GATHERING: _l("正在列名单"),
        BroadcastState.SENDING: _l("发送中"),
        BroadcastState.PAUSED: _l("已暂停"),
        BroadcastState.STOPPED: _l("已停止"),
        BroadcastState.FINISHED: _l("已发完"),
        BroadcastState.PARTIAL: _l("只发出一部分"),
        BroadcastState.FAILED: _l("没有发出"),
    }
)
COLOURS = {
    BroadcastState.SCHEDULED: "azure",
    BroadcastState.GATHERING: "azure",
    BroadcastState.SENDING: "azure",
    BroadcastState.PAUSED: "orange",
    BroadcastState.FINISHED: "green",
    BroadcastState.PARTIAL: "orange",
    BroadcastState.FAILED: "red",
}
recipient_label = Labels(
    {
        RecipientState.DUE: _l("还没发"),
        RecipientState.ASKING: _l("正在发"),
        RecipientState.UNCLEAR: _l("不确定"),
        RecipientState.HANDED: _l("微信已接收"),
        RecipientState.SENT: _l("已送达"),
        RecipientState.SKIPPED: _l("跳过"),
        RecipientState.REFUSED: _l("微信拒绝"),
    }
)
RECIPIENT_COLOURS = {
    RecipientState.UNCLEAR: "orange",
    RecipientState.SENT: "green",
    RecipientState.REFUSED: "red",
    RecipientState.ASKING: "azure",
    RecipientState.HANDED: "azure",
}
part_label = Labels(
    {
        PartState.DUE: _l("还没提交"),
        PartState.ASKING: _l("正在提交"),
        PartState.ACCEPTED: _l("微信已接收，等管理员确认或正在发"),
        PartState.FINISHED: _l("微信已发完"),
        PartState.FAILED: _l("没有发出"),
    }
)
condition_label = Labels(
    {
        ConditionKind.TAG: _l("有标签"),
        ConditionKind.SOURCE: _l("关注来源"),
        ConditionKind.BOUGHT: _l("买过"),
        ConditionKind.SPENT_OVER: _l("消费超过"),
        ConditionKind.CART_LEFT: _l("购物车放着没买"),
        ConditionKind.NEW: _l("新关注"),
        ConditionKind.SILENT: _l("很久没来"),
        ConditionKind.IN_WINDOW: _l("现在能收客服消息"),
    }
)
condition_hint = {  # what stands behind the number of days
    ConditionKind.CART_LEFT: _l("天没再往购物车里放东西"),
    ConditionKind.NEW: _l("天内关注的"),
    ConditionKind.SILENT: _l("天没来过店里、也没说过话"),
}
_skip_label = Labels(
    {
        reasons.OPTED_OUT: _l("自己关了商品消息"),
        reasons.USED_UP: _l("本月已收满 4 次群发"),
        reasons.NO_WINDOW: _l("不在 48 小时内，或可发的条数用完了"),
        reasons.NO_CONSENT: _l("没有同意过这种通知，或同意的次数用完了"),
        reasons.NOT_CONCERNED: _l("没有相关的订单"),
        reasons.LEFT: _l("列名单之后取消了关注或被拉黑"),
        reasons.CAPPED: _l("这几天已收满自动消息"),
        reasons.GOODS_GONE: _l("要说的商品已经买不到，或离开了购物车"),
        reasons.STOPPED: _l("停止之前还没轮到"),
        "": _l("没有发"),
    }
)
_event_label = Labels(
    {
        reasons.BLOCKED: _l("关了公众号的通知"),
        reasons.FAILED: _l("微信没有送到，没有说明原因"),
        reasons.SILENT: _l("微信已接收，没有回执"),
    }
)
EVENT_WORDS = (reasons.BLOCKED, reasons.FAILED, reasons.SILENT)
_halt_label = Labels(
    {
        Halt.GOODS_GONE: _l("有一件商品下架了。重新上架后再继续，或停止这次群发。"),
        Halt.TOO_FEW: _l("群发文章至少要两个人收。停止这次，放宽条件，或改用商品卡片。"),
        Halt.NO_PICTURE: _l("有一件商品没有图片，文章不能没有封面。补上图片再继续。"),
        Halt.NO_TEMPLATE: _l("这种通知没有可用的模板。到“通知模板”选一个再继续。"),
    }
)
# What WeChat says of a mass message: https://developers.weixin.qq.com/doc/service/guide/product/message/Batch_Sends.html
_status_label = Labels(
    {
        "send fail": _l("微信没有发出，没有说明原因"),
        "err(10001)": _l("微信审核认为涉嫌广告"),
        "err(20001)": _l("微信审核认为涉嫌政治"),
        "err(20002)": _l("微信审核认为涉嫌色情"),
        "err(20004)": _l("微信审核认为涉嫌社会问题"),
        "err(20006)": _l("微信审核认为涉嫌违法犯罪"),
        "err(20008)": _l("微信审核认为涉嫌欺诈"),
        "err(20013)": _l("微信审核认为涉嫌侵权"),
        "err(21000)": _l("微信审核没有通过"),
        "err(22000)": _l("微信审核认为涉嫌互推"),
        "err(30001)": _l("微信的原创校验出错"),
        "err(30002)": _l("微信的原创校验不让发"),
        "err(30003)": _l("微信判为转载，没有发"),
        "err(40001)": _l("管理员在手机上拒绝了"),
        "err(40002)": _l("管理员 30 分钟内没有确认"),
    }
)
why_label = Labels(
    {
        Why.ABSOLUTE: _l("绝对化用语，广告法不许用，会被投诉和罚款"),
        Why.CURE: _l("普通商品不能说治病、保健的功效"),
        Why.PROMISE: _l("做不到的保证"),
        Why.SHARE: _l("微信不许用好处换转发、集赞或邀请，会封链接"),
        Why.FOLLOW: _l("微信不许用好处换关注"),
        Why.MONEY: _l("用红包、免费、中奖吸引点击，微信当作诱导"),
        Why.LINK: _l("不是本店的网址，微信可能拦下"),
        Why.CONTACT: _l("像在往别的账号或电话引流"),
        Why.PROMOTION: _l("客服消息是用来回应粉丝的，促销的话容易被投诉，严重时接口会被封"),
        Why.NOT_IN_NOTICE: _l("通知里不能有推销和引流的话，改掉才能发"),
        Why.NOT_ON_SALE: _l("这件商品没有上架，发不出去"),
        Why.NO_PICTURE: _l("这件商品没有图片，群发文章必须有封面"),
        Why.CUT_TITLE: _l("标题太长，会在第 32 个字截断；可以在这里写一个短的"),
        Why.HIDDEN_SUMMARY: _l("几篇一起发时微信只显示标题，摘要看不到"),
    }
)
NO_WORD = (Why.NOT_ON_SALE, Why.NO_PICTURE, Why.NOT_IN_NOTICE)


def say_reason(state: RecipientState, reason: str) -> str:
    """Why somebody did not get it: our word, or WeChat's number, as a sentence."""
    if state is RecipientState.SKIPPED:
        return _skip_label(reason)
    if reason in EVENT_WORDS:
        return _event_label(reason)
    if not reason.lstrip("-").isdecimal():
        return _status_label(reason)
    return say_errcode(int(reason)) or _("微信没有接受（%(code)s）", code=reason)


def say_halt(errcode: int | None) -> str:
    """Why a broadcast is paused."""
    if errcode is None:
        return _("有人按了暂停。")
    if errcode in set(Halt):
        return _halt_label(Halt(errcode))
    words = say_errcode(errcode) or (_("连不上微信") if errcode == UNREACHABLE else _("微信没有说明"))
    return _(
        "微信现在不收：%(why)s（%(code)s）。处理好之后按“继续”，已发的不会再发。", why=words, code=errcode
    )


def say_audience(
    audience: Audience, *, tags: Mapping[int, str], products: Mapping[str, str], say_source: Mapping[str, str]
) -> Sequence[str]:
    """The conditions as sentences; one when there are none."""
    if not audience.conditions:
        return [_("所有关注的粉丝")]
    return [_say(each, tags, products, say_source) for each in audience.conditions]


def _say(
    each: Condition, tags: Mapping[int, str], products: Mapping[str, str], sources: Mapping[str, str]
) -> str:
    words = _say_claim(each, tags, products, sources)
    return _("不是：%(what)s", what=words) if each.is_not else words


def _say_claim(
    each: Condition, tags: Mapping[int, str], products: Mapping[str, str], sources: Mapping[str, str]
) -> str:
    value = each.value
    if each.kind is ConditionKind.TAG:
        return _("有标签“%(name)s”", name=tags.get(int(value), _("已删除的标签")))
    if each.kind is ConditionKind.SOURCE:
        return _("从“%(name)s”关注", name=sources.get(str(value), str(value) or _("不清楚")))
    if each.kind is ConditionKind.BOUGHT:
        return _("买过“%(name)s”", name=products.get(str(value), str(value))) if value else _("买过东西")
    if each.kind is ConditionKind.SPENT_OVER:
        return _("消费超过 ¥%(yuan)s", yuan=format_yuan(int(value)))
    if each.kind is ConditionKind.CART_LEFT:
        return counted("购物车里的东西放了 %(n)s 天以上", int(value))
    if each.kind is ConditionKind.NEW:
        return counted("%(n)s 天内关注", int(value))
    if each.kind is ConditionKind.SILENT:
        return counted("%(n)s 天没有来", int(value))
    return condition_label(each.kind)


def say_seconds(seconds: int) -> str:
    """How long it still takes, roughly."""
    if seconds < 60:
        return _("不到一分钟")
    if seconds < 3600:
        return counted("约 %(n)s 分钟", round(seconds / 60))
    return counted("约 %(n)s 小时", round(seconds / 3600))
