"""Logging in: name and password against the lock of the name and the limit of the network address.

Both are kept in the database, so they hold for all processes and machines together and outlive a restart.
Every refusal of a name and password says the same and takes as long, whether the name is unknown, the
password wrong, the user switched off or locked: nobody learns which names exist.
"""

import ipaddress
import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import ShopError
from app.staff import passwords
from app.staff.models import LoginTry, StaffUser
from app.staff.sessions import start_session

logger = logging.getLogger(__name__)

TRIES_BEFORE_LOCK = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
TRIES_PER_ADDRESS = 20
ADDRESS_WINDOW = timedelta(minutes=15)
TRIES_KEPT = timedelta(days=90)


class LoginRefused(ShopError):
    """Name and password do not open the console now."""

    code = "login_refused"
    http_status = 401


class TooManyTries(ShopError):
    """This network address has failed too often; `details["retry_after"]` is in seconds."""

    code = "too_many_tries"
    http_status = 429


class _Try(NamedTuple):
    id: int
    staff_id: int | None
    password_hash: str | None  # None: no such user, switched off, or locked


def log_in(username: str, password: str, *, address: str) -> str:
    """Check a name and password; returns the token of a new session. Opens its own transactions.

    Raises: LoginRefused, TooManyTries.
    """
    this_try = _count_try(username.strip(), _network_of(address))
    if not passwords.matches(this_try.password_hash, password) or this_try.staff_id is None:
        logger.warning("login refused", extra={"staff_id": this_try.staff_id})
        raise LoginRefused(_("用户名或密码不对"))
    fresh_hash = None
    if this_try.password_hash is not None and passwords.is_outdated(this_try.password_hash):
        fresh_hash = passwords.hash_password(password)
    token = _record_success(this_try, fresh_hash)
    logger.info("staff logged in", extra={"staff_id": this_try.staff_id})
    return token


def _count_try(username: str, network: str) -> _Try:
    """Write the try down as a failure before the password is looked at; success takes it back."""
    now = clock.now()
    with transaction() as session:
        _refuse_busy_address(network, now)
        user = session.scalars(
            select(StaffUser).where(StaffUser.username == username).with_for_update()
        ).first()
        row = LoginTry(at=now, address=network, staff_id=user.id if user else None)
        session.add(row)
        session.execute(delete(LoginTry).where(LoginTry.at < now - TRIES_KEPT))
        session.flush()
        if user is None or not user.is_active or _is_locked(user, now):
            return _Try(row.id, row.staff_id, None)
        user.failed_logins += 1
        user.locked_until = _lock_after(user.failed_logins, now)
        return _Try(row.id, user.id, user.password_hash)


def _refuse_busy_address(network: str, now: datetime) -> None:
    since = now - ADDRESS_WINDOW
    failures = db.session.scalar(
        select(func.count())
        .select_from(LoginTry)
        .where(LoginTry.address == network, LoginTry.at > since, LoginTry.succeeded.is_(False))
    )
    if failures is not None and failures >= TRIES_PER_ADDRESS:
        logger.warning("too many tries from one address")
        raise TooManyTries(_("尝试次数过多，请稍后再试"), retry_after=int(ADDRESS_WINDOW.total_seconds()))


def _is_locked(user: StaffUser, now: datetime) -> bool:
    return user.locked_until is not None and user.locked_until > now


def _lock_after(failures: int, now: datetime) -> datetime | None:
    """Each fifth failure in a row locks: 15 minutes, then twice as long each time, up to 4 hours."""
    rounds, rest = divmod(failures, TRIES_BEFORE_LOCK)
    if rest:
        return None
    return now + min(FIRST_LOCK * 2 ** min(rounds - 1, 10), LONGEST_LOCK)


def _record_success(this_try: _Try, fresh_hash: str | None) -> str:
    with transaction() as session:
        user = session.get_one(StaffUser, this_try.staff_id)
        if user.password_hash != this_try.password_hash or not user.is_active:
            raise LoginRefused(_("用户名或密码不对"))  # changed while we were looking
        user.failed_logins, user.locked_until, user.last_login_at = 0, None, clock.now()
        user.password_hash = fresh_hash or user.password_hash
        session.get_one(LoginTry, this_try.id).succeeded = True
        return start_session(user.id)


def _network_of(address: str) -> str:
    """The address itself, of IPv6 its /64: one line often owns that many addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
