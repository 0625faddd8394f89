"""Notes of staff on an order: added, never changed, never shown to the buyer."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.core.insert_once import insert_once
from app.orders.disclosure import audit_subject
from app.orders.models import Order, OrderNote

LONGEST = 500


def add_note(order: Order, text: str, *, token: str, actor: str) -> bool:
    """Write one down; False when this form did it before. Opens a transaction. Raises: InputInvalid.

    The audit log says who and when, not what: a note may name the buyer, and the log cannot forget.
    """
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise InputInvalid(_("请先写备注的内容。"))
    if len(words) > LONGEST:
        raise InputInvalid(_("备注最多 %(n)s 个字，现在是 %(now)s 个。", n=LONGEST, now=len(words)))
    with transaction():
        is_new = insert_once(OrderNote, order_id=order.id, at=clock.now(), by=actor, text=words, token=token)
        if is_new:
            audit.record(actor=actor, action="order.note_added", subject=audit_subject(order))
    return is_new


def list_notes(order_id: int) -> Sequence[OrderNote]:
    """All of an order, the oldest first."""
    query = select(OrderNote).where(OrderNote.order_id == order_id).order_by(OrderNote.id)
    return db.session.scalars(query).all()
