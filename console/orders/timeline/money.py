"""The money of an order: presses of "pay", the gateways' notifications, our questions, what has to go back."""

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from app.core.money import format_yuan
from app.core.states import StateEvent
from app.orders.listing import timeline
from app.orders.models import Order
from app.payments.attempts import list_attempts
from app.payments.gateways.names import name_gateway
from app.payments.models import PaymentAttempt, PaymentNotification, Verdict
from app.payments.notifications import list_about
from app.payments.states import AttemptState
from console.frame.masks import short_openid
from console.frame.moments import full_moment
from console.frame.payment_words import difference_label, verdict_label
from console.orders.timeline.line import Line

_SHOWN_OF_BODY = ("id", "event_type", "resource_type", "create_time", "summary")
_TONES = {
    AttemptState.PAID: "green",
    AttemptState.REFUND_DUE: "red",
    AttemptState.SUSPECT: "red",
}


def tell_money(order: Order) -> list[Line]:
    """In no order."""
    attempts = list_attempts(order)
    lines = [line for attempt in attempts for line in _tell_attempt(attempt)]
    notifications = list_about([attempt.out_trade_no for attempt in attempts])
    return lines + [_tell_notification(each) for each in notifications]


def _tell_attempt(attempt: PaymentAttempt) -> Iterator[Line]:
    numbers = ((_("商户单号"), attempt.out_trade_no), (_("金额"), _yuan(attempt)))
    for event in timeline(attempt):
        who = _whose(attempt, event)
        words, details = _say_event(attempt, event), numbers + _more(attempt, event)
        yield Line(event.at, words, who, "coin", _TONES.get(event.new, "secondary"), details)  # type: ignore[call-overload]
    if attempt.asked_at:
        later = ((_("下次查询"), full_moment(attempt.next_check_at)),) if attempt.next_check_at else ()
        yield Line(
            attempt.asked_at,
            _("最近一次向%(gateway)s查询这次付款", gateway=name_gateway(attempt.gateway)),
            _("系统"),
            "refresh",
            details=numbers + later,
        )


def _whose(attempt: PaymentAttempt, event: StateEvent) -> str:
    if event.cause == "start":
        return _("买家")
    by_us = event.new in (AttemptState.OPEN, AttemptState.CLOSED)
    return _("系统") if by_us else name_gateway(attempt.gateway)


def _say_event(attempt: PaymentAttempt, event: StateEvent) -> str:
    name = name_gateway(attempt.gateway)
    came = _("收到通知") if event.cause == "notification" else _("查询得知")
    match event.new:
        case AttemptState.CREATED:
            return _("点了付款，应付 %(yuan)s", yuan=_yuan(attempt))
        case AttemptState.OPEN:
            return _("%(gateway)s已受理，等买家付款", gateway=name)
        case AttemptState.PAID:
            return _("到账 %(yuan)s（%(came)s）", yuan=_yuan(attempt), came=came)
        case AttemptState.REFUND_DUE:
            return _(
                "到账 %(yuan)s，但重复、过迟或是旧价，要退款（%(came)s）", yuan=_yuan(attempt), came=came
            )
        case AttemptState.SUSPECT:
            return _("%(gateway)s说的与我们要的不符，等人核对", gateway=name)
        case _:
            return _("在%(gateway)s关闭了这次付款", gateway=name)


def _more(attempt: PaymentAttempt, event: StateEvent) -> tuple[tuple[str, str], ...]:
    match event.new:
        case AttemptState.CREATED:
            openid = short_openid(attempt.openid)
            return (_("付款人"), openid), (_("付款期限"), full_moment(attempt.expires_at))
        case AttemptState.PAID | AttemptState.REFUND_DUE if attempt.paid_at:
            number = attempt.transaction_id or ""
            label = _("%(gateway)s单号", gateway=name_gateway(attempt.gateway))
            return (label, number), (_("支付时间"), full_moment(attempt.paid_at))
        case AttemptState.SUSPECT:
            names = event.cause.removeprefix("mismatch: ").split(",")
            return ((_("不符的内容"), _("、").join(difference_label(name) for name in names)),)
    return ()


def _tell_notification(row: PaymentNotification) -> Line:
    details = [(_("商户单号"), row.out_trade_no)]
    details += [(name, str(value)) for name, value in _read(row.body).items() if name in _SHOWN_OF_BODY]
    serial = row.headers.get("Wechatpay-Serial", "")
    details += [("Wechatpay-Serial", f"…{serial[-6:]}")] if serial else []
    about = (
        _("收到退款通知：%(verdict)s") if row.reason.startswith("refund ") else _("收到支付通知：%(verdict)s")
    )
    words = about % {"verdict": verdict_label(row.verdict)}
    tone = "red" if row.verdict == Verdict.MISMATCH else "secondary"
    return Line(row.received_at, words, name_gateway(row.gateway), "bell", tone, tuple(details))


def _read(body: bytes) -> dict[str, Any]:
    """The envelope; what is in it is encrypted and stays so."""
    try:
        envelope = json.loads(body)
    except ValueError:
        return {}
    return envelope if isinstance(envelope, dict) else {}


def _yuan(attempt: PaymentAttempt) -> str:
    return f"¥{format_yuan(attempt.amount_fen)}"
