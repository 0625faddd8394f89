"""What WeChat's events say of notifications: who agreed, who wants none any more, whether one arrived."""

from sqlalchemy import ColumnElement, or_, select, update

from app.broadcasts.claims import log_key
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.notices import consents
from app.broadcasts.notices.purposes import KIND_OF, NoticeKind
from app.broadcasts.reasons import BLOCKED, FAILED
from app.broadcasts.states import RecipientState, Way
from app.conversations.models import Message, Sending
from app.core.db import db, transaction
from app.followers.models import Follower
from app.wechat.callback.messages import Push, Subscription, TemplateSentEvent

_line = BroadcastRecipient


def record_notice_event(push: Push, message_id: int) -> None:
    """Note what this push says; told twice it is the same. `message_id`: of the push. Opens a transaction."""
    with transaction():
        if isinstance(push, TemplateSentEvent):
            msg_id = int(push.msg_id) if push.msg_id.isdecimal() else 0
            _settle(push.openid, push.status, _sent_by_template(msg_id))
        elif isinstance(push, Subscription):
            for item in push.items:
                if push.kind == "event:subscribe_msg_sent_event":
                    _settle(push.openid, item.status, _sent_by_subscription())
                elif item.status == "accept":
                    consents.record_accepted(message_id, push.openid, item.template_id, push.sent_at)
                elif push.kind == "event:subscribe_msg_change_event":
                    consents.take_back([push.openid], item.template_id, until=push.sent_at)


def _sent_by_template(msg_id: int) -> ColumnElement[bool]:
    """The line of this message; or one whose answer was lost or is not noted yet, so that its number is unknown."""
    unknown = _line.msg_id.is_(None) & _line.state.in_((RecipientState.ASKING, RecipientState.UNCLEAR))
    return _of_kind(NoticeKind.TEMPLATE) & or_(_line.msg_id == msg_id, unknown)


def _sent_by_subscription() -> ColumnElement[bool]:
    """Its answer has no number: what was asked first was told first."""
    return _of_kind(NoticeKind.SUBSCRIPTION)


def _of_kind(kind: NoticeKind) -> ColumnElement[bool]:
    purposes = [purpose for purpose, of in KIND_OF.items() if of is kind]
    return _line.broadcast_id.in_(
        select(Broadcast.id).where(Broadcast.way == Way.NOTICE, Broadcast.purpose.in_(purposes))
    )


def _settle(openid: str, status: str, mine: ColumnElement[bool]) -> None:
    """Of several lines that it may be, the one whose number is known, then the one asked first."""
    waiting = (RecipientState.HANDED, RecipientState.ASKING, RecipientState.UNCLEAR)
    follower_id = select(Follower.id).where(Follower.openid == openid).scalar_subquery()
    query = select(_line.broadcast_id, _line.follower_id).where(
        _line.follower_id == follower_id, _line.state.in_(waiting), mine
    )
    ordered = query.order_by(_line.msg_id.is_(None), _line.asked_at, _line.broadcast_id)
    found = db.session.execute(ordered.limit(1)).one_or_none()
    if found is None:
        return
    is_sent = status == "success"
    reason = "" if is_sent else BLOCKED if "block" in status else FAILED
    key = (_line.broadcast_id == found[0]) & (_line.follower_id == found[1]) & _line.state.in_(waiting)
    new = RecipientState.SENT if is_sent else RecipientState.REFUSED
    db.session.execute(update(_line).where(key).values(state=new, reason=reason))
    sending = Sending.SENT if is_sent else Sending.REFUSED
    db.session.execute(update(Message).where(Message.dedupe_key == log_key(*found)).values(sending=sending))
