"""What an alert says to the merchant. Its kind is kept, its words are not: they follow the reader's language."""

from flask_babel import gettext as _

from app.alerts.models import Alert
from app.alerts.refund_words import say_refunds
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
    "new_complaint",
    "complaint_due",
    "api_quota",
)


def say_alert(alert: Alert) -> str:
    """One sentence: what happened, and what to do."""
    detail = alert.detail
    sentences = say_refunds(alert) | {
        "refund_due": _("收到一笔多余、过迟或旧价的付款，会自动退回；退款有进展都记在订单页"),
        "revived": _("订单取消后收到付款，库存足够，订单已恢复，请照常发货"),
        "mismatch_notification": _("收到的付款通知与订单不符（%(detail)s），未入账，请核对", detail=detail),
        "mismatch_query": _("查到的付款结果与订单不符（%(detail)s），未入账，请核对", detail=detail),
        "unknown_payment": _(
            "收到通知：有一笔本店没有的付款（%(ref)s，%(detail)s），请核对", ref=alert.ref, detail=detail
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
        "new_complaint": _("有买家向微信投诉，请尽快到“微信投诉”回复"),
        "complaint_due": _("一起微信投诉快到（或已过）回复期限还没有回复，请马上到“微信投诉”处理"),
        "api_quota": _("今天的微信接口次数快用完了（%(detail)s），请到“群发 → 额度”查看", detail=detail),
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
