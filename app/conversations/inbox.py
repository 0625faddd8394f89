"""What was pushed, kept with its answer in one INSERT: log, recognition of repeats and work to be done, all in one row.

The answer is found first and stored second. Of several who answer the same push one INSERT wins, and everybody
else says what the winner said. Nothing needs to be claimed, because finding an answer changes nothing. Whether a
person answers this follower is asked by the INSERT itself: another statement would cost a third more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Engine,
    Select,
    String,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.conversations.models import Conversation, Direction, Holder, Message
from app.conversations.words import words_of
from app.core import clock
from app.core.driver import Driver, Statement
from app.wechat.callback.codec import Received

_TABLE: Table = Message.__table__  # type: ignore[assignment]
_GIVEN = ("dedupe_key", "at", "openid", "kind", "content", "payload", "answered_by")
_VALUES: Mapping[str, BindParameter[Any]] = {
    **{name: bindparam(name, type_=_TABLE.c[name].type, required=True) for name in _GIVEN},
    **{name: bindparam(name, type_=Text(), required=True) for name in ("reply", "further")},
    "direction": bindparam("direction", Direction.IN.value, type_=String()),
}
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


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be kept beside a push; both replies as JSON text."""

    answered_by: str
    reply: str | None  # None: `success`
    further: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that counts for this push."""

    message_id: int
    is_first: bool  # False: this push was answered before, and this is what it was told
    sent_seconds: int  # the answer's CreateTime
    reply: str | None  # the reply as JSON; None: `success`


class Inbox:
    """Keeps pushes. Its statements are compiled once for the engine."""

    def __init__(self, engine: Engine, driver: Driver) -> None:
        self._driver = driver
        self._always = Statement(_insert(engine, select(*_VALUES.values())), engine)
        with_nobody = select(*_VALUES.values()).where(~_WITH_A_PERSON)
        self._unless_with_a_person = Statement(_insert(engine, with_nobody), engine)
        known = select(_TABLE.c.id, _seconds(engine), _TABLE.c.reply.label("text"))
        self._known = Statement(known.where(_TABLE.c.dedupe_key == bindparam("key", required=True)), engine)

    def keep(self, received: Received, said: Said, *, at: datetime, gives_way: bool = False) -> Kept | None:
        """Store the push with its answer, or find what was answered before.

        With `gives_way` None: a person answers this follower, and nothing was kept.
        Raises: sqlalchemy.exc.OperationalError when the database does not answer in time.
        """
        push = received.push
        message_id = self._driver.insert(
            self._unless_with_a_person if gives_way else self._always,
            {
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
        if message_id is not None:
            return Kept(message_id, True, int(at.timestamp()), said.reply)
        known = self._driver.read(self._known, {"key": push.dedupe_key})
        if known is not None:
            return Kept(known[0], False, int(known[1]), known[2])
        if gives_way:
            return None
        # deleted between the two statements, which only a test can do
        return Kept(0, False, int(clock.now().timestamp()), None)


def _insert(engine: Engine, row: Select[Any]) -> Any:
    if engine.dialect.name == "postgresql":
        statement = postgresql.insert(_TABLE).from_select([*_VALUES], row, include_defaults=False)
        return statement.on_conflict_do_nothing().returning(_TABLE.c.id)
    # Without a WHERE, SQLite takes the ON of ON CONFLICT for that of a join.
    row = row if row.whereclause is not None else row.where(true())
    return sqlite.insert(_TABLE).from_select([*_VALUES], row, include_defaults=False).on_conflict_do_nothing()


def _seconds(engine: Engine) -> object:
    """The moment of a row as UNIX seconds, rounded down as `int()` does."""
    if engine.dialect.name == "postgresql":
        return func.floor(func.extract("epoch", _TABLE.c.at))
    return func.strftime("%s", _TABLE.c.at)
