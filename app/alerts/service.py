"""Raising, listing and closing alerts: things that need a person now."""

import logging
from collections.abc import Sequence
from typing import Any, cast

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import CursorResult, func, select, update

from app.alerts.models import Alert
from app.alerts.telling import plan_telling
from app.core import clock
from app.core.audit import SYSTEM
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.insert_once import insert_once

logger = logging.getLogger(__name__)


def raise_alert(kind: str, ref: str, *, detail: str = "", order_no: str = "") -> bool:
    """Ask for a person. The same kind and ref, raised again, change nothing, even when it was done.

    Returns whether it is new. Joins an open transaction.
    """
    with transaction() as session:
        is_new = insert_once(Alert, kind=kind, ref=ref, detail=detail[:200], order_no=order_no)
        if is_new:
            alert = session.scalars(select(Alert).where(Alert.kind == kind, Alert.ref == ref)).one()
            plan_telling(alert, current_app.config)
    if is_new:
        logger.warning("alert raised", extra={"alert": kind, "ref": ref, "order_no": order_no})
    return is_new


def open_alerts() -> Sequence[Alert]:
    """What waits, the oldest first."""
    query = select(Alert).where(Alert.closed_at.is_(None)).order_by(Alert.created_at, Alert.id)
    return db.session.scalars(query).all()


def count_open() -> int:
    """How many wait."""
    query = select(func.count()).select_from(Alert).where(Alert.closed_at.is_(None))
    return db.session.scalar(query) or 0


def closed_lately(limit: int = 20) -> Sequence[Alert]:
    """What was done last, the newest first."""
    query = (
        select(Alert)
        .where(Alert.closed_at.is_not(None))
        .order_by(Alert.closed_at.desc(), Alert.id.desc())
        .limit(limit)
    )
    return db.session.scalars(query).all()


def alerts_about(order_no: str) -> Sequence[Alert]:
    """Everything about one order that needed a person, the oldest first."""
    return db.session.scalars(select(Alert).where(Alert.order_no == order_no).order_by(Alert.id)).all()


def close_by_itself(kind: str, ref: str) -> None:
    """What it was about is as it should be again; nobody has to look any more. Opens a transaction or joins one."""
    with transaction() as session:
        is_open = (Alert.kind == kind) & (Alert.ref == ref) & Alert.closed_at.is_(None)
        session.execute(update(Alert).where(is_open).values(closed_at=clock.now(), closed_by=SYSTEM))


def get_alert(alert_id: int) -> Alert:
    """Raises: NotFound."""
    alert = db.session.get(Alert, alert_id)
    if alert is None:
        raise NotFound(_("没有这条告警"))
    return alert


def close(alert_id: int, actor: str) -> bool:
    """Mark as done: True when this did it, False when somebody had done it before.

    Opens a transaction. Raises: NotFound.
    """
    with transaction() as session:
        get_alert(alert_id)
        statement = (
            update(Alert)
            .where(Alert.id == alert_id, Alert.closed_at.is_(None))
            .values(closed_at=clock.now(), closed_by=actor)
        )
        done = cast("CursorResult[Any]", session.execute(statement)).rowcount == 1
    if done:
        logger.info("alert closed", extra={"alert_id": alert_id, "actor": actor})
    return done
