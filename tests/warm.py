"""What all tests of one process share, so that each can afford a shop of its own.

An app is made for every test and thrown away, so nothing a test does to it can reach the next one. Only what
no test can change, and what takes most of the time, is made once: SQL statements, templates and addresses in
their compiled form, and connections to an emptied database.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine, engine_from_config, event
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.matcher import StateMachineMatcher

from app.payments.opening import PayOpening
from app.tables import METADATA

# The shop of a test takes everybody's money, as one that was released; number 0 leaves the sequence alone.
OPEN_FOR_ALL = (
    f"INSERT INTO {PayOpening.__tablename__} (id, kind, at, actor, name, report, signature)"  # noqa: S608
    " VALUES (0, 'released', '2026-11-01 00:00:00.000000', 'tests', '', '{}', '')"
)


class WarmTemplates(BytecodeCache):
    """Compiled templates by their name and source."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


class WarmMap(Map):
    """Addresses that are compiled once for all apps that have the very same ones.

    Every app has hundreds of them, and Werkzeug writes and compiles Python code twice for each.
    """

    _known: ClassVar[dict[object, "WarmMap"]] = {}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._added: list[Rule] = []
        self._turn = Lock()

    def add(self, rulefactory: RuleFactory) -> None:
        """Only remembered, until somebody looks."""
        self._added.extend(rulefactory.get_rules(self))
        self._remap = True

    def update(self) -> None:
        """Werkzeug calls this before every look."""
        with self._turn:
            if self._remap:
                first = self._known.setdefault(self._key(), self)
                if first is self:
                    self._build()
                self._matcher, self._rules_by_endpoint = first._matcher, first._rules_by_endpoint
                self._remap = False

    def _build(self) -> None:
        """All new, because other apps may hold what was there before."""
        self._matcher, self._rules_by_endpoint = StateMachineMatcher(self.merge_slashes), {}
        for rule in self._added:
            rule.bind(self, rebind=True)
            self._matcher.add(rule)
            self._rules_by_endpoint.setdefault(rule.endpoint, []).append(rule)
        self._matcher.update()
        for rules in self._rules_by_endpoint.values():
            rules.sort(key=Rule.build_compare_key)

    def _key(self) -> object:
        rules = (
            (
                rule.rule,
                rule.endpoint,
                frozenset(rule.methods or ()),
                tuple(sorted((rule.defaults or {}).items())),
                rule.strict_slashes,
                rule.redirect_to,
                rule.provide_automatic_options,  # type: ignore[attr-defined]
            )
            for rule in self._added
        )
        return (tuple(rules), tuple(sorted(self.converters.items(), key=str)))


class WarmEngines:
    """One pool of connections and compiled statements for each database of this process that tests use in turn."""

    def __init__(self) -> None:
        self._engines: dict[str, Engine | None] = {}

    def keep(self, url: str) -> None:
        """Let every app with this database use one pool."""
        self._engines[url] = None

    def make(self, _bind_key: str | None, options: dict[str, Any], _app: Flask | None = None) -> Engine:
        """In place of `SQLAlchemy._make_engine`: an engine of the app's own, whatever it shares below."""
        url = str(options["url"])
        engine = self._engines.get(url) or engine_from_config(options, prefix="")
        if url not in self._engines:
            return engine
        if self._engines[url] is None and engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _do_not_wait_for_the_disk)
        self._engines[url] = engine
        return engine.execution_options()

    def rest(self, url: str) -> None:
        """Between two tests: SQLite's file is closed; a pool that did not get everything back is given up."""
        engine = self._engines[url]
        if engine and (engine.dialect.name == "sqlite" or engine.pool.checkedout()):
            self._engines[url] = None if engine.pool.checkedout() else engine
            engine.dispose()

    def close(self) -> None:
        """Close every connection; the run is over."""
        for engine in filter(None, self._engines.values()):
            engine.dispose()


class SqliteDatabase:
    """A file with all tables of the shop."""

    def __init__(self, folder: Path) -> None:
        self._path, self._template = folder / "shop.db", folder / "template.db"
        self.url = f"sqlite:///{self._path}"
        engine = create_engine(f"sqlite:///{self._template}")
        METADATA.create_all(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(OPEN_FOR_ALL)
        engine.dispose()
        self.empty()

    def empty(self) -> None:
        """Put a fresh file in place of the used one."""
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        shutil.copyfile(self._template, self._path)


class PostgresDatabase:
    """A database of a server with all tables of the shop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_engine(url)
        METADATA.create_all(self._engine)
        self._emptying = "; ".join(_emptying())
        self.empty()

    def empty(self) -> None:
        """Take every row out and let numbers begin at 1 again; fails when a test still holds a row."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql(self._emptying)

    def close(self) -> None:
        """Close the connection; the run is over."""
        self._engine.dispose()


def _emptying() -> Iterator[str]:
    yield "SET LOCAL lock_timeout = '20s'"
    yield "SET LOCAL session_replication_role = replica"  # every row goes, so no foreign key is looked up
    for table in METADATA.sorted_tables:
        yield str(table.delete())  # TRUNCATE would make new files for each table and index
    yield OPEN_FOR_ALL
    yield "SELECT setval(sequencename::regclass, 1, false) FROM pg_sequences WHERE last_value > 0"


def _do_not_wait_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()
