"""Migrations go up and down on both databases, and say the same as the models."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from app import create_app
from app.conversations.inbox import number_of
from app.conversations.models import Message, UnsettledPush
from app.core.db import db
from app.followers.models import Follower
from app.keywords.drafts import draft_of
from app.keywords.matching import Keyword, MatchMode
from app.keywords.replies import ReplyKind, ReplySpec
from app.keywords.service import list_active
from app.payments.opening import is_released
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
        checks, triggers = _checks(), _triggers()

        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}

        upgrade()
        assert set(METADATA.tables) <= set(inspect(db.engine).get_table_names())
        METADATA.drop_all(db.engine)
        METADATA.create_all(db.engine)
        assert checks == _checks() != set()
        assert triggers == _triggers() != set()
        db.engine.dispose()


def _triggers() -> set[tuple[str, str]]:
    """Name and words of each, and of the functions behind them."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    if db.engine.dialect.name == "postgresql":
        query = (
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
            " SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
    with db.engine.connect() as connection:
        return {(row[0], row[1]) for row in connection.exec_driver_sql(query)}


def _checks() -> set[tuple[str, str, str]]:
    """Table, name and words of each; autogenerate does not compare them."""
    inspector = inspect(db.engine)
    return {
        (table, str(check["name"]), check["sqltext"])
        for table in METADATA.tables
        for check in inspector.get_check_constraints(table)
    }


OLD_ROWS = (
    "INSERT INTO followers (id, openid, is_subscribed, subscribed_at, first_seen_at, last_seen_at)"
    " VALUES (1, 'oTeaShop_0000000000000000001', true, '{at}', '{at}', '{at}')",
    "INSERT INTO keyword_rules (id, name, match, keywords, reply_kind, reply, priority, is_active, created_at,"
    " change_mark)"
    " VALUES (1, '茶', 'contains', '[\"茶\"]', 'product', 'longjing', 0, true, '{at}', 5),"
    " (2, '时间', 'exact', '[\"营业时间\", \"几点\"]', 'text', '9 点', 3, true, '{at}', 6)",
    "INSERT INTO wechat_pushes (id, dedupe_key, received_at, openid, kind, body, claimed_at, answer)"
    " VALUES (1, 'm:1', '{at}', 'oTeaShop_0000000000000000001', 'text', '<xml/>', '{at}', 'success')",
    "INSERT INTO orders (id, order_no, follower_id, state, goods_fen, shipping_fen, total_fen, receiver, phone,"
    " region, address, note, cancel_reason, checkout_token, created_at, expires_at, paid_at)"
    " VALUES (1, '202611210000000001', 1,"
    " 'paid', 6800, 0, 6800, '王', '1', '福建', '路', '', '', 't', '{at}', '{at}', '{at}')",
)


UNSETTLED = (
    "INSERT INTO messages (dedupe_key, at, openid, direction, kind, content, payload, answered_by)"
    " VALUES ('{key}', '2026-11-21 02:00:00.000000', 'oTeaShop_0000000000000000001', 'in', 'text', '', '<xml/>', '')"
)


def test_what_an_older_release_kept_is_there_after_going_up_and_down_again(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade(revision="0001")
        with db.engine.connect().execution_options(writes=True) as connection:
            for statement in OLD_ROWS:
                connection.exec_driver_sql(statement.format(at="2026-11-21 02:00:00.000000"))
            connection.commit()

        upgrade()

        rules = {rule.name: draft_of(rule) for rule in list_active()}
        message = db.session.scalars(select(Message)).one()
        follower = db.session.scalars(select(Follower)).one()
        assert rules["茶"].keywords == (Keyword(MatchMode.CONTAINS, "茶"),)
        assert rules["茶"].replies == (ReplySpec(ReplyKind.PRODUCT, slugs=("longjing",)),)
        assert [keyword.text for keyword in rules["时间"].keywords] == ["营业时间", "几点"]
        assert rules["时间"].replies == (ReplySpec(ReplyKind.TEXT, text="9 点"),)
        assert (message.dedupe_key, message.payload) == ("m:1", "<xml/>")
        assert (follower.paid_orders, follower.spent_fen, follower.follows) == (1, 6800, 1)
        assert is_released()  # it has sold before
        db.session.remove()

        downgrade(revision="0001")
        with db.engine.connect() as connection:
            rows = connection.execute(
                text("SELECT name, match, reply_kind, reply FROM keyword_rules ORDER BY id")
            )
            assert rows.all() == [
                ("茶", "contains", "product", "longjing"),
                ("时间", "exact", "text", "9 点"),
            ]
            assert connection.scalar(text("SELECT count(*) FROM wechat_pushes")) == 1
        db.engine.dispose()


def test_pushes_that_nobody_settled_yet_wait_on_after_going_up_and_down(empty_app: Flask) -> None:
    keys = ["m:7", "e:oTeaShop_0000000000000000001|1|click||"]
    with empty_app.app_context():
        upgrade(revision="0018")
        with db.engine.connect().execution_options(writes=True) as connection:
            for key in keys:
                connection.exec_driver_sql(UNSETTLED.format(key=key))
            connection.commit()

        upgrade()
        waiting = db.session.scalars(select(UnsettledPush)).all()
        assert {push.dedupe_key: push.number for push in waiting} == {key: number_of(key) for key in keys}
        assert db.session.scalars(select(Message.id)).all() == []
        db.session.remove()

        downgrade(revision="0018")
        with db.engine.connect() as connection:
            rows = connection.execute(text("SELECT dedupe_key FROM messages WHERE settled_at IS NULL"))
            assert sorted(rows.scalars()) == sorted(keys)
        db.engine.dispose()


def test_there_is_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", "migrations")

    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
