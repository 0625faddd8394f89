"""What an alert says to the merchant. Its kind is kept, its words are not: they follow the reader's language."""

from flask_babel import gettext as _

from app.alerts.models import Alert
from app.core.i18n import counted
from app.reconciliation.words import say_alert as say_found

KINDS = (
    "refund_due",
    "revived",
    "mismatch_notification",
    "mismatch_query",
    "unknown_payment",
    "refund_waits",
    "refund_no_balance",
    "refund_stuck",
    "refund_abnormal",
    "refund_closed",
    "refund_mismatch",
    "refund_contradicts",
    "refund_external",
    "unknown_refund",
    "job_given_up",
    "menu_drift",
    "account_verification",
    "merchant_certificate_ends",
    "platform_certificate_ends",
    "bill_difference",
    "bill_differences",
    "bill_proof",
)


def say_alert(alert: Alert) -> str:
    """One sentence: what happened, and what to do."""
    detail = alert.detail
    refund_words = {
        "closed": _("已关闭"),
        "handled": _("已线下处理"),
        "waiting": _("等人批准"),
        "refused": _("被同事拒绝"),
    }
    sentences = {
        "refund_due": _("收到一笔多余、过迟或旧价的付款，会自动退回；退款有进展都记在订单页"),
        "revived": _("订单取消后收到付款，库存足够，订单已恢复，请照常发货"),
        "mismatch_notification": _("微信支付的通知与订单不符（%(detail)s），未入账，请核对", detail=detail),
        "mismatch_query": _("微信支付的查询结果与订单不符（%(detail)s），未入账，请核对", detail=detail),
        "unknown_payment": _(
            "微信支付通知了一笔本店没有的付款（%(ref)s，%(detail)s），请核对", ref=alert.ref, detail=detail
        ),
        "refund_waits": _("有一笔 ¥%(detail)s 的退款超过申请人的上限，等另一位同事批准", detail=detail),
        "refund_no_balance": _(
            "退款没有发出：商户号的可用余额不足（%(detail)s）。充值后会自动再发，不会重复退", detail=detail
        ),
        "refund_stuck": _(
            "退款没有发出：微信支付不让本商户号退款（%(detail)s）。请到商户平台检查权限，修好后会自动再发",
            detail=detail,
        ),
        "refund_abnormal": _("退款没有送到买家：他的账户或银行卡收不了款，请在订单页改退到银行卡或线下处理"),
        "refund_closed": _(
            "微信支付没有接受一笔退款（%(detail)s），钱没有动。请看订单页，需要时重新申请",
            detail=detail or _("已关闭"),
        ),
        "refund_mismatch": _("微信支付说的退款与本店的不符（%(detail)s），没有采信，请核对", detail=detail),
        "refund_contradicts": _(
            "微信支付说退款已到账，本店记的却是“%(detail)s”。已按微信支付入账，请核对库存和发货",
            detail=refund_words.get(detail, detail),
        ),
        "refund_external": _(
            "有人在微信商户平台直接退了款（%(detail)s），已记入账目，请核对商品", detail=detail
        ),
        "unknown_refund": _(
            "微信支付通知了一笔本店没有的付款的退款（%(ref)s，%(detail)s），请核对",
            ref=alert.ref,
            detail=detail,
        ),
        "job_given_up": _("后台任务 %(detail)s 多次失败，已停止重试", detail=detail),
        "account_verification": _("微信认证有变化（%(detail)s），请到公众平台查看并处理", detail=detail),
        "merchant_certificate_ends": _(
            "商户 API 证书 %(detail)s 到期，过期后收不了款：请到商户平台更换，再更新本店的设置", detail=detail
        ),
        "platform_certificate_ends": _(
            "微信支付平台证书 %(detail)s 到期：新证书会自动下载，几天后还有这条就改用微信支付公钥",
            detail=detail,
        ),
        "bill_difference": _("对账发现差异（%(detail)s），请到“账单对账”查看", detail=say_found(detail)),
        "bill_differences": _("%(day)s 的账单还有更多差异，请到“账单对账”查看", day=alert.ref),
        "bill_proof": _("%(day)s 已经对平，现在流水、统计和账单却合不上，请到“账单对账”查看", day=alert.ref),
        "menu_drift": counted(
            "微信显示的菜单与本店发布的有 %(detail)s 处不同，请到“菜单 → 线上核对”查看",
            int(detail) if detail.isdecimal() else 0,
            detail=detail,
        ),
    }
    return sentences.get(alert.kind, alert.kind)


def say_problem(problem: str, detail: str) -> str:
    """Why telling did not work, in one sentence; empty when it did."""
    sentences = {
        "": "",
        "unreachable": _("连不上：检查地址，以及服务器能不能访问外网"),
        "refused": _("对方拒收（%(detail)s）：检查机器人是不是被移除、限了关键词或来源 IP", detail=detail),
        "login": _("邮箱登录失败：很多邮箱要用“授权码”而不是登录密码"),
        "no_tls": _("邮件服务器不支持加密，不能在上面登录：改用 smtps:// 的地址"),
        "some_refused": counted("%(n)s 个收件人被拒收，请检查地址", int(detail) if detail.isdecimal() else 0),
    }
    return sentences.get(problem, problem)
