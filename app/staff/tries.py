"""Counting tries to log in, and what follows from the count: locks, and the limit of a network address.

A lock holds for one user on one device, or at one address if the device is not known: who merely knows a user's
name locks out himself alone. Only whoever has the password already can reach the second factor; its guesses are
counted for the user wherever they come from.
"""

import logging
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, update

from app.core import clock
from app.core.db import db
from app.core.errors import ShopError
from app.staff.clients import Client
from app.staff.models import LoginTry, Outcome

logger = logging.getLogger(__name__)

TRIES_BEFORE_LOCK = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
TRIES_PER_ADDRESS = 20
ADDRESS_WINDOW = timedelta(minutes=15)
CODES_PER_USER = 10
CODE_WINDOW = timedelta(hours=1)
TRIES_KEPT = timedelta(days=90)
COUNTED = (Outcome.WRONG, Outcome.WRONG_CODE)
REFUSED = (*COUNTED, Outcome.LOCKED, Outcome.FORGIVEN)


class TooManyTries(ShopError):
    """This network address has failed too often; `details["retry_after"]` is in seconds."""

    code = "too_many_tries"
    http_status = 429


def refuse_busy_address(client: Client) -> None:
    """Raises: TooManyTries."""
    query = select(func.count(LoginTry.id)).where(
        LoginTry.address == client.network,
        LoginTry.at > clock.now() - ADDRESS_WINDOW,
        LoginTry.outcome.in_(REFUSED),
    )
    if (db.session.scalar(query) or 0) >= TRIES_PER_ADDRESS:
        logger.warning("too many tries from one address")
        raise TooManyTries(_("尝试次数过多，请稍后再试"), retry_after=int(ADDRESS_WINDOW.total_seconds()))


def is_locked(staff_id: int, client: Client) -> bool:
    """Whether this user is locked for whoever asks from there. Each fifth failure in a row locks:

    15 minutes, then twice as long each time, up to 4 hours.
    """
    count, last = db.session.execute(
        select(func.count(LoginTry.id), func.max(LoginTry.at)).where(*_failures(staff_id, client))
    ).one()
    rounds, rest = divmod(count, TRIES_BEFORE_LOCK)
    if not rounds or rest:
        return False
    length: timedelta = min(FIRST_LOCK * 2 ** min(rounds - 1, 10), LONGEST_LOCK)
    return bool(last + length > clock.now())


def are_codes_locked(staff_id: int) -> bool:
    """Whether too many second factors were wrong of late, from anywhere."""
    query = select(func.count(LoginTry.id)).where(
        LoginTry.staff_id == staff_id,
        LoginTry.outcome == Outcome.WRONG_CODE,
        LoginTry.at > clock.now() - CODE_WINDOW,
    )
    return (db.session.scalar(query) or 0) >= CODES_PER_USER


def forgive(staff_id: int, client: Client | None = None) -> None:
    """Count from nothing again: at the place of a success, or everywhere. Joins an open transaction."""
    wrong = (
        _failures(staff_id, client)
        if client
        else (LoginTry.staff_id == staff_id, LoginTry.outcome.in_(COUNTED))
    )
    db.session.execute(update(LoginTry).where(*wrong).values(outcome=Outcome.FORGIVEN))


def list_tries(staff_id: int, limit: int = 20) -> list[LoginTry]:
    """The last ones of this user, newest first."""
    query = select(LoginTry).where(LoginTry.staff_id == staff_id)
    return list(db.session.scalars(query.order_by(LoginTry.id.desc()).limit(limit)))


def _failures(staff_id: int, client: Client) -> tuple[ColumnElement[bool], ...]:
    """Those in a row of this user on this device, or at this address without a known one."""
    device = client.device_for(staff_id)
    place = (
        LoginTry.device == device
        if device
        else (LoginTry.address == client.network) & (LoginTry.device == "")
    )
    return LoginTry.staff_id == staff_id, LoginTry.outcome.in_(COUNTED), place
