"""Migrations go up and down on both databases, and say the same as the models."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app import create_app
from app.core.db import db
from app.tables import METADATA
from tests.conftest import create_postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, settings: dict[str, Any], tmp_path: Any) -> Flask:
    """The app on a database without any table."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if request.param == "postgresql":
        server, worker = request.getfixturevalue("postgres_server"), request.getfixturevalue("worker")
        url = create_postgres_database(server, f"migrations_{worker}")
    return create_app(settings | {"SQLALCHEMY_DATABASE_URI": url})


def test_up_makes_what_the_models_say_and_down_leaves_nothing(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, METADATA) == []

        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}

        upgrade()
        assert set(METADATA.tables) <= set(inspect(db.engine).get_table_names())
        db.engine.dispose()


def test_up_makes_the_checks_of_the_models(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        migrated = _checks()
        METADATA.drop_all(db.engine)
        METADATA.create_all(db.engine)

        assert migrated == _checks()
        db.engine.dispose()


def _checks() -> set[tuple[str, str, str]]:
    """Table, name and words of each; autogenerate does not compare them."""
    inspector = inspect(db.engine)
    return {
        (table, str(check["name"]), check["sqltext"])
        for table in METADATA.tables
        for check in inspector.get_check_constraints(table)
    }


def test_there_is_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", "migrations")

    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
