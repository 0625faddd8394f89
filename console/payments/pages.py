"""Notifications of payments and refunds as they came, with what became of them; each can be judged again."""

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import GatewayError, SignatureInvalid
from app.core.logs import redact
from app.core.money import format_yuan
from app.payments.attempts import find_attempts
from app.payments.gateways import get_gateway
from app.payments.gateways.contract import RefundNews, Trade
from app.payments.models import PaymentNotification, Verdict
from app.payments.notifications import read_again
from app.payments.notifications import replay as judge_again
from app.payments.received import count_received, get_received, list_received
from console.frame.masks import short_openid
from console.frame.member import get_member_here
from console.frame.moments import full_moment
from console.frame.payment_words import trade_label, verdict_label

blueprint = Blueprint("payments", __name__, url_prefix="/payments")

LONGEST_CIPHERTEXT = 80  # characters of it that are shown
TONES = {
    Verdict.APPLIED: "green",
    Verdict.REPEATED: "secondary",
    Verdict.IGNORED: "secondary",
    Verdict.RECEIVED: "azure",
    Verdict.REFUSED: "orange",
    Verdict.UNKNOWN: "red",
    Verdict.MISMATCH: "red",
}


@blueprint.get("/")
def index() -> str:
    """The newest, or those of one verdict."""
    verdict = next((each for each in Verdict if each == request.args.get("verdict")), None)
    counts = count_received()
    return render_template(
        "console/payments/index.html",
        found=list_received(verdict=verdict, before=request.args.get("before", 0, type=int)),
        chosen=verdict,
        tabs=[(each, verdict_label(each), counts[each]) for each in Verdict if each in counts],
        total=sum(counts.values()),
        verdict_label=verdict_label,
        tones=TONES,
    )


@blueprint.get("/notifications/<int:number>")
def notification(number: int) -> str:
    """One of them: what it says, its envelope, and what it did."""
    row = get_received(number)
    says, trouble = _read(row)
    return render_template(
        "console/payments/notification.html",
        row=row,
        says=says,
        trouble=trouble,
        envelope=_envelope(row.body),
        attempts=find_attempts(row.out_trade_no) if row.out_trade_no else (),
        verdict_label=verdict_label,
        tones=TONES,
    )


@blueprint.post("/notifications/<int:number>/replay")
def replay(number: int) -> Response:
    """Judge it again; pressed twice the second time changes nothing."""
    row = get_received(number)
    try:
        verdict = judge_again(row, get_gateway(row.gateway), actor=get_member_here().actor)
    except GatewayError:
        flash(_("现在处理不了，请稍后再试。"), "danger")
    else:
        words = _("重放的结果：%(verdict)s", verdict=verdict_label(verdict))
        flash(words, "success" if verdict in (Verdict.APPLIED, Verdict.REPEATED) else "info")
    return redirect(url_for("console.payments.notification", number=number))


def _read(row: PaymentNotification) -> tuple[list[tuple[str, str]], str]:
    """What it says, verified as of when it came, and why it says nothing."""
    try:
        news = read_again(row, get_gateway(row.gateway))
    except SignatureInvalid as error:
        return [], error.reason
    except (
        GatewayError
    ) as error:  # it is not there any more, or what it says has to be asked for and was not answered
        return [], error.message
    if news is None:
        return [], ""
    said = _say_refund(news) if isinstance(news, RefundNews) else _say_trade(news)
    return [(label, value) for label, value in said if value], ""


def _say_trade(trade: Trade) -> list[tuple[str, str]]:
    return [
        (_("状态"), trade_label(trade.state)),
        (_("金额"), f"¥{format_yuan(trade.amount_fen)}"),
        (_("商户单号"), trade.out_trade_no),
        (_("支付单号"), trade.transaction_id),
        (_("付款人"), short_openid(trade.openid) if trade.openid else ""),
        (_("支付时间"), full_moment(trade.paid_at) if trade.paid_at else ""),
    ]


def _say_refund(news: RefundNews) -> list[tuple[str, str]]:
    return [
        (_("退款金额"), f"¥{format_yuan(news.amount_fen)}"),
        (_("买家实收"), _yuan_of(news.payer_fen)),
        (_("从商户账户扣"), _yuan_of(news.settled_fen)),
        (_("商户退款单号"), news.out_refund_no),
        (_("微信退款单号"), news.refund_id),
        (_("商户单号"), news.out_trade_no),
        (_("退到"), news.received_account),
        (_("退款时间"), full_moment(news.succeeded_at) if news.succeeded_at else ""),
    ]


def _yuan_of(fen: int | None) -> str:
    return "" if fen is None else f"¥{format_yuan(fen)}"


def _envelope(body: bytes) -> str:
    """As it came, easier to read; of the ciphertext only its beginning."""
    try:
        return json.dumps(_shorten(json.loads(body)), ensure_ascii=False, indent=2)
    except ValueError:
        return redact(
            body[:2000].decode(errors="replace")
        )  # other gateways write the payer's openid in the open


def _shorten(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shorten(each) for name, each in value.items()}
    if isinstance(value, str) and len(value) > LONGEST_CIPHERTEXT:
        return f"{value[:LONGEST_CIPHERTEXT]}…"
    return value
