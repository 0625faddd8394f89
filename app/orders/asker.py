"""What the account knows of who is writing, read only where an answer depends on it.

Read past the session, on the driver: a follower waits for this in the chat.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine, bindparam, literal, or_, select, union_all

from app.conversations.models import Conversation, Holder, Message, UnsettledPush
from app.core import clock
from app.core.db import UtcDateTime
from app.core.driver import Driver, Statement
from app.followers.models import Follower, FollowerTag
from app.orders.models import Order
from app.orders.states import OrderState

NEW_FOR = timedelta(days=7)
BOUGHT = (OrderState.PAID, OrderState.SHIPPED)

_OPENID = bindparam("openid", required=True)
_HIS = Follower.openid == _OPENID
_HOLDER = select(Conversation.state).where(Conversation.openid == _OPENID)
_FOLLOWER = select(Follower.follows, Follower.unsubscribed_at.is_not(None)).where(_HIS)
_FOLLOWS_SINCE = select(Follower.id).where(_HIS, Follower.subscribed_at < bindparam("since", required=True))
_TAGS = select(FollowerTag.tag_id).join(Follower, Follower.id == FollowerTag.follower_id).where(_HIS)
_BOUGHT = (
    select(Order.id)
    .join(Follower, Follower.id == Order.follower_id)
    .where(_HIS, or_(*(Order.state == state for state in BOUGHT)))
    .limit(1)
)
_SINCE = bindparam("since", type_=UtcDateTime, required=True)
_TOLD = union_all(
    *(
        select(literal(1)).where(table.openid == _OPENID, table.at > _SINCE, table.answered_by == "fallback")
        for table in (UnsettledPush, Message)
    )
).limit(1)


class _Statements(NamedTuple):
    holder: Statement
    follower: Statement
    follows_since: Statement
    tags: Statement
    bought: Statement
    told: Statement


class AskerReader:
    """Makes askers; its statements are compiled once."""

    def __init__(self, engine: Engine, driver: Driver) -> None:
        self.driver = driver
        queries = (_HOLDER, _FOLLOWER, _FOLLOWS_SINCE, _TAGS, _BOUGHT, _TOLD)
        self.statements = _Statements(*(Statement(query, engine) for query in queries))

    def asker(self, openid: str) -> "Asker":
        """Whoever has this openid; nothing is read yet."""
        return Asker(openid, self)


class Asker:
    """One follower's facts, each read when it is first asked for.

    Not by cached_property: until Python 3.12 that holds one lock for everybody while it reads.
    """

    def __init__(self, openid: str, reader: AskerReader) -> None:
        self._openid, self._reader = openid, reader
        self._facts: dict[str, Any] = {}

    @property
    def holder(self) -> Holder:
        """Who answers him: the bot, unless he asked for a person."""
        row = self._one(self._reader.statements.holder)
        return Holder(row[0]) if row else Holder.BOT

    @property
    def is_new(self) -> bool:
        """Whether he is not known to have followed for longer than a week."""
        if "is_new" not in self._facts:
            since = clock.now() - NEW_FOR
            self._facts["is_new"] = self._one(self._reader.statements.follows_since, since=since) is None
        return bool(self._facts["is_new"])

    @property
    def is_returning(self) -> bool:
        """Whether he followed before and left."""
        row = self._one(self._reader.statements.follower)
        return row is not None and (row[0] > 0 or bool(row[1]))

    @property
    def has_bought(self) -> bool:
        """Whether an order of his was paid."""
        if "has_bought" not in self._facts:
            self._facts["has_bought"] = self._one(self._reader.statements.bought) is not None
        return bool(self._facts["has_bought"])

    @property
    def tag_ids(self) -> frozenset[int]:
        """The tags he carries, by our numbers."""
        if "tag_ids" not in self._facts:
            rows = self._reader.driver.rows(self._reader.statements.tags, {"openid": self._openid})
            self._facts["tag_ids"] = frozenset(row[0] for row in rows)
        tag_ids: frozenset[int] = self._facts["tag_ids"]
        return tag_ids

    def was_told_since(self, moment: datetime) -> bool:
        """Whether he got the fallback after `moment`."""
        return self._one(self._reader.statements.told, since=moment) is not None

    def _one(self, statement: Statement, **values: Any) -> tuple[Any, ...] | None:
        return self._reader.driver.read(statement, {"openid": self._openid, **values})
