"""The background tasks about alerts, one thin function each; `tasks.py` takes them over."""

from flask import current_app

from app.alerts.service import close_by_itself, raise_alert
from app.alerts.telling import tell_alerts
from app.core.outbox import Handler


def _raise_alert(alert: str, ref: str, detail: str, order_no: str) -> None:
    raise_alert(alert, ref, detail=detail, order_no=order_no)


def _close_alert(alert: str, ref: str) -> None:
    close_by_itself(alert, ref)


def _tell_alerts(channel: str, alert_id: int) -> None:
    tell_alerts(channel, alert_id, current_app.config)


ALERT_HANDLERS: dict[str, Handler] = {
    "raise_alert": _raise_alert,
    "close_alert": _close_alert,
    "tell_alerts": _tell_alerts,
}
