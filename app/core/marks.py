"""Marks tell each process when what it keeps ready in memory is out of date.

A mark grows in the transaction of every change to a watched table, whoever makes it; readers compare numbers
once a second. A model is watched by naming its mark: `watch("answers", KeywordRule)`.
"""

from typing import Any, cast

from sqlalchemy import BigInteger, Engine, String, Table, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from app.core.db import Base
from app.core.driver import Driver, Statement

ANSWERS = "answers"  # rules, standing replies, materials, preferences: what the account says
CATALOG = "catalog"  # products and their prices and pictures


class Mark(Base):
    """A number that is another one after every change."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


_watched: dict[type[Base], str] = {}
_TOUCHED = "xiaopu_marks_touched"
_changes_here = 0


def watch(mark: str, *models: type[Base]) -> None:
    """Let every change to these tables move the mark."""
    _watched.update(dict.fromkeys(models, mark))


def changes_here() -> int:
    """How often a watched table was changed by this process: what it did itself it need not look for."""
    return _changes_here


class MarkReader:
    """Reads all marks past the session, for those who look every second."""

    def __init__(self, engine: Engine, driver: Driver) -> None:
        self._driver, self._query = driver, Statement(select(Mark.name, Mark.number), engine)

    def read(self) -> dict[str, int]:
        """Every mark's number by its name. Raises: sqlalchemy.exc.OperationalError."""
        return dict(self._driver.rows(self._query, {}))


def touch(session: Session, mark: str) -> None:
    """Move the mark; joins the open transaction."""
    session.info[_TOUCHED] = True
    table = cast("Table", Mark.__table__)
    write = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = write(table).values(name=mark, number=1)
    session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"number": table.c.number + 1})
    )


@event.listens_for(Session, "after_flush")
def _notice_flush(session: Session, _context: object) -> None:
    changed = (*session.new, *session.dirty, *session.deleted)
    for mark in {_watched[type(row)] for row in changed if type(row) in _watched}:
        touch(session, mark)


@event.listens_for(Session, "do_orm_execute")
def _notice_statement(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    mapper: Any = state.bind_mapper
    if mapper is not None and mapper.class_ in _watched:
        touch(state.session, _watched[mapper.class_])


@event.listens_for(Session, "after_commit")
def _count_commit(session: Session) -> None:
    global _changes_here
    if session.info.pop(_TOUCHED, False):
        _changes_here += 1
