"""Customer-service messages: a row first, then the call; never twice by itself, to one follower in order.

A worker that dies between WeChat's yes and our commit leaves the row at `sending`: it may have arrived, so
only a person sends it again (`send_again`).
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.conversations.models import Conversation, Direction, Holder, Message, Sending
from app.conversations.reply_words import kind_of, words_of_reply
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, PlatformError, PlatformUnreachable, ShopError
from app.core.insert_once import insert_once
from app.wechat.client import AccountClient
from app.wechat.messages_out import send_reply
from app.wechat.replies import Reply, bring_back, keep

logger = logging.getLogger(__name__)

SEND_MESSAGE = "send_message"  # the outbox kind; its job carries message_id

TEMPORARY = (-1, 40001, 40014, 42001, 45011)  # busy, a token just changed, too many in this minute
MATERIAL_GONE = 40007  # WeChat's number for it
RETRIED_FOR = timedelta(minutes=10)
UNDER_WAY_FOR = timedelta(seconds=60)  # longer than a call with all its time-outs
LOOK_AGAIN_AFTER = timedelta(seconds=5)

MakeReady = Callable[[Reply], Reply]  # uploads what WeChat does not have yet


def queue_reply(openid: str, reply: Reply, *, by: str, dedupe_key: str | None = None) -> int:
    """Write down what is to be said and have the worker send it; returns the message's id.

    `by`: `staff:3`, `rule:7`. The same `dedupe_key` again is the same message. Opens a transaction or joins
    one.
    """
    with transaction():
        message_id, is_new = _write(openid, reply, Sending.DUE, by=by, dedupe_key=dedupe_key)
        if is_new:
            outbox.enqueue(SEND_MESSAGE, message_id=message_id)
    return message_id


def record_elsewhere(
    openid: str,
    reply: Reply,
    *,
    by: str,
    sending: Sending = Sending.SENT,
    errcode: int | None = None,
    kind: str = "",
    dedupe_key: str | None = None,
) -> None:
    """Log what was sent in another way and what became of it, so that it counts; the same key is logged once.

    `kind`: as the log calls it, where that is not the reply's own. Opens a transaction or joins one.
    """
    with transaction() as session:
        message_id, is_new = _write(openid, reply, sending, by=by, dedupe_key=dedupe_key, kind=kind)
        if not is_new:
            return
        session.execute(update(Message).where(Message.id == message_id).values(errcode=errcode))


def send_again(message_id: int, *, by: str) -> int:
    """Say once more what was refused or may not have arrived; returns the new message's id.

    Pressed twice it is sent once. Opens a transaction or joins one. Raises: InputInvalid.
    """
    with transaction() as session:
        message = session.get(Message, message_id)
        if message is None or not can_send_again(message):
            raise InputInvalid(_("这条消息不需要重新发送"))
        return queue_reply(
            message.openid, bring_back(message.reply or {}), by=by, dedupe_key=again_key(message_id)
        )


def can_send_again(message: Message) -> bool:
    """Whether it was refused, or WeChat was asked so long ago that no answer will come."""
    if message.direction != Direction.OUT or not message.reply:
        return False
    return message.sending == Sending.REFUSED or is_unclear(message)


def is_unclear(message: Message) -> bool:
    """Whether WeChat was asked and nobody knows what it did: the message may have arrived."""
    if message.sending != Sending.SENDING:
        return False
    return message.errcode is not None or _is_past(message)


def again_key(message_id: int) -> str:
    """The key of the message that repeats this one."""
    return f"again:{message_id}"


def send_message(client: AccountClient, message_id: int, *, make_ready: MakeReady) -> None:
    """Send this message, and before it whatever is due to the same follower.

    Raises: PlatformError for what may go better later.
    """
    openid = db.session.scalar(select(Message.openid).where(Message.id == message_id))
    while openid is not None and (message := _find_next(openid)) is not None:
        if not _send_one(client, message, make_ready):
            return


def _send_one(client: AccountClient, message: Message, make_ready: MakeReady) -> bool:
    """False when somebody else is sending to this follower."""
    message_id, openid, reply = message.id, message.openid, bring_back(message.reply or {})
    try:
        _ = client.access_token  # what goes wrong up to here has certainly not arrived
        reply = make_ready(reply)
    except PlatformError as error:
        _note_failure(message_id, error)
        return True
    except ShopError:  # the material was deleted meanwhile
        _finish(message_id, Sending.REFUSED, MATERIAL_GONE)
        return True
    if not _claim(message_id, openid):
        return False
    try:
        send_reply(client, openid, reply)
    except PlatformUnreachable as error:
        _finish(message_id, Sending.SENDING, error.errcode)
        logger.warning("message may not have arrived", extra={"message_id": message_id})
    except PlatformError as error:
        _note_failure(message_id, error)
    else:
        _finish(message_id, Sending.SENT)
    return True


def _note_failure(message_id: int, error: PlatformError) -> None:
    """Raises: the error when the message is worth another try."""
    is_temporary = error.errcode in TEMPORARY or isinstance(error, PlatformUnreachable)
    age = clock.now() - db.session.get_one(Message, message_id).at
    if is_temporary and age < RETRIED_FOR:
        _finish(message_id, Sending.DUE, error.errcode)
        raise error
    _finish(message_id, Sending.REFUSED, error.errcode)
    logger.info("message refused", extra={"message_id": message_id, "errcode": error.errcode})


def _find_next(openid: str) -> Message | None:
    query = select(Message).where(Message.openid == openid, Message.direction == Direction.OUT)
    query = query.where(Message.sending == Sending.DUE).order_by(Message.id).limit(1)
    return db.session.scalars(query).first()


def _claim(message_id: int, openid: str) -> bool:
    """Take the right to ask WeChat; False while another message to this follower is under way."""
    now = clock.now()
    with transaction() as session:
        # The conversation's row is the lock: two workers must not send to one follower at the same time.
        session.execute(update(Conversation).where(Conversation.openid == openid).values(openid=openid))
        under_way = select(Message.id).where(
            Message.openid == openid,
            Message.direction == Direction.OUT,
            Message.sending == Sending.SENDING,
            Message.errcode.is_(None),
            Message.asked_at > now - UNDER_WAY_FOR,
        )
        if session.scalars(under_way).first() is not None:
            outbox.enqueue(SEND_MESSAGE, due_at=now + LOOK_AGAIN_AFTER, message_id=message_id)
            return False
        due = (Message.id == message_id) & (Message.sending == Sending.DUE)
        statement = update(Message).where(due).values(sending=Sending.SENDING, asked_at=now, errcode=None)
        return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def _finish(message_id: int, sending: Sending, errcode: int | None = None) -> None:
    with transaction() as session:
        statement = update(Message).where(Message.id == message_id)
        session.execute(statement.values(sending=sending, errcode=errcode))


def _is_past(message: Message) -> bool:
    return message.asked_at is None or message.asked_at < clock.now() - UNDER_WAY_FOR


def _write(
    openid: str, reply: Reply, sending: Sending, *, by: str, dedupe_key: str | None, kind: str = ""
) -> tuple[int, bool]:
    """The row's id, and whether it is new."""
    now = clock.now()
    insert_once(Conversation, openid=openid, state=Holder.BOT, last_activity_at=now)
    values = {
        "at": now,
        "openid": openid,
        "direction": Direction.OUT,
        "kind": kind or kind_of(reply),
        "content": words_of_reply(reply),
        "payload": "",
        "reply": keep(reply),
        "answered_by": by,
        "sending": sending,
        "asked_at": None if sending == Sending.DUE else now,
    }
    is_new = insert_once(Message, dedupe_key=dedupe_key, **values)
    same = Message.dedupe_key == dedupe_key if dedupe_key else Message.openid == openid
    query = select(Message.id).where(same).order_by(Message.id.desc()).limit(1)
    return db.session.scalars(query).one(), is_new
