"""The log of what was said in one batch, and where things stand with each follower afterwards."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.conversations.models import Conversation, Direction, Holder, Message, Sending
from app.conversations.reply_words import words_of_reply
from app.followers.models import Follower
from app.seed.year.people import Person
from app.seed.year.rows import Rows
from app.wechat.replies import Reply, TextReply, keep

EVENT = "event:"
LONGEST_LAST_IN = 200


class Log:
    """Gathers messages into `rows`; `keep` writes what follows from them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._talks: dict[str, dict[str, Any]] = {}
        self._seen: dict[int, datetime] = {}
        self._moves: list[tuple[str, dict[str, Any]]] = []

    def hear(
        self, person: Person, at: datetime, words: str, reply: Reply | None, *, by: str, kind: str = "text"
    ) -> None:
        """He wrote or tapped, and this was answered at once."""
        is_event = kind.startswith(EVENT)
        self._message(
            person, at, kind, words, direction=Direction.IN, reply=keep(reply) if reply else None, by=by
        )
        talk = self._talk(person, at)
        talk["last_event_at" if is_event else "last_message_at"] = at
        if not is_event:
            talk["last_in"] = words[:LONGEST_LAST_IN]
        self._saw(person, at)

    def send(
        self,
        person: Person,
        at: datetime,
        text: str,
        *,
        by: str,
        sending: Sending = Sending.SENT,
        errcode: int | None = None,
    ) -> None:
        """The shop said something by itself."""
        reply = TextReply(text)
        words = words_of_reply(reply)
        self._message(
            person,
            at,
            "text",
            words,
            direction=Direction.OUT,
            reply=keep(reply),
            by=by,
            sending=sending,
            errcode=errcode,
        )
        self._talk(person, at)

    def pass_on(
        self, person: Person, at: datetime, old: Holder, new: Holder, *, cause: str, actor: str
    ) -> None:
        """Somebody else answers him from here on."""
        self._moves.append(
            (person.openid, {"at": at, "old": old, "new": new, "cause": cause, "actor": actor})
        )
        talk = self._talk(person, at)
        talk["state"], talk["waiting_since"] = new, at if new == Holder.WAITING else None

    def saw(self, person: Person, at: datetime) -> None:
        """He was in the shop."""
        self._saw(person, at)

    def keep(self, session: Session) -> None:
        """Write where things stand, once the messages are written; joins the open transaction."""
        if self._talks:
            session.execute(_upsert(session), list(self._talks.values()))
        moved = Conversation.openid.in_({openid for openid, _move in self._moves})
        found = session.execute(select(Conversation.openid, Conversation.id).where(moved))
        numbers = {row.openid: row.id for row in found}
        rows = Rows()
        for openid, move in self._moves:
            rows.event(Conversation, numbers[openid], **move)
        rows.write(session)
        if self._seen:
            table = cast("Table", Follower.__table__)
            statement = update(table).where(
                table.c.id == bindparam("number"), table.c.last_seen_at < bindparam("at")
            )
            seen = [{"number": number, "at": at} for number, at in self._seen.items()]
            session.connection().execute(statement.values(last_seen_at=bindparam("at")), seen)

    def _message(
        self,
        person: Person,
        at: datetime,
        kind: str,
        words: str,
        *,
        direction: Direction,
        reply: dict[str, Any] | None,
        by: str,
        sending: Sending | None = None,
        errcode: int | None = None,
    ) -> None:
        self._rows.add(
            Message,
            dedupe_key=None,
            at=at,
            openid=person.openid,
            direction=direction,
            kind=kind,
            content=words,
            payload="",  # as after the days for which it is kept
            reply=reply,
            further=None,
            answered_by=by,
            sending=sending,
            asked_at=at if sending else None,
            errcode=errcode,
            file=None,
        )

    def _talk(self, person: Person, at: datetime) -> dict[str, Any]:
        empty = {"openid": person.openid, "state": Holder.BOT, "waiting_since": None, "last_activity_at": at}
        empty |= {"last_message_at": None, "last_event_at": None, "last_in": ""}
        talk = self._talks.setdefault(person.openid, empty)
        talk["last_activity_at"] = max(talk["last_activity_at"], at)
        return talk

    def _saw(self, person: Person, at: datetime) -> None:
        self._seen[person.id] = max(at, self._seen.get(person.id, at))


def mark_read(session: Session) -> None:
    """The desk has seen whatever nobody waits for; joins the open transaction."""
    last = (
        select(func.max(Message.id))
        .where(Message.openid == Conversation.openid)
        .correlate(Conversation)
        .scalar_subquery()
    )
    statement = update(Conversation).where(Conversation.state == Holder.BOT)
    session.execute(
        statement.values(read_id=func.coalesce(last, 0)).execution_options(synchronize_session=False)
    )


def _upsert(session: Session) -> Any:
    table = cast("Table", Conversation.__table__)
    write = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = write(table)
    new = statement.excluded
    values = {name: new[name] for name in ("state", "waiting_since", "last_activity_at")}
    values |= {name: func.coalesce(new[name], table.c[name]) for name in ("last_message_at", "last_event_at")}
    values["last_in"] = func.coalesce(func.nullif(new.last_in, ""), table.c.last_in)
    return statement.on_conflict_do_update(index_elements=["openid"], set_=values)
