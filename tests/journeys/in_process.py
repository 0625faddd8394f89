"""A shop in the process of the journey, for those that have to move time."""

from pathlib import Path

from flask import Flask

from app import create_app
from app.core.db import db
from app.payments.opening import release
from app.tables import METADATA
from config import load_settings
from simulator.__main__ import Servers
from simulator.settings import write_shop_env
from tests.staff import make_staff


def make_open_shop(wechat: Servers, folder: Path) -> Flask:
    """One that knows this WeChat in a box, has an owner and sells; its data below `folder`."""
    lines = write_shop_env(wechat.settings).read_text("utf-8").splitlines()
    environ = dict(line.split("=", 1) for line in lines) | {
        "APP_ENV": "testing",
        "SECRET_KEY": "a-key-for-tests-only-9f31c2d4e5b6a798",
        "DATA_DIR": str(folder / "var"),
        "DATABASE_URL": f"sqlite:///{folder / 'shop.db'}",
    }
    app = create_app(load_settings(environ))
    with app.app_context():
        METADATA.create_all(db.engine)
        make_staff()
        release(actor="system", name="x", report={}, secret=app.config["SECRET_KEY"])
    return app
