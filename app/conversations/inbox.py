"""What was pushed, kept with its answer in one INSERT: log, recognition of repeats and work to be done, all in one row.

The answer is found first and stored second. Of several who answer the same push one INSERT wins, and everybody
else says what the winner said. Nothing needs to be claimed, because finding an answer changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, String, Table, Text, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.conversations.models import Direction, Message
from app.conversations.words import words_of
from app.core import clock
from app.core.driver import Driver, Statement
from app.wechat.callback.codec import Received

_TABLE: Table = Message.__table__  # type: ignore[assignment]


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
        given = ("dedupe_key", "at", "openid", "kind", "content", "payload", "answered_by")
        values = {name: bindparam(name, type_=_TABLE.c[name].type, required=True) for name in given}
        written = {name: bindparam(name, type_=Text(), required=True) for name in ("reply", "further")}
        values |= written | {"direction": bindparam("direction", Direction.IN.value, type_=String())}
        self._insert = Statement(_insert(engine).values(**values), engine)
        known = select(_TABLE.c.id, _seconds(engine), _TABLE.c.reply.label("text"))
        self._known = Statement(known.where(_TABLE.c.dedupe_key == bindparam("key", required=True)), engine)

    def keep(
        self, received: Received, *, answered_by: str, reply: str | None, further: str | None, at: datetime
    ) -> Kept:
        """Store the push with its answer, both replies as JSON text; or find what was answered before.

        Raises: sqlalchemy.exc.OperationalError when the database does not answer in time.
        """
        push = received.push
        message_id = self._driver.insert(
            self._insert,
            {
                "dedupe_key": push.dedupe_key,
                "at": at,
                "openid": push.openid,
                "kind": push.kind,
                "content": words_of(push),
                "payload": received.body,
                "answered_by": answered_by,
                "reply": reply,
                "further": further,
            },
        )
        if message_id is not None:
            return Kept(message_id, True, int(at.timestamp()), reply)
        known = self._driver.read(self._known, {"key": push.dedupe_key})
        if known is None:  # deleted between the two statements, which only a test can do
            return Kept(0, False, int(clock.now().timestamp()), None)
        return Kept(known[0], False, int(known[1]), known[2])


def _insert(engine: Engine) -> Any:
    if engine.dialect.name == "postgresql":
        return postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)
    return sqlite.insert(_TABLE).on_conflict_do_nothing()


def _seconds(engine: Engine) -> object:
    """The moment of a row as UNIX seconds, rounded down as `int()` does."""
    if engine.dialect.name == "postgresql":
        return func.floor(func.extract("epoch", _TABLE.c.at))
    return func.strftime("%s", _TABLE.c.at)
