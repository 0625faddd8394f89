"""What happens by itself: bills of days that are over, every day from the first on; one answer for each difference."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, select

from app.core import clock
from app.core.days import Days
from app.core.db import db
from app.payments.gateways.contract import Gateway
from app.reconciliation.closing import KEPT_DAYS, ready_at, reconcile
from app.reconciliation.models import BillDay

MOST_DAYS = 3  # in one turn: the timetable has other lines


def work_off(gateway: Gateway, folder: Path) -> int:
    """Reconcile the days that are due, the oldest first; how many there were."""
    days = due_days(gateway.name)[:MOST_DAYS]
    for day in days:
        reconcile(day, gateway=gateway, folder=folder)
    return len(days)


def due_days(gateway_name: str) -> Sequence[date]:
    """Days whose bill may be had and was not fetched: from the first that was ever asked for, else from yesterday."""
    mine = BillDay.gateway == gateway_name
    now, yesterday = clock.now(), clock.today() - timedelta(days=1)
    first = db.session.scalar(select(func.min(BillDay.day)).where(mine)) or yesterday
    oldest = max(first, clock.today() - timedelta(days=KEPT_DAYS))
    if oldest > yesterday:
        return []
    rows = db.session.execute(select(BillDay.day, BillDay.next_try_at).where(mine, BillDay.day >= oldest))
    next_tries = dict(rows.all())
    return [
        day
        for day in Days(oldest, yesterday)
        if ready_at(day) <= now and (day not in next_tries or ((at := next_tries[day]) and at <= now))
    ]
