"""Who wants no product messages (接收商品消息): set by the follower himself or by the merchant for him."""

from flask_babel import gettext as _
from sqlalchemy import delete

from app.broadcasts.models import BroadcastOptOut
from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.insert_once import insert_once
from app.followers.models import Follower

BY_HIMSELF = "follower"


def is_opted_out(follower_id: int) -> bool:
    """Whether he gets none."""
    return db.session.get(BroadcastOptOut, follower_id) is not None


def set_opted_out(follower_id: int, is_out: bool, *, by: str = BY_HIMSELF) -> None:
    """Said twice it is the same. What a person of the shop does is recorded. Opens a transaction.

    Raises: NotFound.
    """
    with transaction() as session:
        if session.get(Follower, follower_id) is None:
            raise NotFound(_("没有这位粉丝"))
        if is_out:
            changed = insert_once(BroadcastOptOut, follower_id=follower_id, at=clock.now(), by=by)
        else:
            gone = delete(BroadcastOptOut).where(BroadcastOptOut.follower_id == follower_id)
            changed = bool(session.execute(gone).rowcount)  # type: ignore[attr-defined]
        if changed and by != BY_HIMSELF:
            _record(follower_id, is_out, by)


def _record(follower_id: int, is_out: bool, by: str) -> None:
    subject = f"follower:{follower_id}"
    if is_out:
        audit.record(actor=by, action="follower.opted_out", subject=subject)
    else:
        audit.record(actor=by, action="follower.opted_in", subject=subject)
