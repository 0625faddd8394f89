"""What WeChat's events say of notices that went by template: whether they arrived."""

from sqlalchemy import select

from app.core.db import db, lock, transaction
from app.followers.models import Follower
from app.notices.by_template import note_end
from app.notices.models import Notice
from app.orders.models import Order
from app.wechat.callback.messages import Push, TemplateSentEvent
from app.wechat.template_messages import CLOCKS_APART, EVENT_WITHIN, REPEATABLE_FOR, read_failure, read_msg_id

WAITING = ("handed", "unclear", "sending")


def record_receipt(push: Push) -> bool:
    """Note what became of the notice with the number this event names; told twice it is the same.

    False when no notice has this number. Opens a transaction.
    """
    if not isinstance(push, TemplateSentEvent) or not read_msg_id(push.msg_id):
        return False
    notice_id = db.session.scalar(select(Notice.id).where(Notice.msg_id == read_msg_id(push.msg_id)))
    if notice_id is None:
        return False
    with transaction() as session:
        _settle(session.get_one(Notice, notice_id), push)
    return True


def guess_receipt(push: Push) -> None:
    """An event that nothing else knows of: of the notice whose answer was lost, or is not noted yet.

    What was asked for too long ago, or later, it cannot mean. Opens a transaction.
    """
    if not isinstance(push, TemplateSentEvent) or not read_msg_id(push.msg_id):
        return
    earliest = push.sent_at - REPEATABLE_FOR - EVENT_WITHIN
    query = (
        select(Notice)
        .join(Order, Order.id == Notice.order_id)
        .join(Follower, Follower.id == Order.follower_id)
        .where(
            Follower.openid == push.openid,
            Notice.is_template,
            Notice.msg_id.is_(None),
            Notice.asked_at.between(earliest, push.sent_at + CLOCKS_APART),
            Notice.state.in_(WAITING),
        )
        .order_by(Notice.asked_at.desc(), Notice.id.desc())
    )
    with transaction() as session:
        if notice := session.scalars(query.limit(1)).first():
            _settle(notice, push)


def _settle(notice: Notice, push: TemplateSentEvent) -> None:
    lock(notice)
    if notice.state not in WAITING:
        return
    notice.msg_id = read_msg_id(push.msg_id)
    note_end(notice, read_failure(push.status) or "sent")
