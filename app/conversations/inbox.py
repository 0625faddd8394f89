"""What was pushed, kept with its answer in one INSERT: recognition of repeats and work to be done, all in one row.

The answer is found first and stored second. Of several who answer the same push one INSERT wins, and everybody
else says what the winner said. Nothing needs to be claimed, because finding an answer changes nothing. Whether the
push is in the log already, and whether a person answers this follower, is asked by the INSERT itself: another
statement would cost a third more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Engine,
    String,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from app.conversations.models import Conversation, Holder, Message, UnsettledPush
from app.conversations.words import words_of
from app.core.driver import Driver, Statement
from app.wechat.callback.codec import Received

LARGEST = 2**63 - 1  # what both databases keep as an integer
MESSAGE = "m:"  # how the dedupe key of a message begins: its MsgId follows

_TABLE: Table = UnsettledPush.__table__  # type: ignore[assignment]
_AS_TEXT = ("reply", "further")  # written as JSON before they come here
_VALUES: Mapping[str, BindParameter[Any]] = {
    column.name: bindparam(
        column.name, type_=Text() if column.name in _AS_TEXT else column.type, required=True
    )
    for column in _TABLE.columns
}
_IN_THE_LOG = select(Message.id).where(Message.dedupe_key == _VALUES["dedupe_key"]).exists()
_WITH_A_PERSON = (
    select(Conversation.id)
    .where(Conversation.openid == _VALUES["openid"])
    .where(
        Conversation.state.in_(
            [literal_column(f"'{state}'") for state in (Holder.PERSON, Holder.WECHAT_DESK)]
        )
    )
    .exists()
)
_SINCE = bindparam("since", type_=UnsettledPush.__table__.c.at.type, required=True)
_TOLD = (
    select(UnsettledPush.number)
    .where(UnsettledPush.openid == _VALUES["openid"], UnsettledPush.at > _SINCE)
    .where(UnsettledPush.answered_by == _VALUES["answered_by"])
    .exists()
)
_NUMBER, _KEY = bindparam("number", required=True), bindparam("key", type_=String(), required=True)


class NotKept(SQLAlchemyError):
    """Another push with the same number waits to be settled; WeChat must push this one again."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be kept beside a push; both replies as JSON text."""

    answered_by: str
    reply: str | None  # None: `success`
    further: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that counts for this push."""

    is_first: bool  # False: this push was answered before, and this is what it was told
    sent_seconds: int  # the answer's CreateTime
    reply: str | None  # the reply as JSON; None: `success`


class Inbox:
    """Keeps pushes. Its statements are compiled once for the engine."""

    def __init__(self, engine: Engine, driver: Driver) -> None:
        self._driver = driver
        self._always = Statement(_insert(engine, ~_IN_THE_LOG), engine)
        free = ~_IN_THE_LOG & ~_WITH_A_PERSON
        self._unless_with_a_person = Statement(_insert(engine, free), engine)
        self._unless_told = Statement(_insert(engine, free & ~_TOLD), engine)
        waiting = select(_seconds(engine, _TABLE.c.at), _TABLE.c.reply.label("text"))
        waiting = waiting.where(_TABLE.c.number == _NUMBER, _TABLE.c.dedupe_key == _KEY)
        logged = select(_seconds(engine, Message.at), Message.__table__.c.reply.label("text"))
        self._known = [
            Statement(waiting, engine),
            Statement(logged.where(Message.dedupe_key == _KEY), engine),
        ]

    def keep(
        self,
        received: Received,
        said: Said,
        *,
        at: datetime,
        gives_way: bool = False,
        once_since: datetime | None = None,
    ) -> Kept | None:
        """Store the push with its answer, or find what was answered before.

        With `gives_way` None: a person answers this follower, and nothing was kept. With `once_since` too, where a
        push of his that waits to be settled got the same answer after that moment: of several pictures sent at
        once SQLite lets one be answered; PostgreSQL may let two of the very same instant.
        Raises: sqlalchemy.exc.OperationalError when the database does not answer in time; NotKept.
        """
        push = received.push
        number = number_of(push.dedupe_key)
        may_give_way = gives_way or once_since is not None
        statement = self._unless_with_a_person if may_give_way else self._always
        is_new = self._driver.insert(
            statement if once_since is None else self._unless_told,
            ({} if once_since is None else {"since": once_since})
            | {
                "number": number,
                "dedupe_key": push.dedupe_key,
                "at": at,
                "openid": push.openid,
                "kind": push.kind,
                "content": words_of(push),
                "payload": received.body,
                "answered_by": said.answered_by,
                "reply": said.reply,
                "further": said.further,
            },
        )
        if is_new:
            return Kept(True, int(at.timestamp()), said.reply)
        known = self._find(number, push.dedupe_key)
        if known is None and not may_give_way:
            raise NotKept(push.dedupe_key)
        return known

    def _find(self, number: int, dedupe_key: str) -> Kept | None:
        """What this push was told: it waits to be settled, or was since. In this order, as it moves."""
        for statement, values in zip(self._known, ({"number": number}, {}), strict=True):
            row = self._driver.read(statement, {"key": dedupe_key, **values})
            if row is not None:
                return Kept(False, int(row[0]), row[1])
        return None


def number_of(dedupe_key: str) -> int:
    """The number under which a push waits: a message's own, 63 bits of a digest for everything else."""
    if dedupe_key.startswith(MESSAGE):
        number = int(dedupe_key.removeprefix(MESSAGE))
        if number <= LARGEST:
            return number
    return int.from_bytes(blake2b(dedupe_key.encode(), digest_size=8).digest()) >> 1


def _insert(engine: Engine, condition: ColumnElement[bool]) -> Any:
    row = select(*_VALUES.values()).where(condition)
    if engine.dialect.name == "postgresql":
        statement = postgresql.insert(_TABLE).from_select([*_VALUES], row, include_defaults=False)
        return statement.on_conflict_do_nothing().returning(_TABLE.c.number)
    return sqlite.insert(_TABLE).from_select([*_VALUES], row, include_defaults=False).on_conflict_do_nothing()


def _seconds(engine: Engine, at: Any) -> ColumnElement[Any]:
    """A moment as UNIX seconds, rounded down as `int()` does."""
    if engine.dialect.name == "postgresql":
        return func.floor(func.extract("epoch", at))
    return func.strftime("%s", at)
