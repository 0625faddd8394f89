"""What the bills say of an order's money, and what was ever different about it."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _

from app.core.money import format_yuan
from app.orders.models import Order
from app.payments.attempts import list_attempts
from app.payments.gateways.names import name_gateway
from app.reconciliation.listing import differences_about, rows_about
from app.reconciliation.models import Bill, BillRow, Difference, RowKind
from app.reconciliation.states import DifferenceState
from app.reconciliation.words import name_kind, say_difference
from console.frame.audit_words import say_actor
from console.orders.timeline.line import Line


def tell_bills(order: Order, names: Mapping[str, str]) -> list[Line]:
    """In no order."""
    numbers = [attempt.out_trade_no for attempt in list_attempts(order)]
    lines = [_tell_row(bill, row) for bill, row in rows_about(numbers)] if numbers else []
    return lines + [line for each in differences_about(order.id) for line in _tell_difference(each, names)]


def _tell_row(bill: Bill, row: BillRow) -> Line:
    name = name_gateway(bill.gateway)
    if row.kind == RowKind.REFUND:
        words = _("%(gateway)s %(day)s 的账单里有这笔退款", gateway=name, day=bill.day)
    else:
        words = _("%(gateway)s %(day)s 的账单里有这笔付款", gateway=name, day=bill.day)
    details = (
        (_("商户单号"), row.out_refund_no or row.out_trade_no),
        (_("金额"), f"¥{format_yuan(row.amount_fen)}"),
        (_("手续费"), f"¥{format_yuan(row.fee_fen)}"),
        (_("账单第几行"), str(row.line)),
    )
    return Line(bill.loaded_at or bill.fetched_at, words, name, "receipt", "secondary", details)


def _tell_difference(row: Difference, names: Mapping[str, str]) -> Iterator[Line]:
    details = ((_("账单日期"), str(row.day)), (_("单号"), row.ref.partition("#")[0]))
    words = _("对账差异：%(kind)s", kind=name_kind(row.kind))
    sentence = say_difference(row.kind, row.ours, row.theirs)
    yield Line(row.first_seen_at, words, _("系统"), "alert", "red", details, quote=sentence)
    if row.closed_at and row.state == DifferenceState.ACCEPTED:
        yield Line(
            row.closed_at, _("说明了对账差异"), say_actor(row.closed_by, names), "article", quote=row.reason
        )
    elif row.closed_at and row.state == DifferenceState.CLOSED:
        yield Line(row.closed_at, _("对账差异已消失"), _("系统"), "check", "green", details)
