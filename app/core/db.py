"""The database: the session, column types, and the one way to write (`with transaction()`)."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from flask import has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Engine, Enum, Integer, MetaData, String, Text, event, update
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Session, mapped_column
from sqlalchemy.types import JSON, TypeDecorator

from app.core import clock

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out. A naive datetime is refused: nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """On SQLite in one step: SQLAlchemy's own takes ten times as long for the same text."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def write(value: datetime | None) -> str | None:
            moment = self.process_bind_param(value, dialect)
            return None if moment is None else moment.isoformat(" ", "microseconds")

        return write

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """JSON in a text column, so that a statement may also be given text that is written already."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this name from the class
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


Id = Annotated[
    int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
]
Fen = Annotated[int, mapped_column(BigInteger)]  # whole fen, 1/100 yuan
Openid = Annotated[str, mapped_column(String(64))]  # theirs
LongText = Annotated[str, mapped_column(Text)]
CreatedAt = Annotated[datetime, mapped_column(UtcDateTime, default=clock.now)]

db = SQLAlchemy()  # gives engine and session; tables inherit from Base, not from db.Model

_OPEN = "xiaopu_transaction_is_open"
_BEFORE = "xiaopu_before_commit"
_AFTER = "xiaopu_after_commit"
WRITER = threading.Lock()  # of this process; see _one_writer


@contextmanager
def transaction() -> Iterator[Session]:
    """Write in one piece: commits at the end, rolls back on any error. Inner uses join the outer one.

    On SQLite the write lock is taken at the start (BEGIN IMMEDIATE): a transaction that reads first and
    writes later would otherwise fail at once when another one wrote in between, whatever the time-out.
    Never call the network inside. What must follow the commit is given to `after_commit`.
    """
    session = db.session()
    if session.info.get(_OPEN):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside of transaction()")
    session.commit()  # ends a page's reading transaction, so that everything is read afresh under the lock
    last_steps: list[Callable[[], None]] = []
    calls: list[Callable[[], None]] = []
    with _one_writer():
        session.info[_OPEN], session.info[_BEFORE], session.info[_AFTER] = True, last_steps, calls
        try:
            session.connection(execution_options={"writes": True})
            yield session
            for step in last_steps:
                step()
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info[_OPEN] = False
    for call in calls:
        call()


def _one_writer() -> AbstractContextManager[object]:
    """SQLite waits for its lock in naps of up to 100 ms; the writers of one process queue up here instead."""
    return WRITER if db.engine.dialect.name == "sqlite" else nullcontext()


def leave_database() -> None:
    """End the page's reading transaction; called right before the network is.

    Raises: RuntimeError inside transaction(): nobody may wait for a stranger while holding locks.
    """
    if not has_app_context():
        return
    session = db.session()
    if session.info.get(_OPEN):
        raise RuntimeError("the network was called inside of transaction()")
    session.rollback()


def lock(row: Base) -> None:
    """Let nobody else change this row until the open transaction ends, and read it afresh.

    An UPDATE that changes nothing does it on both databases; SELECT … FOR UPDATE is dropped on SQLite.
    """
    model: Any = type(row)
    key: Any = row.id  # type: ignore[attr-defined]
    statement = update(model).where(model.id == key).values(id=key)
    db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.refresh(row)


def before_commit(step: Callable[[], None]) -> None:
    """Do `step` as the last of the open transaction: for a row that everybody locks, and nobody for long."""
    db.session().info[_BEFORE].append(step)


def after_commit(call: Callable[[], None]) -> None:
    """Do `call` once the open transaction is committed; never when it is rolled back."""
    db.session().info[_AFTER].append(call)


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: object, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "busy_timeout=15000", "foreign_keys=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_on_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def state_column(states: type[StrEnum], *, primary_key: bool = False) -> MappedColumn[Any]:
    """A column for one of `states`, kept as its text and held to the list by a CHECK."""
    kind = Enum(
        states,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=states.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(kind, primary_key=primary_key)
