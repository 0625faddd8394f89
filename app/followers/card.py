"""What the merchant keeps about one follower: remark, blacklist; and looking at his addresses."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.core.states import StateEvent, record_event
from app.followers import addresses, profiles, pushes
from app.followers.models import Address, Follower, FollowerTag, PushKind
from app.followers.names import tame
from app.followers.service import get_by_id
from app.wechat.client import AccountClient

MAX_REMARK_BYTES = 29  # WeChat: fewer than 30

REMARKED = "remarked"
BLACKLISTED, UNBLACKLISTED = "blacklisted", "unblacklisted"


def set_remark(follower_id: int, remark: str, *, actor: str) -> None:
    """Name him for yourself; empty takes the name away. Opens a transaction. Raises: NotFound, InputInvalid."""
    remark = tame(remark, limit=1000)
    if len(remark.encode()) > MAX_REMARK_BYTES:
        raise InputInvalid(_("备注名最长 29 个字节：一个汉字算 3 个，最多 9 个汉字"))
    with transaction():
        follower = get_by_id(follower_id)
        if follower.remark == remark:
            return
        follower.remark = remark
        record_event(follower, new="", cause=REMARKED, actor=actor)
        pushes.note([follower_id], PushKind.REMARK)


def set_blacklisted(follower_id: int, wanted: bool, *, actor: str) -> None:
    """Put him on the blacklist or take him off it. Opens a transaction. Raises: NotFound."""
    with transaction():
        follower = get_by_id(follower_id)
        if follower.is_blacklisted == wanted:
            return
        follower.is_blacklisted, follower.blacklisted_at = wanted, clock.now() if wanted else None
        record_event(follower, new="", cause=BLACKLISTED if wanted else UNBLACKLISTED, actor=actor)
        pushes.note([follower_id], PushKind.BLACKLIST)


def disclose_addresses(follower_id: int, *, actor: str) -> Sequence[Address]:
    """Write down who asked for the full addresses, then hand them out. Opens a transaction. Raises: NotFound."""
    with transaction():
        follower = get_by_id(follower_id)
        audit.record(actor=actor, action="follower.addresses_shown", subject=audit_subject(follower))
    return addresses.list_own(follower_id)


def audit_subject(follower: Follower) -> str:
    """How the audit log calls him."""
    return f"follower:{follower.id}"


def refresh(client: AccountClient, follower_id: int) -> None:
    """Ask WeChat about him now. Raises: NotFound, PlatformError, PlatformUnreachable."""
    openid, asked_at = get_by_id(follower_id).openid, clock.now()
    found = profiles.fetch_profiles(client, [openid])
    with transaction():
        profiles.keep_profiles(found, asked_at)


def history_of(follower_id: int, limit: int = 50) -> Sequence[StateEvent]:
    """What was done about him, the newest first."""
    his = (StateEvent.subject == Follower.__tablename__) & (StateEvent.subject_id == follower_id)
    return db.session.scalars(select(StateEvent).where(his).order_by(StateEvent.id.desc()).limit(limit)).all()


def tag_origins(follower_id: int) -> dict[int, FollowerTag]:
    """Since when and by whom he carries each tag: by the tag's number."""
    query = select(FollowerTag).where(FollowerTag.follower_id == follower_id)
    return {row.tag_id: row for row in db.session.scalars(query)}
