"""The rows of one batch, written in the order their tables need."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from app.alerts.models import Alert
from app.catalog.models import StockMove
from app.conversations.models import Message
from app.core.db import Base, db
from app.core.states import StateEvent
from app.entrances.models import Entrance, EntranceVisit, SceneCode
from app.followers.models import Address, Follower, FollowerTag, Tag
from app.notices.models import Notice
from app.orders.models import Order, OrderLine, Pickup, Shipment, ShipmentLine
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund, RefundLine
from app.promotions.models import FollowerCoupon

# Named by others, so that their numbers are given out here.
NAMED = (
    *(Tag, SceneCode, Entrance, Follower, FollowerCoupon, Order, OrderLine, Shipment),
    *(PaymentAttempt, Refund),
)
# Their numbers have to grow with time: sorted by `at` before the database numbers them.
IN_TIME = (StockMove, StateEvent, Message)
REST = (Address, FollowerTag, ShipmentLine, Pickup, RefundLine, Notice, Alert, EntranceVisit)
PIECE = 5000  # rows of one statement


class Rows:
    """Gathers rows. `add` gives a number to those that others name."""

    def __init__(self) -> None:
        self._rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        self._last: dict[type[Base], int] = {}

    def add(self, model: type[Base], **values: Any) -> int:
        """Keep a row of this table for later; the same columns each time. Returns its number, or 0."""
        if model not in NAMED:
            self._rows[model].append(values)
            return 0
        if model not in self._last:
            self._last[model] = db.session.scalar(select(func.max(model.id))) or 0  # type: ignore[attr-defined]
        self._last[model] += 1
        self._rows[model].append({"id": self._last[model], **values})
        return self._last[model]

    def of(self, model: type[Base]) -> list[dict[str, Any]]:
        """What was gathered for this table."""
        return self._rows[model]

    def event(self, subject: type[Base], number: int, **values: Any) -> None:
        """A line of a row's history: `at`, `old`, `new`, `cause`, and `actor` when there is one."""
        values = {"old": "", "actor": "", "details": {}} | values
        self._rows[StateEvent].append({"subject": subject.__tablename__, "subject_id": number, **values})

    def write(self, session: Session) -> None:
        """Insert everything; joins the open transaction."""
        for model in (*NAMED, *REST, *IN_TIME):
            rows = self._rows[model]
            if model in IN_TIME:
                rows.sort(key=lambda row: row["at"])
            for first in range(0, len(rows), PIECE):
                # past the ORM, which makes a statement of its own wherever another column is empty
                session.connection().execute(insert(model.__table__), rows[first : first + PIECE])
        if session.get_bind().dialect.name == "postgresql":
            _move_sequences(session, (model for model in NAMED if self._rows[model]))


def _move_sequences(session: Session, models: Iterable[type[Base]]) -> None:
    """PostgreSQL counts on by itself only what it numbered itself."""
    for model in models:
        table = model.__tablename__
        statement = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
        session.execute(text(statement))


def weighted(weights: Mapping[Any, float]) -> tuple[list[Any], list[float]]:
    """What `Random.choices` takes."""
    return list(weights), list(weights.values())
