"""What WeChat's events say of notifications: who agreed, who wants none any more, whether one arrived."""

from sqlalchemy import ColumnElement, func, or_, select, update

from app.broadcasts.claims import log_key
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.notices import consents
from app.broadcasts.states import RecipientState, Way
from app.broadcasts.tallies import forget_lines
from app.broadcasts.unlogged import log_later
from app.conversations.models import Message, Sending
from app.core.db import db, transaction
from app.followers.models import Follower
from app.notice_templates.models import NoticeTemplate
from app.notice_templates.purposes import KIND_OF, NoticeKind
from app.wechat.callback.messages import Push, Subscription, TemplateSentEvent
from app.wechat.template_messages import CLOCKS_APART, read_failure, read_msg_id

_line = BroadcastRecipient
NO_NUMBER = -1  # that no event has
_TOLD = (RecipientState.SENT, RecipientState.REFUSED)
_WAITING = (RecipientState.HANDED, RecipientState.ASKING, RecipientState.UNCLEAR)
# Also what is about to be asked for again: it had been sent after all.
_UNTOLD = _line.state.in_(_WAITING) | ((_line.state == RecipientState.DUE) & _line.asked_at.is_not(None))


def record_notice_event(push: Push, message_id: int) -> bool:
    """Note what this push says; told twice it is the same. `message_id`: of the push. Opens a transaction.

    False when it tells what became of a message that no broadcast sent.
    """
    with transaction():
        if isinstance(push, TemplateSentEvent):
            msg_id = read_msg_id(push.msg_id)
            return _settle(push, push.status, msg_id, _sent_by_template(msg_id))
        if isinstance(push, Subscription):
            for item in push.items:
                if push.kind == "event:subscribe_msg_sent_event":
                    mine = _sent_by_subscription(item.template_id)
                    _settle(push, item.status, read_msg_id(item.msg_id), mine)
                elif item.status == "accept":
                    consents.record_accepted(message_id, push.openid, item.template_id, push.sent_at)
                elif push.kind == "event:subscribe_msg_change_event":
                    consents.take_back([push.openid], item.template_id, until=push.sent_at)
        return True


def _sent_by_template(msg_id: int) -> ColumnElement[bool]:
    """The line of this message; or one whose answer was lost or is not noted yet, so that its number is unknown."""
    unknown = _line.msg_id.is_(None) & (_line.state != RecipientState.HANDED)
    return _of(NoticeKind.TEMPLATE) & or_(_line.msg_id == msg_id, unknown)


def _sent_by_subscription(template_id: str) -> ColumnElement[bool]:
    """Its answer has no number; its event names at least the template."""
    served = select(NoticeTemplate.purpose).where(NoticeTemplate.template_id == template_id)
    is_by_another = served.exists() & Broadcast.purpose.not_in(served)  # it may serve no purpose any more
    return _of(NoticeKind.SUBSCRIPTION, ~is_by_another)


def _of(kind: NoticeKind, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    purposes = [purpose for purpose, of in KIND_OF.items() if of is kind]
    these = select(Broadcast.id).where(Broadcast.way == Way.NOTICE, Broadcast.purpose.in_(purposes), *more)
    return _line.broadcast_id.in_(these)


def _settle(push: Push, status: str, msg_id: int, mine: ColumnElement[bool]) -> bool:
    """Of several lines that it may be: whose number is known, then what WeChat took, then what was asked last before.

    What WeChat was asked for and did not take has no event: it must not end with that of a later message.
    False: it is none of them.
    """
    his = _line.follower_id == select(Follower.id).where(Follower.openid == push.openid).scalar_subquery()
    is_noted = _line.state.in_(_TOLD) & (func.coalesce(_line.msg_id, NO_NUMBER) == msg_id)
    ordered = (
        select(_line.broadcast_id, _line.follower_id, _line.state)
        .where(his, or_(_UNTOLD & mine, is_noted))
        .order_by(
            is_noted.desc(),
            _line.msg_id.is_(None),
            _line.asked_at > push.sent_at + CLOCKS_APART,
            _line.state != RecipientState.HANDED,
            _line.asked_at.desc(),
            _line.broadcast_id.desc(),
        )
    )
    found = db.session.execute(ordered.limit(1)).one_or_none()
    if found is None or found.state in _TOLD:
        return found is not None
    broadcast_id, follower_id, old = found
    reason = read_failure(status)
    is_sent = not reason
    key = (_line.broadcast_id == broadcast_id) & (_line.follower_id == follower_id) & _UNTOLD
    new = RecipientState.SENT if is_sent else RecipientState.REFUSED
    values = {"state": new, "reason": reason} | ({"msg_id": msg_id} if msg_id else {})
    db.session.execute(update(_line).where(key).values(**values))
    if old is RecipientState.UNCLEAR:  # maybe given up, and all has ended since
        forget_lines(broadcast_id)
    sending = Sending.SENT if is_sent else Sending.REFUSED
    logged = update(Message).where(Message.dedupe_key == log_key(broadcast_id, follower_id))
    changed = db.session.execute(logged.values(sending=sending, errcode=None))
    if is_sent and not changed.rowcount:  # type: ignore[attr-defined]
        log_later(broadcast_id, [follower_id])
    return True
