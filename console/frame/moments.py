"""Moments as the merchant reads them: Beijing time, the year only when it is another one."""

from datetime import datetime

from app.core import clock


def moment(at: datetime) -> str:
    """`11-21 14:05`."""
    local = at.astimezone(clock.BEIJING)
    return f"{local:%m-%d %H:%M}" if local.year == clock.today().year else f"{local:%Y-%m-%d %H:%M}"


def full_moment(at: datetime) -> str:
    """`2026-11-21 14:05:33`."""
    return f"{at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}"


def short_moment(at: datetime) -> str:
    """`14:05` of today, else `11-21`: for narrow lists."""
    local = at.astimezone(clock.BEIJING)
    return f"{local:%H:%M}" if local.date() == clock.today() else f"{local:%m-%d}"
