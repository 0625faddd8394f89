"""How far the figures of a day can be trusted."""

from datetime import date
from enum import StrEnum

from app.core import clock


class Standing(StrEnum):
    PROVISIONAL = "provisional"  # the day is not over
    CLOSED = "closed"  # counted from orders and payments; not compared with WeChat Pay's bill


def standing_of(day: date) -> Standing:
    """Of a Beijing day."""
    return Standing.CLOSED if day < clock.today() else Standing.PROVISIONAL
