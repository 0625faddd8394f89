"""Who answers a follower: the bot, a person at our desk, or WeChat's own desk; and how it passes on.

What is recorded here may be recorded twice or late: nothing is changed by the second time.
"""

import logging
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, or_, select, update

from app.conversations.models import Conversation, Holder, Message
from app.conversations.sending import queue_reply, send_again
from app.conversations.states import CONVERSATION_MOVES
from app.conversations.window import Window, find_windows
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, ShopError
from app.core.insert_once import insert_once
from app.core.states import move_state
from app.core.states import record_event as record_history
from app.keywords.replies import MAX_TEXT_BYTES
from app.wechat.replies import Reply, TextReply

logger = logging.getLogger(__name__)

LONGEST_LAST_IN = 200  # characters
LONGEST_NOTE = 500
FOLLOWER = "follower"  # the actor when he asked himself


class TakenByOther(ShopError):
    """Somebody else answers this follower."""

    code = "taken_by_other"
    http_status = 409

    def __init__(self, staff_id: int | None) -> None:
        super().__init__(_("这位粉丝正由别人接待"), staff_id=staff_id)
        self.staff_id = staff_id


class WindowClosed(ShopError):
    """WeChat takes no message to this follower now."""

    code = "window_closed"
    http_status = 409


def record_message(openid: str, at: datetime, words: str) -> None:
    """He wrote at `at` (aware UTC): opens the 48 hours. Opens a transaction or joins one."""
    is_latest = _is_before(Conversation.last_message_at, at)
    _record(openid, at, is_latest, last_message_at=at, last_in=words[:LONGEST_LAST_IN])


def record_event(openid: str, at: datetime) -> None:
    """He tapped, scanned or followed: opens one minute. Opens a transaction or joins one."""
    _record(openid, at, _is_before(Conversation.last_event_at, at), last_event_at=at)


def ask_for_person(openid: str, at: datetime, kf_account: str = "") -> bool:
    """He wants a person; False when he waits or is answered already. Opens a transaction or joins one.

    `kf_account`: the account of WeChat's own desk he was handed to, if he was.
    """
    with transaction():
        row = _get_or_create(openid, at)
        if row.state != Holder.BOT:
            return False
        seen = select(Message.id).where(Message.openid == openid, Message.at < at)
        return _move(
            row,
            Holder.WAITING,
            cause="asked",
            actor=FOLLOWER,
            waiting_since=at,
            kf_account=kf_account,
            read_id=db.session.scalars(seen.order_by(Message.id.desc()).limit(1)).first() or 0,
        )


def give_back(openid: str, *, actor: str, cause: str = "given_back") -> bool:
    """Let the bot answer again; False when it does already. Opens a transaction or joins one."""
    with transaction():
        row = find_conversation(openid)
        return row is not None and _move(row, Holder.BOT, cause=cause, actor=actor, **_NOBODY)


def take(conversation_id: int, *, staff_id: int) -> bool:
    """Answer this follower from now on; False when this person does already. Opens a transaction.

    Raises: NotFound; TakenByOther when somebody was quicker.
    """
    with transaction():
        row = get_conversation(conversation_id)
        if row.state == Holder.PERSON:
            return _refuse_or_same(row, staff_id)
        moved = _move(row, Holder.PERSON, cause="taken", actor=f"staff:{staff_id}", staff_id=staff_id)
        return moved or _refuse_or_same(row, staff_id)


def take_over(conversation_id: int, *, staff_id: int, seen_staff_id: int) -> bool:
    """Answer instead of the colleague whose name was on the page. Opens a transaction.

    Raises: NotFound; TakenByOther when it is not that colleague any more.
    """
    with transaction() as session:
        row = get_conversation(conversation_id)
        his = (Conversation.id == row.id) & (Conversation.staff_id == seen_staff_id)
        now = clock.now()
        statement = update(Conversation).where(his, Conversation.state == Holder.PERSON)
        done = session.execute(statement.values(staff_id=staff_id, last_activity_at=now)).rowcount == 1  # type: ignore[attr-defined]
        if not done:
            return _refuse_or_same(row, staff_id)
        held = str(Holder.PERSON)
        record_history(row, old=held, new=held, cause="taken_over", actor=f"staff:{staff_id}")
        return True


def say(conversation_id: int, reply: Reply, *, staff_id: int, token: str) -> int:
    """Send something from the desk; the same `token` is the same message. Returns the message's id.

    Opens a transaction. Raises: NotFound; TakenByOther when this person does not answer the follower;
    WindowClosed; InputInvalid for a text that is empty or too long.
    """
    if isinstance(reply, TextReply):
        _check_text(reply.text)
    with transaction():
        if not _is_known(f"desk:{token}"):
            check_can_say(conversation_id, staff_id=staff_id)
        row = _get_held(conversation_id, staff_id)
        _note_activity(row)
        return queue_reply(row.openid, reply, by=f"staff:{staff_id}", dedupe_key=f"desk:{token}")


def check_can_say(conversation_id: int, *, staff_id: int) -> None:
    """Raises: what `say` would, whatever is to be said."""
    if not window_of(_get_held(conversation_id, staff_id)).is_open:
        raise WindowClosed(_("现在不能发送：微信的回复窗口已关闭"))


def say_again(conversation_id: int, message_id: int, *, staff_id: int) -> int:
    """Send once more what was refused or may not have arrived. Opens a transaction.

    Raises: NotFound, TakenByOther, InputInvalid.
    """
    with transaction() as session:
        row = _get_held(conversation_id, staff_id)
        message = session.get(Message, message_id)
        if message is None or message.openid != row.openid:
            raise NotFound(_("没有这条消息"))
        _note_activity(row)
        return send_again(message_id, by=f"staff:{staff_id}")


def keep_note(conversation_id: int, note: str) -> None:
    """The desk's own note on this follower, never sent. Opens a transaction. Raises: NotFound."""
    with transaction():
        get_conversation(conversation_id).note = note.strip()[:LONGEST_NOTE]


def record_read(conversation_id: int, message_id: int) -> None:
    """The desk has seen everything up to this message. Opens a transaction."""
    with transaction() as session:
        later = (Conversation.id == conversation_id) & (Conversation.read_id < message_id)
        session.execute(update(Conversation).where(later).values(read_id=message_id))


def forget(openid: str) -> None:
    """Delete what the desk knows about somebody who took his permission back. Opens a transaction or joins one."""
    with transaction() as session:
        his = update(Conversation).where(Conversation.openid == openid)
        session.execute(his.values(last_in="", note=""))
        give_back(openid, actor=FOLLOWER, cause="erased")


def find_conversation(openid: str) -> Conversation | None:
    """Where things stand with this follower; None when he never did anything."""
    return db.session.scalars(select(Conversation).where(Conversation.openid == openid)).one_or_none()


def get_conversation(conversation_id: int) -> Conversation:
    """Raises: NotFound."""
    row = db.session.get(Conversation, conversation_id)
    if row is None:
        raise NotFound(_("没有这个对话"))
    return row


def window_of(conversation: Conversation) -> Window:
    """How long and how often we may speak to him now."""
    return find_windows([conversation])[conversation.openid]


# -- WeChat's own desk


def wechat_session_started(openid: str, kf_account: str) -> None:
    """An account of WeChat's desk took the case. Opens a transaction or joins one."""
    with transaction():
        row = _get_or_create(openid, clock.now())
        if row.state == Holder.WECHAT_DESK:
            row.kf_account = kf_account
            return
        _move(row, Holder.WECHAT_DESK, cause="wechat_desk", actor=f"kf:{kf_account}", kf_account=kf_account)


def wechat_session_switched(openid: str, kf_account: str) -> None:
    """Another account of WeChat's desk has it now. Opens a transaction or joins one."""
    wechat_session_started(openid, kf_account)


def wechat_session_closed(openid: str, kf_account: str) -> None:
    """WeChat's desk is done with it: the bot answers again. Opens a transaction or joins one."""
    with transaction():
        row = find_conversation(openid)
        if row is not None and row.state == Holder.WECHAT_DESK and row.kf_account in ("", kf_account):
            _move(row, Holder.BOT, cause="wechat_desk_closed", actor=f"kf:{kf_account}", **_NOBODY)


def note_session(openid: str) -> None:
    """WeChat's desk is still talking with him. Opens a transaction or joins one."""
    with transaction():
        if (row := find_conversation(openid)) is not None:
            _note_activity(row)


_NOBODY: dict[str, Any] = {"waiting_since": None, "staff_id": None, "kf_account": ""}


def _move(row: Conversation, new: Holder, *, cause: str, actor: str, **values: Any) -> bool:
    if new != Holder.WAITING:
        values["waiting_since"] = None
    values["last_activity_at"] = clock.now()
    return move_state(row, CONVERSATION_MOVES, new, cause=cause, actor=actor, **values)


def _get_held(conversation_id: int, staff_id: int) -> Conversation:
    row = get_conversation(conversation_id)
    if row.state != Holder.PERSON or row.staff_id != staff_id:
        raise TakenByOther(row.staff_id)
    return row


def _refuse_or_same(row: Conversation, staff_id: int) -> bool:
    """False when this person has it. Raises: TakenByOther."""
    db.session.refresh(row)
    if row.state == Holder.PERSON and row.staff_id == staff_id:
        return False
    raise TakenByOther(row.staff_id)


def _check_text(text: str) -> None:
    if not text.strip():
        raise InputInvalid(_("请先写点什么"))
    if (size := len(text.encode())) > MAX_TEXT_BYTES:
        raise InputInvalid(
            _(
                "文字太长：%(size)d 字节，最多 %(limit)d 字节（一个汉字算 3 个）",
                size=size,
                limit=MAX_TEXT_BYTES,
            )
        )


def _is_known(dedupe_key: str) -> bool:
    query = select(Message.id).where(Message.dedupe_key == dedupe_key)
    return db.session.scalars(query).first() is not None


def _note_activity(row: Conversation) -> None:
    row.last_activity_at = clock.now()


def _record(openid: str, at: datetime, is_latest: ColumnElement[bool], **values: object) -> None:
    with transaction() as session:
        if insert_once(Conversation, openid=openid, state=Holder.BOT, last_activity_at=at, **values):
            return
        active_at = case((Conversation.last_activity_at < at, at), else_=Conversation.last_activity_at)
        statement = update(Conversation).where(Conversation.openid == openid, is_latest)
        statement = statement.values(last_activity_at=active_at, **values)
        session.execute(statement.execution_options(synchronize_session=False))


def _is_before(column: Any, at: datetime) -> ColumnElement[bool]:
    return or_(column.is_(None), column < at)


def _get_or_create(openid: str, at: datetime) -> Conversation:
    insert_once(Conversation, openid=openid, state=Holder.BOT, last_activity_at=at)
    return db.session.scalars(select(Conversation).where(Conversation.openid == openid)).one()
