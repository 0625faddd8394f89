"""What the page of templates calls things: their kinds, and what may stand behind a keyword."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.notice_templates.purposes import BY_ORDERS, NoticeKind, Purpose
from app.notice_templates.values import Facts, Source
from console.frame.labels import Labels

SAMPLE_FEN = 8800

kind_label = Labels({NoticeKind.TEMPLATE: _l("模板消息"), NoticeKind.SUBSCRIPTION: _l("订阅通知")})
_source_label = Labels(
    {
        Source.GOODS: _l("商品名"),
        Source.WORDS: _l("写的说明"),
        Source.PRICE: _l("价格"),
        Source.NOW: _l("发送的时间"),
        Source.ORDER: _l("这位粉丝的订单号"),
        Source.CARRIER: _l("快递公司"),
        Source.TRACKING: _l("运单号"),
        Source.REASON: _l("退款原因"),
        Source.ACCOUNT: _l("退款去向"),
    }
)
_in_orders = Labels(  # where an order sends it by itself
    {
        (Purpose.PAID, Source.NOW): _l("付款时间"),
        (Purpose.SHIPPED, Source.NOW): _l("发货时间"),
        (Purpose.REFUNDED, Source.NOW): _l("到账时间"),
        (Purpose.REFUNDED, Source.PRICE): _l("退款金额"),
        **dict.fromkeys(((Purpose.PAID, Source.PRICE), (Purpose.SHIPPED, Source.PRICE)), _l("订单金额")),
        **{(purpose, Source.ORDER): _l("订单号") for purpose in BY_ORDERS},
    }
)


def say_source(source: Source, purpose: Purpose) -> str:
    """What fills a keyword, as the merchant reads it."""
    named = (purpose, source)
    return _in_orders(named) if named in _in_orders else _source_label(source)


def say_removed(purpose: Purpose, name: str) -> str:
    """What it means that this kind of notification has no template any more."""
    if purpose in BY_ORDERS:
        return _("“%(name)s”不再用模板，48 小时之外的买家就收不到了。", name=name)
    return _("“%(name)s”不再用模板，也就不发了。", name=name)


def sample_of_order(order_no: str) -> Facts:
    """What a notice of an order could say."""
    return Facts(
        _("铁观音 250 克"),
        "",
        SAMPLE_FEN,
        clock.now(),
        order_no,
        carrier=_("顺丰速运"),
        tracking_no="SF1300000000001",
        reason=_("少发了一件"),
        account=_("招商银行信用卡 0403"),
    )
