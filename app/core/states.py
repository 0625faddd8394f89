"""How a state moves: one guarded UPDATE, one event row, in the same transaction."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, Index, String, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, CreatedAt, Id, db
from app.core.errors import TransitionRefused

Moves = Mapping[StrEnum, frozenset[StrEnum]]


class StateEvent(Base):
    """One line of the history of anything that has a state. Rows are only ever added."""

    __tablename__ = "state_events"
    __table_args__ = (Index("ix_state_events_subject", "subject", "subject_id"),)

    id: Mapped[Id]
    at: Mapped[CreatedAt]
    subject: Mapped[str] = mapped_column(String(40))  # table name
    subject_id: Mapped[int]
    old: Mapped[str] = mapped_column(String(40))  # empty for the beginning
    new: Mapped[str] = mapped_column(String(40))
    cause: Mapped[str] = mapped_column(String(80))  # what made it move, e.g. `notification`
    actor: Mapped[str] = mapped_column(String(80), default="")  # who, e.g. `staff:3`, `follower:9`
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


def move_state(
    row: Any, moves: Moves, new: StrEnum, *, cause: str, actor: str = "", **values: object
) -> bool:
    """Move `row` (its `state` as it was read) to `new`, setting `values` with it.

    Returns True when it moved, False when somebody else moved it first or it is there already: both are
    results, not errors. Joins the open transaction.
    Raises: TransitionRefused when `moves` does not allow it from the state the row was read in.
    """
    old = row.state
    if old == new:
        return False
    if new not in moves[old]:
        raise TransitionRefused(_("现在的状态不能这样操作"), old=str(old), new=str(new))
    model = type(row)
    statement = (
        update(model)
        .where(model.id == row.id, model.state == old)
        .values(state=new, **values)
        .execution_options(synchronize_session=False)
    )
    result = cast("CursorResult[Any]", db.session.execute(statement))
    if result.rowcount != 1:
        db.session.refresh(row)
        return False
    record_event(row, old=str(old), new=str(new), cause=cause, actor=actor)
    db.session.refresh(row)
    return True


def record_event(
    row: Any, *, new: str, cause: str, old: str = "", actor: str = "", **details: object
) -> None:
    """Add a line to the row's history; for its beginning and for things that do not move it."""
    db.session.add(
        StateEvent(
            at=clock.now(),
            subject=row.__tablename__,
            subject_id=row.id,
            old=old,
            new=new,
            cause=cause,
            actor=actor,
            details=details,
        )
    )


def check_complete(states: type[StrEnum], moves: Moves) -> None:
    """Raise when a table of moves forgets a state; each `states.py` calls it once at import."""
    missing = set(states) - set(moves)
    if missing:
        raise ValueError(f"no moves given for {sorted(missing)}")
