"""Whatever a test does to its shop is gone before the next one: each turn looks for traces of the others."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import DictLoader, TemplateNotFound
from sqlalchemy import event, func, select

from app.core import outbox
from app.core.db import db, transaction
from app.core.outbox import OutboxJob

# More turns than `make test` has processes, so that two follow each other in one of them at least.
TURNS = pytest.mark.parametrize("turn", range(4))


@TURNS
def test_rows_are_gone_and_their_numbers_begin_at_one(shop: Flask, turn: int) -> None:
    assert count_jobs() == 0

    with transaction():
        outbox.enqueue("greet", turn=turn)

    assert db.session.scalars(select(OutboxJob.id)).all() == [1]


@TURNS
def test_what_was_not_committed_is_gone(shop: Flask, turn: int) -> None:
    assert count_jobs() == 0
    assert not db.session.new

    outbox.enqueue("greet", turn=turn)
    db.session.flush()


@TURNS
def test_listeners_of_the_database_are_gone(shop: Flask, heard: list[int], turn: int) -> None:
    event.listen(db.engine, "before_cursor_execute", lambda *_: heard.append(turn))
    count_jobs()

    assert set(heard) == {turn}
    heard.clear()


@TURNS
def test_settings_and_parts_are_the_shops_own_again(app: Flask, settings: dict[str, Any], turn: int) -> None:
    assert app.config["SHOP_NAME"] == settings["SHOP_NAME"] == "Xiaopu"
    assert app.extensions["gateways"]
    assert app.jinja_env.globals["shop_name"] == "Xiaopu"
    assert "shout" not in app.jinja_env.filters

    app.config["SHOP_NAME"] = settings["SHOP_NAME"] = app.jinja_env.globals["shop_name"] = "Elsewhere"
    app.extensions["gateways"].clear()
    app.jinja_env.filters["shout"] = str.upper


@TURNS
def test_pages_and_templates_are_the_shops_own_again(app: Flask, turn: int) -> None:
    client = app.test_client()
    with pytest.raises(TemplateNotFound):
        app.jinja_env.get_template("added.html")
    assert client.get("/healthz").status_code == 200

    app.view_functions = {name: lambda **_: "somebody else's" for name in app.view_functions}
    app.jinja_env.loader = DictLoader({"added.html": "added", "shop/base.html": "changed"})

    assert client.get("/healthz").text == "somebody else's"
    assert app.jinja_env.get_template("shop/base.html").render() == "changed"


@TURNS
def test_a_browser_forgets(client: FlaskClient, turn: int) -> None:
    with client.session_transaction() as session:
        assert not session

        session["follower_id"] = turn + 1


def count_jobs() -> int:
    return db.session.scalar(select(func.count(OutboxJob.id))) or 0


@pytest.fixture(scope="module")
def heard() -> list[int]:
    """What the listeners of all turns have heard."""
    return []
