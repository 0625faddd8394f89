"""The database without a session: for the one place where each microsecond counts, the answer to a push.

Every thread has a connection of the driver's own, each statement is its own transaction, and none waits longer
than WeChat does. Statements are written with SQLAlchemy as everywhere, but compiled once.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import ClauseElement, Engine
from sqlalchemy.exc import OperationalError

PATIENCE_SECONDS = 3  # for a lock, a statement or a connection
YIELDS = 3  # tries in a row that only let others run: a write of theirs takes a tenth of a millisecond
FIRST_NAP_SECONDS, LONGEST_NAP_SECONDS = 0.0001, 0.01


_Writer = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    order: Callable[[Mapping[str, Any]], Any] | None  # where the driver takes parameters by their place
    writers: Sequence[tuple[str, _Writer]]  # of the parameters that the driver cannot write by itself
    fixed: Mapping[str, Any]


class Statement:
    """A statement compiled for one engine at its first use; its parameters are given by name, as Python values."""

    def __init__(self, statement: ClauseElement, engine: Engine) -> None:
        self._statement, self._engine = statement, engine

    @property
    def sql(self) -> str:
        """The words as the database takes them."""
        return self._compiled.sql

    def bind(self, values: Mapping[str, Any]) -> Any:
        """The parameters as the driver takes them."""
        compiled = self._compiled
        given = {**compiled.fixed, **values}
        for name, write in compiled.writers:
            given[name] = write(given[name])
        return compiled.order(given) if compiled.order else given

    @cached_property
    def _compiled(self) -> _Compiled:
        compiled: Any = self._statement.compile(self._engine)
        dialect, places = self._engine.dialect, compiled.positiontup
        writers = [
            (name, write)
            for name, bound in compiled.binds.items()
            if (write := bound.type.dialect_impl(dialect).bind_processor(dialect))
        ]
        fixed = {name: bound.value for name, bound in compiled.binds.items() if not bound.required}
        return _Compiled(str(compiled), _by_place(places) if places else None, writers, fixed)


def _by_place(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    if len(names) == 1:
        return lambda given: (given[names[0]],)
    return itemgetter(*names)


def _naps() -> Iterator[float]:
    """How long to sleep between tries, in seconds, without end."""
    yield from repeat(0.0, YIELDS)
    nap = FIRST_NAP_SECONDS
    while True:
        yield nap
        nap = min(nap * 1.5, LONGEST_NAP_SECONDS)


class Driver:
    """Runs statements for any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._here = engine, threading.local()
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._all: list[Any] = []

    def insert(self, statement: Statement, values: Mapping[str, Any]) -> bool:
        """Run an INSERT of one row; False when it was there already or was not to be.

        On a server the statement says RETURNING. Raises: sqlalchemy.exc.OperationalError when the database is
        locked or gone.
        """
        if not self._is_sqlite:
            return self.read(statement, values) is not None
        try:
            cursor = self._execute(statement.sql, statement.bind(values))
        except sqlite3.Error as error:
            raise OperationalError(statement.sql, None, error) from error
        return bool(cursor.rowcount == 1)

    def read(self, statement: Statement, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, or None. Raises: as `insert`."""
        parameters = statement.bind(values)
        try:
            return self._run(statement.sql, parameters)
        except self._errors as error:
            if self._is_sqlite:
                raise OperationalError(statement.sql, None, error) from error
        # A server closes connections when it restarts; every statement here may be run twice.
        self._here.connection = None
        try:
            return self._run(statement.sql, parameters)
        except self._errors as error:
            raise OperationalError(statement.sql, None, error) from error

    def rows(self, statement: Statement, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Every row. Raises: as `insert`."""
        try:
            return list(self._execute(statement.sql, statement.bind(values)).fetchall())
        except self._errors as error:
            self._here.connection = None
            raise OperationalError(statement.sql, None, error) from error

    def close(self) -> None:
        """Close every thread's connection; for the end of a process or a test."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._here = threading.local()

    def _execute(self, sql: str, parameters: Any) -> Any:
        """Waits for a lock of SQLite's by itself: SQLite naps for up to 100 ms, a write here takes a tenth of one."""
        connection, began = self._connection(), 0.0
        for nap in _naps():
            try:
                return connection.execute(sql, parameters)
            except sqlite3.OperationalError as error:
                now = time.monotonic()
                began = began or now
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or now - began > PATIENCE_SECONDS:
                    raise
            time.sleep(nap)
        raise AssertionError("naps have no end")

    def _run(self, sql: str, parameters: Any) -> tuple[Any, ...] | None:
        cursor = self._execute(sql, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        return row

    @property
    def _errors(self) -> Any:
        return self._engine.dialect.loaded_dbapi.Error

    def _connection(self) -> Any:
        connection = getattr(self._here, "connection", None)
        if connection is None:
            connection = self._connect_sqlite() if self._is_sqlite else self._connect_server()
            self._here.connection = connection
            self._all.append(connection)
        return connection

    def _connect_sqlite(self) -> sqlite3.Connection:
        # NORMAL: a power cut may take the last messages out of the log, never anything half. Orders and
        # payments are written by sessions, which wait for the disk.
        connection = sqlite3.connect(
            self._engine.url.database or "", isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=0"):
            connection.execute(f"PRAGMA {pragma}").close()
        return connection

    def _connect_server(self) -> Any:
        arguments, keywords = self._engine.dialect.create_connect_args(self._engine.url)
        limits = f"-c statement_timeout={PATIENCE_SECONDS}s -c lock_timeout={PATIENCE_SECONDS}s"
        settings = {**keywords, "autocommit": True, "connect_timeout": PATIENCE_SECONDS, "options": limits}
        return self._engine.dialect.loaded_dbapi.connect(*arguments, **settings)
