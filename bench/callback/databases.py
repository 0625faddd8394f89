"""A fresh database for every run: a copy of one that was filled once."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.callback.shop import fill
from bootstrap.services import running_postgres
from tests.conftest import create_postgres_database


@dataclass(frozen=True)
class Databases:
    """`fresh` gives the folder with the shop's keys and the database's address."""

    fresh: Callable[[], tuple[Path, str]]


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Databases]:
    """Files."""
    first, numbers = folder / "first", itertools.count(1)
    first.mkdir()
    fill(first, f"sqlite:///{first}/shop.db")

    def fresh() -> tuple[Path, str]:
        copy = shutil.copytree(first, folder / f"copy-{next(numbers)}")
        return copy, f"sqlite:///{copy}/shop.db"

    yield Databases(fresh)


@contextmanager
def on_postgres(folder: Path) -> Iterator[Databases]:
    """A server of its own; each database is filled anew."""
    numbers = itertools.count(1)
    with running_postgres(folder / "postgres") as server:

        def fresh() -> tuple[Path, str]:
            database = create_postgres_database(server, f"bench{next(numbers)}")
            fill(folder, database)
            return folder, database

        yield Databases(fresh)
