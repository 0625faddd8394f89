"""Deleting what is personal in a buyer's complaints when he is erased.

An open complaint keeps its words until it is over: without them nobody could answer it, and it may end in a dispute.
Then the buyer's words, our answers, the pictures and the phone number go. What stays is what the books and the law on
keeping records of sales ask for and names nobody: numbers, sums, states, moments. WeChat keeps its own record, so each
later reading of it is emptied again.
"""

from datetime import datetime

from sqlalchemy import or_, select, update

from app.complaints.models import Complaint, ComplaintAct, ComplaintEntry, ComplaintPicture
from app.complaints.states import ActState
from app.core.db import db, lock, transaction
from app.orders.models import Order
from app.payments.gateways.complaints import TheirState

GONE = "erased"  # instead of a reason why there is no copy of a picture


def forget_complaints(follower_id: int, openid: str, *, until: datetime) -> int:
    """Forget what he complained of up to then, now or once it is over; returns how many. Opens a transaction."""
    his_orders = select(Order.id).where(Order.follower_id == follower_id)
    is_his = or_(Complaint.openid == openid, Complaint.order_id.in_(his_orders))
    query = select(Complaint).where(is_his, Complaint.complained_at <= until).order_by(Complaint.id)
    with transaction():
        rows = db.session.scalars(query).all()
        for row in rows:
            lock(row)
            row.is_to_be_forgotten = True
            forget_when_over(row)
    return len(rows)


def forget_when_over(row: Complaint) -> None:
    """Empty a complaint that is to be forgotten and is over; joins the open transaction.

    The files of its pictures go with the next `pictures.delete_orphans`.
    """
    if not row.is_to_be_forgotten or row.state != TheirState.PROCESSED:
        return
    row.detail = row.sealed_phone = ""
    is_settled = ComplaintAct.state != ActState.REQUESTED
    for statement in (
        update(ComplaintEntry).where(ComplaintEntry.parent_id == row.id).values(text=""),
        update(ComplaintPicture)
        .where(ComplaintPicture.parent_id == row.id)
        .values(file=None, address="", problem=GONE),
        update(ComplaintAct)
        .where(ComplaintAct.parent_id == row.id, is_settled)
        .values(text="", files=[], media_ids=[], jump={}),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
