"""`/healthz`: the process is alive. `/readyz`: what it needs is there. Neither asks WeChat anything."""

import logging
from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.db import db
from app.core.timetable import last_pulse
from app.payments.gateways import get_gateway
from app.wechat.token_health import tokens_in_order

logger = logging.getLogger(__name__)

health = Blueprint("health", __name__)

WORKER_SILENT_AFTER = timedelta(seconds=60)


@health.get("/healthz")
def alive() -> Response:
    """200 as long as the process answers."""
    return jsonify(status="ok")


@health.get("/readyz")
def ready() -> tuple[Response, int]:
    """200 when every part is in order, else 503; the body names each part."""
    parts = {
        "database": _database(),
        "queue": "ok" if current_app.extensions["bell"].is_in_order() else "down",
    }
    if parts["database"] == "ok":
        parts |= {"tokens": _tokens(), "worker": _worker()}
    parts["gateway"] = _gateway()
    # A silent worker delays notices and sweeps, but the pages still sell: it is told, not counted.
    is_ready = all(state == "ok" for name, state in parts.items() if name != "worker")
    return jsonify(status="ok" if is_ready else "unready", parts=parts), 200 if is_ready else 503


def _database() -> str:
    try:
        db.session.execute(text("SELECT count(*) FROM alembic_version"))
    except SQLAlchemyError:
        logger.exception("database not ready")
        return "down"
    return "ok"


def _worker() -> str:
    pulse = last_pulse()
    return "ok" if pulse and clock.now() - pulse < WORKER_SILENT_AFTER else "silent"


def _tokens() -> str:
    return "ok" if tokens_in_order() else "failing"


def _gateway() -> str:
    return "ok" if get_gateway().has_keys() else "no_keys"
