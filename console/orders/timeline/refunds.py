"""The refunds of an order, step by step."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _

from app.core.money import format_yuan
from app.orders.listing import timeline
from app.orders.models import Order
from app.payments.refunds.listing import refunds_of_order
from app.payments.refunds.models import Refund
from console.frame.audit_words import say_actor
from console.frame.refund_labels import REFUND_COLOURS, say_problem, say_step, say_whose
from console.orders.timeline.line import Line


def tell_refunds(order: Order, names: Mapping[str, str]) -> Iterator[Line]:
    """In no order. Who asked and who decided is named; the rest came from the gateway."""
    for refund in refunds_of_order(order.id):
        details = _numbers(refund)
        for event in timeline(refund):
            words = f"{say_step(refund, event)}（¥{format_yuan(refund.amount_fen)}）"
            tone = REFUND_COLOURS.get(event.new, "secondary")  # type: ignore[call-overload]
            quote = refund.reason if not event.old else ""
            who = say_actor(event.actor, names) if event.actor else say_whose(refund, event.new)
            yield Line(event.at, words, who, "return", tone, details, quote)


def _numbers(refund: Refund) -> tuple[tuple[str, str], ...]:
    found = [(_("商户退款单号"), refund.out_refund_no)]
    if refund.refund_id:
        found.append((_("微信退款单号"), refund.refund_id))
    if problem := say_problem(refund):
        found.append((_("说明"), problem))
    return tuple(found)
