"""Deleting what is personal, when WeChat or the follower himself wants it gone. Orders stay: goods were delivered.

How he came (source, scene) and how often he followed stay as statistics that name nobody.
Source: https://developers.weixin.qq.com/doc/service/guide/product/privacy/authorization_change.html
"""

import logging
from typing import Literal

from sqlalchemy import delete, select

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.states import record_event
from app.followers import pushes
from app.followers.app_customers import forget_customer
from app.followers.models import Address, Follower, FollowerTag, PushKind

logger = logging.getLogger(__name__)

What = Literal["everything", "profile", "addresses", "location"]

CAUSE = "erased"
UNSUBSCRIBED = "unsubscribe"  # the cause: void when he has come back since
# What user_authorization_revoke may name. Whatever else it names, everything goes.
_REVOKED: dict[str, What] = {"201": "addresses", "205": "profile", "206": "location"}


def what_is_revoked(code: str) -> What:
    """What has to go when WeChat's RevokeInfo says `code`."""
    return _REVOKED.get(code.strip(), "everything")


def erase(openid: str, *, cause: str, what: What) -> bool:
    """Delete his personal data here at once; cart, messages and files follow by a job of the same transaction.

    Returns False when there was nothing to delete. Opens a transaction or joins one.
    """
    with transaction() as session:
        follower = session.scalars(select(Follower).where(Follower.openid == openid)).one_or_none()
        if follower is None or (cause == UNSUBSCRIBED and follower.is_subscribed):
            return False
        outbox.enqueue(
            "forget_follower",
            follower_id=follower.id,
            what=what,
            until=int(clock.now().timestamp()),
            avatar=follower.avatar_file if what in ("everything", "profile") else "",
        )
        if not _delete(follower, what):
            return False
        record_event(follower, new="", cause=CAUSE, actor="", reason=cause, what=what)
    logger.info("personal data erased", extra={"openid": openid, "what": what, "cause": cause})
    return True


def _delete(follower: Follower, what: What) -> bool:
    changed = what == "location"
    if what in ("everything", "addresses"):
        his = delete(Address).where(Address.follower_id == follower.id)
        changed |= db.session.execute(his).rowcount > 0  # type: ignore[attr-defined]
    if what in ("everything", "profile"):
        changed |= bool(follower.nickname or follower.avatar_url or follower.avatar_file)
        follower.nickname = follower.avatar_url = follower.avatar_file = ""
    if what == "everything":
        changed |= follower.erased_at is None or bool(follower.remark or follower.unionid)
        changed |= _clear_merchants_notes(follower)
        forget_customer(follower.id)
        follower.unionid, follower.erased_at = "", clock.now()
    return changed


def _clear_merchants_notes(follower: Follower) -> bool:
    """Tags off and remark gone; WeChat is told where he still follows, and has forgotten them where not."""
    carried = FollowerTag.follower_id == follower.id
    tag_ids = db.session.scalars(select(FollowerTag.tag_id).where(carried)).all()
    db.session.execute(delete(FollowerTag).where(carried))
    had_remark, follower.remark = bool(follower.remark), ""
    pushes.forget_pushes(follower.id)
    db.session.flush()
    for tag_id in tag_ids:
        pushes.note([follower.id], PushKind.TAG, tag_id)
    if had_remark:
        pushes.note([follower.id], PushKind.REMARK)
    return bool(tag_ids)
