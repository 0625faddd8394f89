"""`/healthz` and `/readyz`."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.db import db, transaction
from app.wechat.models import WechatToken

pytestmark = pytest.mark.both_databases


def with_schema_version(app: Flask) -> None:
    """What `flask db upgrade` leaves behind."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))"))


def test_the_process_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_a_migrated_shop_is_ready_and_says_that_no_worker_runs(app: Flask, client: FlaskClient) -> None:
    with_schema_version(app)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.get_json()["parts"] == {
        "database": "ok",
        "queue": "ok",
        "tokens": "ok",
        "worker": "silent",
        "gateway": "ok",
    }


def test_a_token_that_cannot_be_renewed_makes_it_unready(app: Flask, client: FlaskClient) -> None:
    with_schema_version(app)
    with app.app_context(), transaction() as session:
        session.add(WechatToken(name="access_token", error={"errcode": 40164}))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.get_json()["parts"]["tokens"] == "failing"


def test_a_database_that_is_gone_makes_it_unready_and_alive(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))

    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
