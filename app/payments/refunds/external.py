"""Refunds that somebody made in the gateway's own console: found by a notification or a bill, taken into the books."""

import logging

from app.core import clock
from app.core.db import db, transaction
from app.core.states import record_event
from app.orders.refunding import unsent_pieces
from app.payments.gateways.contract import Gateway, RefundNews, RefundStatus
from app.payments.models import PaymentAttempt
from app.payments.refunds.books import alert, lock_books
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import RefundQuote, Wish, quote_refund
from app.payments.refunds.requesting import lines_of
from app.payments.refunds.room import room_of
from app.payments.refunds.settling import find_refund, settle_refund, wonder_about
from app.payments.refunds.states import RefundSource, RefundState
from app.payments.settle import find_attempt
from app.payments.states import AttemptState

logger = logging.getLogger(__name__)

_MONEY = (AttemptState.PAID, AttemptState.REFUND_DUE)


def record_external(news: RefundNews, *, gateway: Gateway, source: str) -> Refund | None:
    """Take a refund that is not ours into the books; None when its payment is not ours either (an alert is raised).

    `news` must be proved by the gateway (an answer to `query_refund`, a verified notification) or stand in its bill;
    `source` is written into the history: `notification`, `query`, `bill`. A number that is known already is settled
    as any other news of it and returned. What it was for nobody has told us: a refund of all that is left counts as
    one of all goods that are left, any other is a mere sum. Opens transactions.
    """
    with transaction():
        if find_refund(gateway.name, news.out_refund_no) is None and not _begin(news, gateway, source):
            return None
        settle_refund(news, gateway=gateway, source=source)
        return find_refund(gateway.name, news.out_refund_no)


def _begin(news: RefundNews, gateway: Gateway, source: str) -> bool:
    """The row as if we had asked for it; settling then moves it. False when it cannot be ours."""
    attempt = find_attempt(gateway.name, news.out_trade_no)
    if attempt is None or attempt.state not in _MONEY or attempt.transaction_id != news.transaction_id:
        wonder_about(news)
        return False
    lock_books(attempt)
    if find_refund(gateway.name, news.out_refund_no) is not None:  # somebody else was faster
        return True
    quote = _guess(attempt, news.amount_fen)
    refund = Refund(
        order_id=attempt.order_id,
        attempt_id=attempt.id,
        gateway=attempt.gateway,
        out_refund_no=news.out_refund_no,
        state=RefundState.REQUESTED,
        amount_fen=news.amount_fen,
        shipping_fen=quote.shipping_fen,
        other_fen=quote.other_fen,
        source=RefundSource.EXTERNAL,
        created_at=news.created_at or clock.now(),
        asked_at=clock.now(),  # the gateway knows it: it is only ever asked about
        next_check_at=clock.now(),
        lines=lines_of(quote.lines),
    )
    db.session.add(refund)
    db.session.flush()
    db.session.refresh(refund)
    record_event(refund, new=str(refund.state), cause=source)
    alert(refund, "refund_external", news.out_refund_no)
    logger.warning("external refund found", extra={"out_refund_no": news.out_refund_no, "source": source})
    return True


def _guess(attempt: PaymentAttempt, amount_fen: int) -> RefundQuote:
    room = room_of(attempt)
    if attempt.state == AttemptState.PAID and amount_fen == room.left_fen:
        return quote_refund(attempt.order, room, unsent_pieces(attempt.order), Wish(is_all=True))
    return RefundQuote((), 0, amount_fen)


def find_external(out_refund_no: str, out_trade_no: str, *, gateway: Gateway) -> Refund | None:
    """Ask the gateway about a number that is not ours, e.g. out of a bill, and take it into the books.

    None when the gateway does not know it or the payment is not ours. Raises: GatewayError.
    """
    news = gateway.query_refund(out_refund_no, out_trade_no)
    if news.status == RefundStatus.UNKNOWN_NUMBER:
        return None
    return record_external(news, gateway=gateway, source="query")
