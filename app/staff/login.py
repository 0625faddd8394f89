"""Logging in: name and password, then the second factor of who has one, against the locks of `tries`.

All is kept in the database, so it holds for all processes and machines together and outlives a restart.
Every refusal of a name and password says the same and takes as long, whether the name is unknown, the
password wrong, the user switched off or locked: nobody learns which names exist.
"""

import logging
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import delete, select

from app.core import clock
from app.core.db import db, lock, transaction
from app.core.errors import ShopError
from app.staff import passwords, second_factor, tries
from app.staff.clients import LONGEST_AGENT, Client
from app.staff.models import LoginTry, Outcome, StaffUser
from app.staff.sessions import end_session, find_waiting, start_session

logger = logging.getLogger(__name__)


class LoginRefused(ShopError):
    """Name and password, or the second factor, do not open the console now."""

    code = "login_refused"
    http_status = 401


class Entry(NamedTuple):
    """A session has begun: `token` is for the cookie. With `needs_code` it opens nothing yet."""

    token: str
    staff_id: int
    needs_code: bool


class _Try(NamedTuple):
    id: int
    staff_id: int | None
    password_hash: str | None  # None: no such user, switched off, or locked


def log_in(username: str, password: str, client: Client) -> Entry:
    """Check a name and password. Opens its own transactions. Raises: LoginRefused, TooManyTries."""
    this_try = _count_try(username.strip(), client)
    if not passwords.matches(this_try.password_hash, password) or this_try.staff_id is None:
        logger.warning("login refused", extra={"staff_id": this_try.staff_id})
        raise LoginRefused(_("用户名或密码不对"))
    fresh_hash = None
    if this_try.password_hash is not None and passwords.is_outdated(this_try.password_hash):
        fresh_hash = passwords.hash_password(password)
    with transaction() as session:
        user = session.get_one(StaffUser, this_try.staff_id)
        if user.password_hash != this_try.password_hash or not user.is_active:
            raise LoginRefused(_("用户名或密码不对"))  # changed while we were looking
        user.password_hash = fresh_hash or user.password_hash
        row = session.get_one(LoginTry, this_try.id)
        if user.totp_since is None:
            return _let_in(user, row, client)
        row.outcome = Outcome.HALF
        return Entry(start_session(user.id, client, is_waiting=True), user.id, needs_code=True)


def enter_code(token: str, code: str, client: Client) -> Entry:
    """Check the second factor of a login that waits for it. Opens a transaction. Raises: LoginRefused, TooManyTries."""
    with transaction():
        tries.refuse_busy_address(client)
        waiting = find_waiting(token)
        if waiting is None:
            raise LoginRefused(_("这次登录等得太久了，请重新输入密码。"), over=True)
        user = waiting.staff
        lock(user)
        locked = tries.is_locked(user.id, client) or tries.are_codes_locked(user.id)
        row = _write_down(user.id, client)
        if locked:
            row.outcome = Outcome.LOCKED
            trouble = _("输错的次数太多，请过一会儿再试。")
        elif second_factor.uses_up(user, code):
            end_session(waiting.id)
            return _let_in(user, row, client)
        else:
            row.outcome = Outcome.WRONG_CODE
            trouble = _("验证码不对，或者已经用过了。请等应用显示下一个再试。")
    logger.warning("second factor refused", extra={"staff_id": user.id})
    raise LoginRefused(trouble)


def _count_try(username: str, client: Client) -> _Try:
    """Write the try down as a failure before the password is looked at; success takes it back."""
    with transaction() as session:
        tries.refuse_busy_address(client)
        user = session.scalars(select(StaffUser).where(StaffUser.username == username)).first()
        if user is None:
            return _Try(_write_down(None, client).id, None, None)
        lock(user)
        locked = tries.is_locked(user.id, client)
        row = _write_down(user.id, client)
        if not user.is_active or locked:
            row.outcome = Outcome.LOCKED
            return _Try(row.id, user.id, None)
        return _Try(row.id, user.id, user.password_hash)


def _write_down(staff_id: int | None, client: Client) -> LoginTry:
    row = LoginTry(
        at=clock.now(),
        address=client.network,
        device=client.device_for(staff_id) if staff_id else "",
        agent=client.agent[:LONGEST_AGENT] if staff_id else "",
        staff_id=staff_id,
        outcome=Outcome.WRONG,
    )
    db.session.add(row)
    db.session.execute(delete(LoginTry).where(LoginTry.at < clock.now() - tries.TRIES_KEPT))
    db.session.flush()
    return row


def _let_in(user: StaffUser, row: LoginTry, client: Client) -> Entry:
    row.outcome, user.last_login_at = Outcome.SUCCEEDED, clock.now()
    db.session.flush()
    tries.forgive(user.id, client)
    logger.info("staff logged in", extra={"staff_id": user.id})
    return Entry(start_session(user.id, client), user.id, needs_code=False)
