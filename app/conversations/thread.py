"""One follower's talk as the desk shows it: what he wrote, what was answered and by whom, who took over when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from app.conversations.log import conversation_of
from app.conversations.models import Conversation, Direction, Message
from app.conversations.sending import again_key, can_send_again
from app.core.db import db
from app.core.states import StateEvent
from app.materials.models import Material, MaterialKind
from app.wechat.replies import MediaReply, NewsReply, Reply, bring_back

PAGE = 40
LOOKED_AT = 30  # messages behind which what he came from is no longer of interest


class LineKind(StrEnum):
    SAID = "said"  # by him
    ANSWER = "answer"  # by the bot, at once
    SENT = "sent"  # by us, as a customer-service message
    EVENT = "event"  # he tapped, scanned, followed
    MOVE = "move"  # somebody took over or gave back


@dataclass(frozen=True, slots=True)
class Line:
    """One bubble or thin line. `message` for all but a move, `event` for a move."""

    kind: LineKind
    at: datetime
    message: Message | None = None
    reply: Reply | None = None
    event: StateEvent | None = None
    can_send_again: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """Lines, the oldest first. `older_before`: where older ones begin, None when there are none.

    `pictures`: files below MEDIA_DIR of the pictures we sent, by material.
    """

    lines: Sequence[Line]
    pictures: Mapping[int, str]
    older_before: int | None
    last_id: int  # of the newest message shown


@dataclass(frozen=True, slots=True)
class Context:
    """What he looked at last: a card he was sent, or an address a button opened."""

    title: str
    url: str
    at: datetime


def load_thread(conversation: Conversation, *, before_id: int | None = None) -> Thread:
    """The last messages, or those before `before_id`, with what happened between them."""
    rows = conversation_of(conversation.openid, before_id=before_id, limit=PAGE + 1)
    has_older, rows = len(rows) > PAGE, rows[-PAGE:]
    repeated = _find_repeated(rows)
    lines = [line for row in rows for line in _lines_of(row, row.id in repeated)]
    lines += _find_moves(conversation, rows, is_last_page=before_id is None)
    lines.sort(key=lambda line: line.at)
    older_before = rows[0].id if has_older else None
    return Thread(lines, _find_pictures(lines), older_before, rows[-1].id if rows else 0)


def thread_mark(conversation: Conversation) -> tuple[object, ...]:
    """Values that are others after every change of the thread or of who answers; two small questions."""
    query = select(Message.id, Message.sending, Message.errcode, Message.file)
    query = query.where(Message.openid == conversation.openid).order_by(Message.id.desc()).limit(PAGE)
    row = conversation
    return (
        *(tuple(message) for message in db.session.execute(query)),
        (row.state, row.staff_id, row.kf_account, row.last_activity_at, row.note),
    )


def find_context(openid: str) -> Context | None:
    """What he was shown or opened last, among his last messages."""
    for row in reversed(conversation_of(openid, limit=LOOKED_AT)):
        if row.kind in ("event:view", "event:view_miniprogram"):
            return Context("", row.content, row.at)
        reply = bring_back(row.reply) if row.reply else None
        if isinstance(reply, NewsReply) and reply.articles:
            return Context(reply.articles[0].title, reply.articles[0].link, row.at)
    return None


def _lines_of(row: Message, is_repeated: bool) -> Sequence[Line]:
    reply = bring_back(row.reply) if row.reply else None
    if row.direction == Direction.OUT:
        again = can_send_again(row) and not is_repeated
        return [Line(LineKind.SENT, row.at, row, reply, can_send_again=again)]
    kind = LineKind.EVENT if row.kind.startswith("event:") else LineKind.SAID
    said = [Line(kind, row.at, row)]
    return [*said, Line(LineKind.ANSWER, row.at, row, reply)] if reply else said


def _find_pictures(lines: Sequence[Line]) -> Mapping[int, str]:
    ids = {line.reply.material_id for line in lines if isinstance(line.reply, MediaReply)}
    query = select(Material.id, Material.file).where(
        Material.id.in_(ids), Material.kind == MaterialKind.IMAGE
    )
    return {row.id: row.file for row in db.session.execute(query)} if ids else {}


def _find_repeated(rows: Sequence[Message]) -> set[int]:
    keys = {again_key(row.id): row.id for row in rows if row.direction == Direction.OUT}
    found = db.session.scalars(select(Message.dedupe_key).where(Message.dedupe_key.in_(keys)))
    return {keys[key] for key in found if key}


def _find_moves(conversation: Conversation, rows: Sequence[Message], *, is_last_page: bool) -> Sequence[Line]:
    query = select(StateEvent).where(
        StateEvent.subject == Conversation.__tablename__, StateEvent.subject_id == conversation.id
    )
    if rows:
        query = query.where(StateEvent.at >= rows[0].at)
    if rows and not is_last_page:
        query = query.where(StateEvent.at <= rows[-1].at)
    events = db.session.scalars(query.order_by(StateEvent.id.desc()).limit(PAGE)).all()[::-1]
    return [Line(LineKind.MOVE, event.at, event=event) for event in events]
