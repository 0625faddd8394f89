"""The people of the console: added with a first password, given a role, switched off and on, helped back in.

Nobody does any of it to himself, nor to somebody who may do more than he (`roles.require_cover`). Nobody is ever
deleted: histories name him. So one owner always remains: only an owner can put another one out, and he is locked
with him meanwhile, so that two cannot put each other out at once.
"""

import re
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound
from app.staff import passwords, second_factor
from app.staff.models import StaffRole, StaffUser
from app.staff.rights import BUILT_IN
from app.staff.roles import Forbidden, get_role, require_cover
from app.staff.service import set_password
from app.staff.sessions import StaffMember, end_all_sessions

_USERNAME = re.compile(r"[\w.-]{2,40}")


def list_people() -> Sequence[StaffUser]:
    """Who may open the console, then who no longer may; by name."""
    return db.session.scalars(
        select(StaffUser).order_by(StaffUser.is_active.desc(), StaffUser.username)
    ).all()


def get_person(staff_id: int) -> StaffUser:
    """Raises: NotFound."""
    user = db.session.get(StaffUser, staff_id)
    if user is None:
        raise NotFound(_("没有这个用户"))
    return user


def add_person(giver: StaffMember, username: str, role: str) -> tuple[int, str]:
    """Returns his id and first password, shown this once. Opens a transaction. Raises: InputInvalid, Forbidden."""
    username = username.strip()
    if not _USERNAME.fullmatch(username):
        raise InputInvalid(_("用户名要 2 到 40 个字，只能有文字、数字、点、减号和下划线。"))
    password = passwords.new_password()
    password_hash = passwords.hash_password(password)
    try:
        with transaction() as session:
            _require_role(giver, role)
            _refuse_same_name(username)
            row = StaffUser(
                username=username, password_hash=password_hash, role=role, must_change_password=True
            )
            session.add(row)
            session.flush()
            audit.record(
                actor=giver.actor, action="person.added", subject=_subject(row), after={"role": role}
            )
            return row.id, password
    except IntegrityError:
        raise InputInvalid(_("已经有人用这个用户名了。")) from None


def give_role(giver: StaffMember, staff_id: int, role: str) -> None:
    """Give him another role; it counts at once. Opens a transaction. Raises: NotFound, InputInvalid, Forbidden."""
    with transaction():
        user = _take(giver, staff_id)
        _require_role(giver, role)
        before = user.role
        if before == role:
            return
        user.role = role
        was, becomes = {"role": before}, {"role": role}
        audit.record(
            actor=giver.actor, action="person.role", subject=_subject(user), before=was, after=becomes
        )


def switch_off(giver: StaffMember, staff_id: int) -> None:
    """Let him in no more, and end his sessions; a repeat changes nothing. Opens a transaction."""
    with transaction():
        user = _take(giver, staff_id)
        if user.is_active:
            user.is_active = False
            audit.record(actor=giver.actor, action="person.switched_off", subject=_subject(user))
        end_all_sessions(user.id)


def switch_on(giver: StaffMember, staff_id: int) -> None:
    """Let him in again; a repeat changes nothing. Opens a transaction."""
    with transaction():
        user = _take(giver, staff_id)
        if not user.is_active:
            user.is_active = True
            audit.record(actor=giver.actor, action="person.switched_on", subject=_subject(user))


def reset_password(giver: StaffMember, staff_id: int) -> str:
    """A new random password, to be changed at the next login; ends his sessions. Opens a transaction."""
    password = passwords.new_password()
    password_hash = passwords.hash_password(password)
    with transaction():
        user = _take(giver, staff_id)
        set_password(user, password_hash)
        user.must_change_password = True
        audit.record(actor=giver.actor, action="person.password_reset", subject=_subject(user))
    return password


def end_sessions(giver: StaffMember, staff_id: int) -> None:
    """Log him out everywhere. Opens a transaction."""
    with transaction():
        user = _take(giver, staff_id)
        end_all_sessions(user.id)
        audit.record(actor=giver.actor, action="person.logged_out", subject=_subject(user))


def remove_second_factor(giver: StaffMember, staff_id: int) -> None:
    """For who has lost phone and recovery codes; a repeat changes nothing. Opens a transaction."""
    with transaction():
        user = _take(giver, staff_id)
        if user.totp_since is not None:
            audit.record(actor=giver.actor, action="person.second_factor_removed", subject=_subject(user))
        second_factor.take_away(user)


def _take(giver: StaffMember, staff_id: int) -> StaffUser:
    """His row, locked, if the giver may change it. Raises: NotFound, Forbidden."""
    user, asker = get_person(staff_id), get_person(giver.id)
    if user is asker:
        raise Forbidden(_("自己的账号请在“我的账号”里改；角色和停用要请别的店主来做。"))
    for row in sorted((user, asker), key=lambda each: each.id):  # never in a circle
        lock(row)
    if not asker.is_active or asker.role != giver.role:
        raise Forbidden(_("您的账号刚刚被改过，请重新登录。"))
    require_cover(giver, get_role(user.role))
    return user


def _require_role(giver: StaffMember, role: str) -> None:
    own = select(StaffRole.id).where(StaffRole.key == role)
    if role not in BUILT_IN and db.session.scalars(own).first() is None:
        raise InputInvalid(_("没有这个角色"))
    require_cover(giver, get_role(role))


def _subject(user: StaffUser) -> str:
    return f"staff:{user.id}"


def _refuse_same_name(username: str) -> None:
    same = select(StaffUser.id).where(func.lower(StaffUser.username) == username.lower())
    if db.session.scalars(same).first() is not None:
        raise InputInvalid(_("已经有人用这个用户名了。"))
