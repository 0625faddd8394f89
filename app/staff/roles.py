"""Roles: four built-in ones and the merchant's own; what each may do, and up to how much it may refund.

The rights of the built-in ones stand beside the pages (`rights`), so they grow with the shop; of these only the
refund limit can be set. Nobody can give what he has not himself: `require_cover` is that rule, for roles and people.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import audit
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound, ShopError
from app.core.ids import new_code
from app.core.insert_once import insert_once
from app.core.money import format_yuan
from app.staff.models import StaffRole, StaffUser
from app.staff.rights import BUILT_IN, FINANCE, OPERATOR, OWNER, SERVICE, get_catalogue
from app.staff.sessions import StaffMember

logger = logging.getLogger(__name__)

FIRST_LIMITS = {OPERATOR: 20_000, SERVICE: 5_000, FINANCE: 100_000}  # fen
HIGHEST_LIMIT = 100_000_000  # fen
LONGEST_NAME = 20


class Forbidden(ShopError):
    """The asker must not do this."""

    code = "forbidden"
    http_status = 403


class RefundOverLimit(Forbidden):
    """The refund is larger than the role of the asker allows; `details["limit_fen"]`."""

    code = "refund_over_limit"


@dataclass(frozen=True, slots=True)
class Role:
    """What a person may do. `name` is empty for built-in roles, which the door names."""

    key: str
    name: str
    rights: frozenset[str]
    refund_limit_fen: int | None  # None: without limit
    mark: int = 0  # counts the changes
    id: int = 0  # of an own role

    @property
    def is_owner(self) -> bool:
        """Whether this is the role that may do everything."""
        return self.key == OWNER

    def may_open(self, endpoint: str) -> bool:
        """Whether it may do what is behind this endpoint."""
        known = get_catalogue()
        if self.is_owner or endpoint in known.free:
            return True
        return any(right.name in self.rights for right in known.that_open(endpoint))

    def covers(self, other: "Role") -> bool:
        """Whether `other` has nothing that this role has not."""
        if self.is_owner:
            return True
        mine, theirs = self.refund_limit_fen or 0, other.refund_limit_fen
        return not other.is_owner and other.rights <= self.rights and theirs is not None and theirs <= mine


def get_role(key: str) -> Role:
    """The role behind a user's key. Of a key that nobody knows it is a role without any right."""
    row = db.session.scalars(select(StaffRole).where(StaffRole.key == key)).first()
    if key in BUILT_IN:
        limit = None if key == OWNER else (row.refund_limit_fen if row else FIRST_LIMITS[key])
        return Role(key, "", get_catalogue().of_built_in(key), limit, row.mark if row else 0)
    return _own(row) if row else Role(key, key, frozenset(), 0)


def list_roles() -> list[Role]:
    """The built-in ones, then the own ones by name."""
    own = db.session.scalars(
        select(StaffRole).where(StaffRole.key.not_in(BUILT_IN)).order_by(StaffRole.name, StaffRole.id)
    )
    return [*map(get_role, BUILT_IN), *map(_own, own)]


def get_own_role(role_id: int) -> Role:
    """One of the merchant's own roles. Raises: NotFound."""
    row = db.session.get(StaffRole, role_id)
    if row is None or row.key in BUILT_IN:
        raise NotFound(_("没有这个角色"))
    return _own(row)


def count_people() -> dict[str, int]:
    """How many people have each role, by key."""
    rows = db.session.execute(select(StaffUser.role, func.count()).group_by(StaffUser.role))
    return {row[0]: row[1] for row in rows}


def add_role(giver: StaffMember, name: str, rights: Iterable[str], refund_limit_fen: int) -> int:
    """A new role; returns its id. Opens a transaction. Raises: InputInvalid, Forbidden."""
    wanted = _checked(Role("", name, frozenset(rights), refund_limit_fen))
    with transaction() as session:
        require_cover(giver, wanted)
        _refuse_same_name(wanted.name, but=0)
        row = StaffRole(
            key=f"own-{new_code()}",
            name=wanted.name,
            rights=sorted(wanted.rights),
            refund_limit_fen=refund_limit_fen,
        )
        session.add(row)
        session.flush()
        audit.record(actor=giver.actor, action="role.added", subject=f"role:{row.key}", after=_told(row))
        return row.id


def change_role(giver: StaffMember, role_id: int, wanted: Role) -> None:
    """Give an own role these rights; `wanted.mark` is the one that was seen. Opens a transaction.

    Raises: NotFound, InputInvalid, Forbidden.
    """
    wanted = _checked(wanted)
    with transaction() as session:
        row = session.get(StaffRole, role_id)
        if row is None or row.key in BUILT_IN:
            raise NotFound(_("没有这个角色"))
        lock(row)
        if row.mark != wanted.mark:
            raise InputInvalid(_("这个角色刚被别人改过。请核对后再保存一次。"), mark=row.mark)
        _require_other(giver, row.key)
        require_cover(giver, _own(row), wanted)
        _refuse_same_name(wanted.name, but=row.id)
        before = _told(row)
        row.name, row.rights, row.mark = wanted.name, sorted(wanted.rights), row.mark + 1
        row.refund_limit_fen = wanted.refund_limit_fen or 0
        audit.record(
            actor=giver.actor,
            action="role.changed",
            subject=f"role:{row.key}",
            before=before,
            after=_told(row),
        )


def set_refund_limit(giver: StaffMember, key: str, refund_limit_fen: int) -> None:
    """How much a built-in role may refund at once, in fen. Opens a transaction. Raises: InputInvalid, Forbidden."""
    if key not in FIRST_LIMITS:
        raise NotFound(_("没有这个角色"))
    _check_limit(refund_limit_fen)
    with transaction() as session:
        _require_other(giver, key)
        old = get_role(key)
        require_cover(giver, Role(key, "", old.rights, refund_limit_fen), old)
        insert_once(StaffRole, key=key, name="", rights=[], refund_limit_fen=FIRST_LIMITS[key], mark=1)
        row = session.scalars(select(StaffRole).where(StaffRole.key == key)).one()
        row.refund_limit_fen, row.mark = refund_limit_fen, row.mark + 1
        audit.record(
            actor=giver.actor,
            action="role.refund_limit",
            subject=f"role:{key}",
            before={"refund_limit_fen": old.refund_limit_fen},
            after={"refund_limit_fen": refund_limit_fen},
        )


def remove_role(giver: StaffMember, role_id: int) -> None:
    """Take an own role away; a repeat changes nothing. Opens a transaction. Raises: InputInvalid, Forbidden."""
    with transaction() as session:
        row = session.get(StaffRole, role_id)
        if row is None or row.key in BUILT_IN:
            return
        lock(row)
        require_cover(giver, _own(row))
        if count_people().get(row.key):
            raise InputInvalid(_("还有人用着这个角色。请先给他们换一个角色。"))
        audit.record(actor=giver.actor, action="role.removed", subject=f"role:{row.key}", before=_told(row))
        session.delete(row)


def require_cover(giver: StaffMember, *roles: Role) -> None:
    """Raises: Forbidden when one of `roles` has something that the giver has not himself."""
    mine = get_role(giver.role)
    if not all(mine.covers(role) for role in roles):
        raise Forbidden(_("不能给出或改动自己没有的权限。"))


def check_refund_limit(member: StaffMember, amount_fen: int) -> None:
    """Raises: RefundOverLimit when this member may not refund so much at once, in fen."""
    limit_fen = get_role(member.role).refund_limit_fen
    if limit_fen is not None and amount_fen > limit_fen:
        words = _(
            "这笔退款超过了您的角色一次可退的 ¥%(limit)s，请找权限更高的人。", limit=format_yuan(limit_fen)
        )
        raise RefundOverLimit(words, limit_fen=limit_fen)


def _require_other(giver: StaffMember, key: str) -> None:
    if giver.role == key:
        raise Forbidden(_("不能改动自己的角色。"))


def _own(row: StaffRole) -> Role:
    known = get_catalogue().names
    return Role(row.key, row.name, frozenset(row.rights) & known, row.refund_limit_fen, row.mark, row.id)


def _told(row: StaffRole) -> dict[str, object]:
    """What the audit log keeps of a role."""
    return {"name": row.name, "rights": list(row.rights), "refund_limit_fen": row.refund_limit_fen}


def _checked(wanted: Role) -> Role:
    name = " ".join(wanted.name.split())
    if not name:
        raise InputInvalid(_("请给角色起个名字。"))
    if len(name) > LONGEST_NAME:
        raise InputInvalid(_("角色名最多 %(most)s 个字。", most=LONGEST_NAME))
    _check_limit(wanted.refund_limit_fen or 0)
    rights = wanted.rights & get_catalogue().names
    return Role(wanted.key, name, rights, wanted.refund_limit_fen, wanted.mark, wanted.id)


def _check_limit(refund_limit_fen: int) -> None:
    if not 0 <= refund_limit_fen <= HIGHEST_LIMIT:
        raise InputInvalid(_("退款上限要在 0 到 1,000,000 元之间。"))


def _refuse_same_name(name: str, *, but: int) -> None:
    same = select(StaffRole.id).where(StaffRole.name == name, StaffRole.id != but)
    if db.session.scalars(same).first() is not None:
        raise InputInvalid(_("已经有一个叫“%(name)s”的角色。", name=name))
