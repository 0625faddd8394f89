"""What follows from a push once it is answered: who follows, who waits for a person, what else is to be said.

Everything here is database work in one transaction with the push's way from `unsettled_pushes` to the log, so it
is done once; calls to WeChat become outbox jobs. What cannot be done becomes a job of its own and is tried again.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from app.conversations import desk
from app.conversations.erasure import erase_messages
from app.conversations.models import ERASED, Direction, Message, UnsettledPush
from app.conversations.pictures import request_picture
from app.conversations.recordings import KINDS as RECORDINGS
from app.conversations.recordings import request_recording
from app.conversations.sending import queue_reply
from app.core import outbox
from app.core.db import db, transaction
from app.core.insert_once import insert_once
from app.entrances.scenes import record_scan
from app.followers import service as followers
from app.followers.erasure import UNSUBSCRIBED, What, erase, what_is_revoked
from app.followers.tags import put_on
from app.wechat.callback import messages as m
from app.wechat.callback.flat_xml import parse
from app.wechat.callback.reading import read_push
from app.wechat.replies import HandOver, bring_back

logger = logging.getLogger(__name__)

SETTLE = "settle_message"  # the outbox kind; its job carries message_id
MASS_SENT = "mass_sent"  # the outbox kind; its job carries message_id
NOTICE_EVENT = "notice_event"  # the outbox kind; its job carries message_id
BATCH = 100
_OLDEST_FIRST = (UnsettledPush.at, UnsettledPush.number)
_COPIED = [column for column in UnsettledPush.__table__.columns if column.name != "number"]

Effect = Callable[[Any, Message], None]


def settle_push(number: int) -> int | None:
    """Move this push to the log and do what follows from it, unless it was done.

    Returns the id of its message. Opens a transaction or joins one.
    """
    with transaction() as session:
        message_id = _move_to_log(number)
        if message_id is not None:
            _apply(session.get_one(Message, message_id))
        return message_id


def settle_all_of(openid: str) -> None:
    """Settle what this follower sent, in its order. Opens a transaction or joins one."""
    his = select(UnsettledPush.number).where(UnsettledPush.openid == openid).order_by(*_OLDEST_FIRST)
    with transaction() as session:
        for number in session.scalars(his).all():
            settle_push(number)


def settle_due() -> int:
    """Settle what was answered since the last look, oldest first; returns how many."""
    due = select(UnsettledPush.number).order_by(*_OLDEST_FIRST).limit(BATCH)
    done = 0
    while numbers := db.session.scalars(due).all():
        _settle_batch(numbers)
        done += len(numbers)
    return done


def retry(message_id: int) -> None:
    """Do what follows from a message that failed before. Raises: what it fails with."""
    with transaction() as session:
        _apply(session.get_one(Message, message_id))


def _settle_batch(numbers: Sequence[int]) -> None:
    try:
        with transaction():
            for number in numbers:
                settle_push(number)
    except Exception:
        logger.exception("batch not settled", extra={"pushes": len(numbers)})
        for number in numbers:
            _settle_alone(number)


def _settle_alone(number: int) -> None:
    """One that cannot be settled must not hold up those behind it."""
    try:
        settle_push(number)
    except Exception:
        logger.exception("push not settled", extra={"number": number})
        with transaction():
            message_id = _move_to_log(number)
            if message_id is not None:
                outbox.enqueue(SETTLE, message_id=message_id)


def _move_to_log(number: int) -> int | None:
    """The id of the new message; None when somebody else moved it, or the log has it already."""
    taken = delete(UnsettledPush).where(UnsettledPush.number == number).returning(*_COPIED)
    row = db.session.execute(taken).mappings().one_or_none()
    if row is None or not insert_once(Message, **row, direction=Direction.IN):
        return None
    return db.session.scalars(select(Message.id).where(Message.dedupe_key == row["dedupe_key"])).one()


def _apply(message: Message) -> None:
    if message.payload in ("", ERASED):  # his data were deleted meanwhile
        return
    push = read_push(parse(message.payload.encode()))
    EFFECTS.get(push.kind, _nothing)(push, message)
    for number, kept in enumerate(message.further or []):
        reply = bring_back(kept)
        if isinstance(reply, HandOver):
            desk.ask_for_person(message.openid, message.at, kf_account=reply.kf_account)
        else:
            key = f"further:{message.id}:{number}"
            queue_reply(message.openid, reply, by=message.answered_by, dedupe_key=key)


def _nothing(_push: m.Push, _message: Message) -> None:
    """Kept, and that is all."""


def _chat(push: m.Push, message: Message) -> None:
    followers.record_chat(push.openid)
    desk.record_message(push.openid, message.at, message.content or f"[{push.kind}]")
    if push.kind == "image":
        request_picture(message.id)
    elif push.kind in RECORDINGS:
        request_recording(message.id)


def _tap(push: m.Push, message: Message) -> None:
    followers.record_chat(push.openid)
    desk.record_event(push.openid, message.at)


def _visit(push: m.Push, _message: Message) -> None:
    followers.record_chat(push.openid)


def _follow(push: m.SubscribeEvent, message: Message) -> None:
    followers.record_follow(push.openid, push.sent_at, scene=push.scene)
    desk.record_event(push.openid, message.at)
    if push.scene:
        _count_scan(push, message, is_follow=True)


def _scan(push: m.ScanEvent, message: Message) -> None:
    _tap(push, message)
    _count_scan(push, message, is_follow=False)


def _count_scan(push: m.SubscribeEvent | m.ScanEvent, message: Message, *, is_follow: bool) -> None:
    tag_id = record_scan(push.scene, push.openid, message.id, at=message.at, is_follow=is_follow)
    if tag_id is not None:
        put_on(push.openid, tag_id, origin="scan")


def _leave(push: m.UnsubscribeEvent, message: Message) -> None:
    followers.record_unfollow(push.openid, push.sent_at)
    _erase(push.openid, "everything", UNSUBSCRIBED)


def _revoke(push: m.AuthorizationEvent, message: Message) -> None:
    _erase(push.subject, what_is_revoked(push.revoked), push.kind.removeprefix("event:"))


def _close_account(push: m.AuthorizationEvent, message: Message) -> None:
    followers.record_unfollow(push.subject, push.sent_at)
    _erase(push.subject, "everything", push.kind.removeprefix("event:"))


def _erase(openid: str, what: What, cause: str) -> None:
    """What he is owed at once; carts and files follow by a job. Who has come back since keeps everything."""
    if erase(openid, cause=cause, what=what) and what == "everything":
        erase_messages(openid)
        desk.forget(openid)


def _session_started(push: m.KfSessionEvent, _message: Message) -> None:
    desk.wechat_session_started(push.openid, push.kf_account)


def _session_closed(push: m.KfSessionEvent, _message: Message) -> None:
    desk.wechat_session_closed(push.openid, push.kf_account)


def _session_switched(push: m.KfSessionEvent, _message: Message) -> None:
    desk.wechat_session_switched(push.openid, push.kf_account)


def _verification(push: m.VerificationEvent, message: Message) -> None:
    """What a merchant must do something about; good news is only kept."""
    if push.kind in ("event:annual_renew", "event:verify_expired") or push.kind.endswith("_fail"):
        detail = f"{push.kind.removeprefix('event:')} {push.reason}".strip()
        outbox.enqueue(
            "raise_alert", alert="account_verification", ref=str(message.id), detail=detail, order_no=""
        )


def _mass_sent(_push: m.Push, message: Message) -> None:
    outbox.enqueue(MASS_SENT, message_id=message.id)


def _notice_event(_push: m.Push, message: Message) -> None:
    outbox.enqueue(NOTICE_EVENT, message_id=message.id)


EFFECTS: Mapping[str, Effect] = {
    **dict.fromkeys(
        ("text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage"), _chat
    ),
    "event:subscribe": _follow,
    "event:unsubscribe": _leave,
    "event:scan": _scan,
    "event:click": _tap,
    "event:scancode_push": _tap,
    "event:scancode_waitmsg": _tap,
    "event:masssendjobfinish": _mass_sent,
    "event:templatesendjobfinish": _notice_event,
    "event:subscribe_msg_popup_event": _notice_event,
    "event:subscribe_msg_change_event": _notice_event,
    "event:subscribe_msg_sent_event": _notice_event,
    "event:view": _visit,
    "event:view_miniprogram": _visit,
    "event:user_authorization_revoke": _revoke,
    "event:user_authorization_cancellation": _close_account,
    "event:kf_create_session": _session_started,
    "event:kf_close_session": _session_closed,
    "event:kf_switch_session": _session_switched,
    **dict.fromkeys(
        (
            "event:annual_renew",
            "event:verify_expired",
            "event:naming_verify_fail",
            "event:qualification_verify_fail",
        ),
        _verification,
    ),
}

# What the next message or page of the same person depends on is settled before this one is answered.
_LATER = (_chat, _tap, _visit, _mass_sent, _notice_event)
AT_ONCE = frozenset(kind for kind, effect in EFFECTS.items() if effect not in _LATER)
