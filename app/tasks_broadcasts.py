"""The background tasks about broadcasts, one thin function each; `tasks.py` takes them over."""

import time

from app.broadcasts.gathering import find_gathering, gather_more, start_due
from app.broadcasts.unclear import clear_up
from app.wechat.account import get_account

GATHER_SECONDS = 2  # of one turn: what is left comes with the next


def gather_broadcasts() -> None:
    """Begin what is due, and write down who gets it."""
    start_due()
    until = time.monotonic() + GATHER_SECONDS
    for broadcast_id in find_gathering():
        while time.monotonic() < until and gather_more(broadcast_id):
            pass


def clear_up_broadcasts() -> None:
    """Find out what became of messages nobody knows of."""
    clear_up(get_account().client)
