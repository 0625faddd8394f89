"""What people may do about refunds: ask for one, decide about one that waits, go on with an abnormal one.

The right to do it is the door's, the sum is judged here and nowhere else: whoever asks for more than his role may
refund needs a second person, whose role allows it. What one person has sent without a second one for an order
counts together, so that nobody gets past his limit in portions.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.core.money import format_yuan
from app.core.states import move_state
from app.orders.disclosure import audit_subject
from app.orders.models import Order
from app.orders.refunding import unsent_pieces
from app.payments.gateways.apiv3_refunds import REASON_BYTES
from app.payments.models import PaymentAttempt
from app.payments.refunds.books import alert, close_alerts, lock_books, write_books
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import RefundQuote, Wish, quote_refund
from app.payments.refunds.requesting import EXTRA_MONEY, Beginning, begin, check_possible, put_in_line
from app.payments.refunds.room import find_paying, room_of
from app.payments.refunds.states import HOLDING, REFUND_MOVES, RefundSource, RefundState
from app.staff.roles import Forbidden, RefundOverLimit, check_refund_limit
from app.staff.sessions import StaffMember


@dataclass(frozen=True, slots=True)
class Ask:
    """A person's request. `seen_fen` is the sum he confirmed; `token` that of the form, so that two presses are one."""

    wish: Wish
    reason: str
    seen_fen: int
    token: str


def quote_for(order: Order, wish: Wish) -> RefundQuote:
    """What a wish comes to now, before anything is asked for. Raises: TransitionRefused, InputInvalid."""
    attempt = _paying(order)
    room = room_of(attempt)
    check_possible(attempt, room)
    return quote_refund(order, room, unsent_pieces(order), wish)


def request_refund(order: Order, ask: Ask, *, member: StaffMember) -> Refund:
    """Give back what `ask` wants; the refund waits for a second person where it is above the member's limit.

    The same form again returns what it made the first time. Opens a transaction. Raises: TransitionRefused when the
    order is not paid or the gateway would refuse for sure; InputInvalid when there is not so much left, or the sum is
    not the one that was seen. Then nothing is kept.
    """
    check_reason(ask.reason)
    attempt = _paying(order)
    with transaction():
        lock_books(attempt)  # of two people who press at once the second one sees the first one's refund
        if before := db.session.scalars(select(Refund).where(Refund.form_token == ask.token)).first():
            return before
        room = room_of(attempt)
        check_possible(attempt, room)
        quote = quote_refund(attempt.order, room, unsent_pieces(attempt.order), ask.wish)
        if quote.amount_fen != ask.seen_fen:
            now = format_yuan(quote.amount_fen)
            raise InputInvalid(_("可退金额刚刚变了，现在是 ¥%(now)s。请核对后再确认。", now=now))
        state = _first_state(attempt, quote.amount_fen, member)
        beginning = Beginning(state, RefundSource.CONSOLE, ask.reason, member.actor, ask.token)
        refund = begin(attempt, quote, beginning)
        audit.record(actor=member.actor, action="refund.requested", **_told(refund))
        if state == RefundState.WAITING:
            alert(refund, "refund_waits", format_yuan(refund.amount_fen))
    return refund


def request_due(attempt_id: int, *, member: StaffMember, token: str) -> Refund:
    """Send back again what came too late or twice, after its first refund was closed. Otherwise as above."""
    attempt = db.session.get_one(PaymentAttempt, attempt_id)
    with transaction():
        lock_books(attempt)
        if before := db.session.scalars(select(Refund).where(Refund.form_token == token)).first():
            return before
        room = room_of(attempt)
        check_possible(attempt, room)
        if room.left_fen <= 0:
            raise TransitionRefused(_("这笔付款已经全部退还，或者正在退。"))
        state = _first_state(attempt, room.left_fen, member)
        beginning = Beginning(state, RefundSource.CONSOLE, EXTRA_MONEY, member.actor, token)
        refund = begin(attempt, RefundQuote((), 0, room.left_fen), beginning)
        audit.record(actor=member.actor, action="refund.requested", **_told(refund))
        if state == RefundState.WAITING:
            alert(refund, "refund_waits", format_yuan(refund.amount_fen))
    return refund


def approve(refund: Refund, *, member: StaffMember) -> bool:
    """Let one that waits go; False when it is decided already. Opens a transaction.

    Raises: Forbidden for who asked for it, RefundOverLimit when it is above the approver's limit too.
    """
    with transaction():
        lock_books(refund.attempt)
        lock(refund)
        if refund.state != RefundState.WAITING:
            return False
        if refund.requested_by == member.actor:
            raise Forbidden(_("不能批准自己申请的退款，请找另一位同事。"))
        check_refund_limit(member, refund.amount_fen)
        new = RefundState.REQUESTED
        if not move_state(
            refund, REFUND_MOVES, new, cause="approve", actor=member.actor, approved_by=member.actor
        ):
            return False
        put_in_line(refund)
        close_alerts(refund, "refund_waits")
        audit.record(actor=member.actor, action="refund.approved", **_told(refund, was="waiting"))
    return True


def refuse(refund: Refund, *, member: StaffMember) -> bool:
    """Say no to one that waits, or take one's own back; False when it is decided already. Opens a transaction."""
    with transaction():
        lock_books(refund.attempt)
        lock(refund)
        if refund.state != RefundState.WAITING:
            return False
        new = RefundState.REFUSED
        if not move_state(
            refund, REFUND_MOVES, new, cause="refuse", actor=member.actor, approved_by=member.actor
        ):
            return False
        write_books(refund)
        close_alerts(refund, "refund_waits")
        audit.record(actor=member.actor, action="refund.refused", **_told(refund, was="waiting"))
    return True


def mark_handled(refund: Refund, *, how: str, member: StaffMember) -> bool:
    """An abnormal refund was settled with its buyer in another way; False when it is not abnormal any more.

    Opens a transaction. Raises: InputInvalid without a word about how, RefundOverLimit.
    """
    if not how:
        raise InputInvalid(_("请写明是怎么退给买家的，方便以后核对。"))
    with transaction():
        lock_books(refund.attempt)
        lock(refund)
        if refund.state != RefundState.ABNORMAL:
            return False
        check_refund_limit(member, refund.amount_fen)
        values = {"succeeded_at": clock.now(), "received_account": how[:64], "next_check_at": None}
        new = RefundState.HANDLED
        if not move_state(refund, REFUND_MOVES, new, cause="handled", actor=member.actor, **values):
            return False
        write_books(refund, just_came_back=True)
        close_alerts(refund, "refund_abnormal")
        audit.record(actor=member.actor, action="refund.handled", **_told(refund, was="abnormal"))
    return True


def record_resend(refund: Refund, *, member: StaffMember) -> None:
    """Write down who sends an abnormal refund on to a card; opens a transaction. Raises: RefundOverLimit."""
    with transaction():
        check_refund_limit(member, refund.amount_fen)
        audit.record(actor=member.actor, action="refund.resent", **_told(refund))


def get_refund(out_refund_no: str) -> Refund:
    """By our number. Raises: NotFound."""
    refund = db.session.scalars(select(Refund).where(Refund.out_refund_no == out_refund_no)).first()
    if refund is None:
        raise NotFound(_("没有这笔退款"))
    return refund


def check_reason(reason: str) -> None:
    """What gateways take and the buyer reads. Raises: InputInvalid."""
    if not reason:
        raise InputInvalid(_("请填写退款原因，买家也看得到。"))
    if len(reason.encode()) > REASON_BYTES:
        raise InputInvalid(_("退款原因最多 26 个汉字。"))
    if any(ord(char) > 0xFFFF for char in reason):
        raise InputInvalid(_("退款原因里不能有表情符号，支付平台不接受。"))


def needs_second(order: Order, amount_fen: int, member: StaffMember) -> bool:
    """Whether somebody else would have to approve this."""
    return _first_state(_paying(order), amount_fen, member) == RefundState.WAITING


def _first_state(attempt: PaymentAttempt, amount_fen: int, member: StaffMember) -> RefundState:
    sent = select(func.coalesce(func.sum(Refund.amount_fen), 0)).where(
        Refund.order_id == attempt.order_id,
        Refund.requested_by == member.actor,
        Refund.approved_by == "",
        Refund.state.in_(HOLDING),
        Refund.state != RefundState.WAITING,
    )
    try:
        check_refund_limit(member, amount_fen + int(db.session.scalar(sent) or 0))
    except RefundOverLimit:
        return RefundState.WAITING
    return RefundState.REQUESTED


def _paying(order: Order) -> PaymentAttempt:
    attempt = find_paying(order.id)
    if attempt is None:
        raise TransitionRefused(_("这笔订单没有收到过付款，没有可退的。"))
    return attempt


def _told(refund: Refund, was: str = "") -> dict[str, Any]:
    """What the audit log keeps, and under which order."""
    after = {"number": refund.out_refund_no, "state": str(refund.state), "amount_fen": refund.amount_fen}
    return {
        "subject": audit_subject(refund.order),
        "before": {"state": was} if was else None,
        "after": after,
    }
