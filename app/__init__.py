"""The factory: the only place that names the doors. Nobody imports from here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import api
import console
import handlers
import webviews
from app import cli, tasks
from app.core import audit_chain, outbox, secret_box
from app.core.bell import Bell
from app.core.db import db
from app.core.i18n import set_up_languages
from app.core.incoming import set_up_incoming
from app.core.logs import set_up_logs
from app.core.media import setting_up as media
from app.core.money import format_yuan
from app.core.sessions import set_up_sessions
from app.entrances import signing
from app.payments import gateways
from app.payments.gateways.names import name_gateway
from app.tables import METADATA
from app.wechat import account

ROOT = Path(__file__).parents[1]


def create_app(settings: Mapping[str, Any]) -> Flask:
    """The shop with all its doors. `settings`: what `config.load_settings` returns."""
    app = Flask("xiaopu", root_path=str(ROOT), static_folder=None, template_folder=None)
    app.config.from_mapping(settings)
    if app.config["APP_ENV"] != "testing":
        set_up_logs(app.config["LOG_LEVEL"])
    set_up_incoming(app)
    _set_up_database(app)
    _set_up_pages(app)
    audit_chain.install(app)
    secret_box.install(app)
    media.install(app)
    account.install(app)
    signing.install(app)
    gateways.install(app)
    app.extensions["timetable"] = {entry.name: entry.every for entry in tasks.TIMETABLE}
    _set_up_bell(app)
    for part in (handlers, webviews, console, api, cli):
        part.register(app)
    return app


def _set_up_database(app: Flask) -> None:
    Path(app.config["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_pre_ping": True, "pool_size": 8})
    db.init_app(app)
    app.extensions["metadata"] = METADATA
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)


def _set_up_pages(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["yuan"] = format_yuan
    app.jinja_env.filters["gateway"] = name_gateway
    app.jinja_env.globals["shop_name"] = app.config["SHOP_NAME"]
    set_up_languages(app)
    set_up_sessions(app)
    CSRFProtect(app)
    if hops := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _set_up_bell(app: Flask) -> None:
    bell = Bell(data_dir=app.config["DATA_DIR"], redis_url=app.config["REDIS_URL"])
    bell.answer_with(lambda: tasks.run_outbox(app))
    app.extensions["bell"] = bell
    outbox.use_bell(None if app.config["APP_ENV"] == "testing" else bell.ring)
