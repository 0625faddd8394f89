"""Alerts leave the house: each new one is told through every channel the operator set up, several in one message.

A channel remembers up to which alert it has told. A job that comes twice finds nothing new; one that fails is tried
again by the outbox. A process that dies between telling and remembering tells twice, which is better than never.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.alerts.channels import CHANNELS, Notice, NotTold, set_up_channels
from app.alerts.models import Alert, AlertChannel
from app.alerts.words import say_alert
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.i18n import counted
from app.words.face import load_face

logger = logging.getLogger(__name__)

TELL = "tell_alerts"  # the outbox kind; its job carries channel and alert_id
GATHERED_FOR = timedelta(seconds=20)  # what is raised meanwhile goes into the same message
MOST_LINES = 8

Config = Mapping[str, Any]


def plan_telling(alert: Alert, config: Config) -> None:
    """Have a new alert told. Joins the open transaction.

    That telling itself was given up is not told: it would go the same way.
    """
    if alert.detail == TELL:
        return
    for name in set_up_channels(config):
        outbox.enqueue(TELL, due_at=clock.now() + GATHERED_FOR, channel=name, alert_id=alert.id)


def tell_alerts(channel: str, alert_id: int, config: Config) -> None:
    """Tell what was not told yet, this alert or younger ones. Opens transactions. Raises: NotTold."""
    if channel not in set_up_channels(config):  # taken out of the settings meanwhile
        return
    row = db.session.get(AlertChannel, channel)
    told_id = row.told_id if row and row.told_id else alert_id - 1
    alerts = db.session.scalars(select(Alert).where(Alert.id > told_id).order_by(Alert.id)).all()
    fresh = [alert for alert in alerts if alert.detail != TELL]
    if fresh:
        _send(channel, _write(fresh, config), config, told_id=alerts[-1].id)


def try_channel(channel: str, config: Config) -> None:
    """Send a word to see whether it arrives. Opens a transaction. Raises: NotTold."""
    notice = Notice(
        _("[%(shop)s] 试发一条", shop=_shop(config)),
        _("能看到这条，告警就送得到。"),
        f"{config['BASE_URL']}/console/",
    )
    _send(channel, notice, config, told_id=None)


def last_tries() -> Mapping[str, AlertChannel]:
    """How each channel's last try went, by name; those never tried are left out."""
    return {row.name: row for row in db.session.scalars(select(AlertChannel))}


def _send(channel: str, notice: Notice, config: Config, *, told_id: int | None) -> None:
    _setting, send = CHANNELS[channel]
    try:
        send(config, notice)
    except NotTold as error:
        logger.warning("alert not told", extra={"channel": channel, "problem": error.problem})
        _remember(channel, None, error.problem, error.detail)
        raise
    _remember(channel, told_id)


def _remember(channel: str, told_id: int | None, problem: str = "", detail: str = "") -> None:
    with transaction() as session:
        row = session.get(AlertChannel, channel) or AlertChannel(name=channel, told_id=0)
        row.tried_at, row.problem, row.detail = clock.now(), problem, detail
        row.told_id = max(row.told_id, told_id or 0)
        session.add(row)


def _shop(config: Config) -> str:
    return load_face(config["SHOP_NAME"]).name


def _write(alerts: Sequence[Alert], config: Config) -> Notice:
    lines = [
        f"· {say_alert(alert)}" + (f"（{alert.order_no}）" if alert.order_no else "") for alert in alerts
    ]
    if len(lines) > MOST_LINES:
        rest = len(lines) - MOST_LINES
        lines = [*lines[:MOST_LINES], counted("还有 %(n)s 件，见后台", rest)]
    title = counted("[%(shop)s] 有 %(n)s 件事需要人看一眼", len(alerts), shop=_shop(config))
    return Notice(title, "\n".join(lines), f"{config['BASE_URL']}/console/alerts")
