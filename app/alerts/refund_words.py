"""What alerts about refunds say."""

from flask_babel import gettext as _

from app.alerts.models import Alert


def say_refunds(alert: Alert) -> dict[str, str]:
    """The sentence of each kind, for this alert."""
    detail = alert.detail
    refund_words = {
        "closed": _("已关闭"),
        "handled": _("已线下处理"),
        "waiting": _("等人批准"),
        "refused": _("被同事拒绝"),
    }
    return {
        "refund_waits": _("有一笔 ¥%(detail)s 的退款超过申请人的上限，等另一位同事批准", detail=detail),
        "refund_no_balance": _(
            "退款没有发出：商户号的可用余额不足（%(detail)s）。充值后会自动再发，不会重复退", detail=detail
        ),
        "refund_stuck": _(
            "退款没有发出：本店的商户号不能退款（%(detail)s）。请到商户平台检查权限，修好后会自动再发",
            detail=detail,
        ),
        "refund_abnormal": _("退款没有送到买家：他的账户或银行卡收不了款，请在订单页改退到银行卡或线下处理"),
        "refund_closed": _(
            "一笔退款没有被接受（%(detail)s），钱没有动。请看订单页，需要时重新申请",
            detail=detail or _("已关闭"),
        ),
        "refund_mismatch": _("查到的退款与本店记的不符（%(detail)s），没有采信，请核对", detail=detail),
        "refund_contradicts": _(
            "退款其实已到账，本店记的却是“%(detail)s”。已按到账记下，请核对库存和发货",
            detail=refund_words.get(detail, detail),
        ),
        "refund_external": _("有人在商户平台直接退了款（%(detail)s），已记入账目，请核对商品", detail=detail),
        "unknown_refund": _(
            "收到通知：本店没有的一笔付款退了款（%(ref)s，%(detail)s），请核对",
            ref=alert.ref,
            detail=detail,
        ),
    }
