"""A gateway says … we say …: every attempt that a number is about, and the gateway's own word for it when asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import GatewayError
from app.core.money import format_yuan
from app.payments.attempts import check, find_attempts, get_attempt
from app.payments.gateways import get_gateway
from app.payments.gateways.contract import Trade, TradeState
from app.payments.gateways.names import name_gateway
from app.payments.models import PaymentAttempt
from app.payments.states import AttemptState
from console.frame.masks import short_openid
from console.frame.moments import full_moment
from console.frame.payment_words import attempt_label, trade_label, way_label
from console.payments.pages import blueprint

# What we may say while the gateway says this; anything else is a difference.
_FIT = {
    TradeState.PAID: (AttemptState.PAID, AttemptState.REFUND_DUE),
    TradeState.UNPAID: (AttemptState.OPEN, AttemptState.CREATED),
    TradeState.CLOSED: (AttemptState.CLOSED,),
    TradeState.UNKNOWN_NUMBER: (AttemptState.CREATED, AttemptState.CLOSED),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """One fact from both sides."""

    label: str
    theirs: str
    ours: str
    is_same: bool


@blueprint.get("/number")
def number() -> str:
    """The attempts of an order's number, of ours, or of the gateway's."""
    wanted = request.args.get("q", "").strip()[:64]
    return _show(wanted, find_attempts(wanted) if wanted else ())


@blueprint.post("/attempts/<int:attempt_id>/ask")
def ask(attempt_id: int) -> Response | str:
    """Ask its gateway now; what it says is settled by the one function that may, then both sides are shown."""
    attempt = get_attempt(attempt_id)
    wanted, name = attempt.out_trade_no, name_gateway(attempt.gateway)
    try:
        trade = check(attempt, get_gateway(attempt.gateway))
    except GatewayError:
        flash(_("%(gateway)s没有给出可信的回答，什么也没有改；请过一会儿再查。", gateway=name), "danger")
        return redirect(url_for("console.payments.number", q=wanted))
    return _show(wanted, find_attempts(wanted), asked={attempt_id: _put_beside(trade, attempt)})


def _show(
    wanted: str, attempts: Sequence[PaymentAttempt], *, asked: dict[int, list[Beside]] | None = None
) -> str:
    return render_template(
        "console/payments/number.html",
        wanted=wanted,
        attempts=attempts,
        asked=asked or {},
        attempt_label=attempt_label,
        way_label=way_label,
    )


def _put_beside(trade: Trade, attempt: PaymentAttempt) -> list[Beside]:
    """Before the money WeChat leaves most of it out: only what both say is compared."""
    state = Beside(
        _("状态"),
        trade_label(trade.state),
        attempt_label(attempt.state),
        attempt.state in _FIT[trade.state],
    )
    if trade.state is not TradeState.PAID:
        return [state]
    pairs = (
        (_("金额"), f"¥{format_yuan(trade.amount_fen)}", f"¥{format_yuan(attempt.amount_fen)}"),
        (_("支付单号"), trade.transaction_id, attempt.transaction_id or ""),
        (_("支付时间"), _moment(trade.paid_at), _moment(attempt.paid_at)),
        (_("付款人"), _person(trade.openid), _person(attempt.openid or trade.openid)),
    )
    return [state, *(Beside(label, theirs, ours, theirs == ours) for label, theirs, ours in pairs)]


def _moment(at: object) -> str:
    return full_moment(at) if at else ""  # type: ignore[arg-type]


def _person(openid: str) -> str:
    return short_openid(openid) if openid else ""
