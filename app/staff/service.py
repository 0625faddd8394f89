"""Console users: the first owner, passwords, names. Logging in is in `login`, sessions are in `sessions`."""

import logging

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.staff import passwords
from app.staff.models import StaffUser
from app.staff.rights import OWNER
from app.staff.sessions import StaffMember, end_all_sessions
from app.staff.tries import forgive

logger = logging.getLogger(__name__)


class PasswordWrong(InputInvalid):
    """The present password, asked for before a change, is not the right one."""

    code = "password_wrong"


def create_owner_if_missing(username: str = "owner", *, may_keep_password: bool = False) -> str | None:
    """Create the first owner; returns the random password, never to be seen again, or None when there is one.

    It is to be changed at the first login, since a screen, a log or a script has seen it. Opens a transaction.
    """
    password = passwords.new_password()
    row = StaffUser(
        username=username,
        password_hash=passwords.hash_password(password),
        must_change_password=not may_keep_password,
        role=OWNER,
    )
    try:
        with transaction() as session:
            if session.scalars(select(StaffUser.id).where(StaffUser.role == OWNER)).first() is not None:
                return None
            session.add(row)
            session.flush()
            subject = f"staff:{row.id}"
            audit.record(actor=audit.COMMAND, action="person.added", subject=subject, after={"role": OWNER})
    except IntegrityError:  # another process was quicker
        return None
    logger.info("owner created")
    return password


def reset_password(username: str) -> str:
    """Give a user a new random password, to be changed at the next login; unlock him and end his sessions.

    Returns the password. Opens a transaction. Raises: NotFound.
    """
    password = passwords.new_password()
    password_hash = passwords.hash_password(password)
    with transaction() as session:
        user = session.scalars(select(StaffUser).where(StaffUser.username == username)).first()
        if user is None:
            raise NotFound(_("没有这个用户"))
        set_password(user, password_hash)
        user.must_change_password = True
        audit.record(actor=audit.COMMAND, action="person.password_reset", subject=f"staff:{user.id}")
        staff_id = user.id
    logger.info("password reset", extra={"staff_id": staff_id})
    return password


def set_password(user: StaffUser, password_hash: str) -> None:
    """A password from outside: unlocks everywhere and ends every session. Joins an open transaction."""
    user.password_hash = password_hash
    forgive(user.id)
    end_all_sessions(user.id)


def change_password(member: StaffMember, *, present: str, new: str) -> None:
    """Change the own password and end every other session. Opens a transaction.

    Raises: PasswordWrong, PasswordTooWeak.
    """
    passwords.check_rules(new, username=member.username)
    if present == new:
        raise passwords.PasswordTooWeak("password_unchanged", _("新密码和现在的一样"))
    old_hash = db.session.get_one(StaffUser, member.id).password_hash
    if not passwords.matches(old_hash, present):
        raise PasswordWrong(_("现在的密码不对"))
    new_hash = passwords.hash_password(new)
    with transaction() as session:
        user = session.get_one(StaffUser, member.id)
        if user.password_hash != old_hash:
            raise PasswordWrong(_("密码刚刚在别处改过"))
        user.password_hash, user.must_change_password = new_hash, False
        audit.record(actor=member.actor, action="account.password_changed", subject=member.actor)
        end_all_sessions(member.id, but=member.session_id)
    logger.info("password changed", extra={"staff_id": member.id})


def find_usernames() -> dict[str, str]:
    """The name behind every `staff:<id>`, for histories."""
    return {f"staff:{row.id}": row.username for row in db.session.scalars(select(StaffUser))}


def find_owner_names() -> list[str]:
    """The names of those who may do everything, in order."""
    query = select(StaffUser.username).where(StaffUser.role == OWNER, StaffUser.is_active)
    return list(db.session.scalars(query.order_by(StaffUser.username)))
