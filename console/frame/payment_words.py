"""What payments, their notifications and what differs in them are called."""

from flask_babel import lazy_gettext as _l

from app.payments.gateways.contract import RefundStatus, TradeState, Way
from app.payments.models import Verdict
from app.payments.states import AttemptState
from console.frame.labels import Labels

verdict_label = Labels(
    {
        Verdict.RECEIVED: _l("已存下，还没有处理"),
        Verdict.REFUSED: _l("验签没有通过，没有理会"),
        Verdict.IGNORED: _l("不是到账，没有变化"),
        Verdict.UNKNOWN: _l("不是本店的单号"),
        Verdict.MISMATCH: _l("与我们要的不符，没有入账"),
        Verdict.APPLIED: _l("已处理"),
        Verdict.REPEATED: _l("重复的通知，没有变化"),
    }
)
attempt_label = Labels(
    {
        AttemptState.CREATED: _l("已生成，还没有被受理"),
        AttemptState.OPEN: _l("等买家付款"),
        AttemptState.PAID: _l("已到账"),
        AttemptState.CLOSED: _l("已关闭"),
        AttemptState.REFUND_DUE: _l("到账，要退回"),
        AttemptState.SUSPECT: _l("说法不一，等人核对"),
    }
)
trade_label = Labels(
    {
        TradeState.PAID: _l("已付款"),
        TradeState.UNPAID: _l("还没有付款"),
        TradeState.CLOSED: _l("已关闭"),
        TradeState.UNKNOWN_NUMBER: _l("没有这个单号"),
    }
)
said_label = Labels(  # what a gateway answers about a payment or a refund
    {
        **trade_label.table,
        RefundStatus.UNDER_WAY: _l("处理中"),
        RefundStatus.DONE: _l("已退到"),
        RefundStatus.ABNORMAL: _l("退款异常"),
    }
)
way_label = Labels(
    {
        Way.JSAPI: _l("微信内付款"),
        Way.NATIVE: _l("扫码付款"),
        Way.SCAN: _l("扫商品收款码付款"),
        Way.H5: _l("手机浏览器付款"),
        Way.PAGE: _l("支付宝，在电脑上"),
        Way.WAP: _l("支付宝，在手机上"),
        Way.APP: _l("App 付款"),
    }
)
difference_label = Labels(
    {
        "amount": _l("金额"),
        "appid": _l("公众号"),
        "currency": _l("币种"),
        "mchid": _l("商户号"),
        "openid": _l("付款人"),
        "transaction_id": _l("支付单号"),
    }
)
