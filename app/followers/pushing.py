"""Telling WeChat how followers stand here: who carries a tag, what they are called, who is on the blacklist.

Source: https://developers.weixin.qq.com/doc/service/api/usermanage/tags/api_batchtagging.html
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import PlatformError
from app.followers import pushes
from app.followers.models import Follower, FollowerTag, PushKind
from app.followers.pushes import Claim
from app.followers.tag_pushing import push_tag
from app.wechat.client import AccountClient
from app.wechat.platform_errors import wait_before_retry

logger = logging.getLogger(__name__)

# One of the list is meant: he left, he has too many tags, he is a stranger. Any other refusal means all of it.
ABOUT_ONE = (40003, 40031, 43004, 45059, 45171, 49003, 50005)
PER_CALL = {PushKind.TAG: 50, PushKind.REMARK: 20, PushKind.BLACKLIST: 20}  # remarks go one by one

Tell = Callable[[Sequence[Claim]], object]


class Telling:
    """One piece of work: the notes taken up, and how WeChat is told each part of them."""

    def __init__(self, kind: PushKind, tag_id: int) -> None:
        self.kind, self.tag_id = kind, tag_id
        self.must_wait = False

    def tell(self, claims: Sequence[Claim], call: Tell) -> None:
        """Tell WeChat; when it refuses a whole list, find out in halves whom it means."""
        if not claims:
            return
        if self.must_wait:
            self._settle(pushes.release, claims)
            return
        try:
            call(claims)
        except PlatformError as error:
            self._answer(error, claims, call)
        else:
            self._settle(pushes.cross_out, claims)

    def _answer(self, error: PlatformError, claims: Sequence[Claim], call: Tell) -> None:
        wait = wait_before_retry(error.errcode)
        if wait is not None:
            self.must_wait = True
            with transaction():
                pushes.release(claims, self.kind, self.tag_id)
                due_at = clock.now() + wait
                outbox.enqueue("push_followers", due_at=due_at, push=str(self.kind), tag_id=self.tag_id)
        elif len(claims) > 1 and error.errcode in ABOUT_ONE:
            middle = len(claims) // 2
            self.tell(claims[:middle], call)
            self.tell(claims[middle:], call)
        else:
            logger.warning("not taken by WeChat", extra={"push": self.kind, "errcode": error.errcode})
            with transaction():
                pushes.refuse(claims, self.kind, self.tag_id, reason=error.message)

    def _settle(
        self, step: Callable[[Sequence[Claim], PushKind, int], None], claims: Sequence[Claim]
    ) -> None:
        with transaction():
            step(claims, self.kind, self.tag_id)


def push_followers(client: AccountClient, push: str, tag_id: int) -> None:
    """Tell WeChat what is waiting, as much as one call takes; the rest follows in the next job."""
    kind = PushKind(push)
    wechat_tag = push_tag(client, tag_id) if kind == PushKind.TAG else None
    if kind == PushKind.TAG and wechat_tag is None:
        return
    with transaction():
        claims = pushes.claim(kind, tag_id, PER_CALL[kind])
        state = _read_state(kind, tag_id, claims)
    telling = Telling(kind, tag_id)
    if kind == PushKind.REMARK:
        for each in claims:
            telling.tell([each], lambda told: _send_remark(client, told[0], str(state[told[0].follower_id])))
    else:
        for is_on in (True, False):
            part = [each for each in claims if bool(state.get(each.follower_id)) is is_on]
            telling.tell(part, _sender(client, kind, is_on=is_on, wechat_tag=wechat_tag))
    if len(claims) == PER_CALL[kind] and not telling.must_wait:
        with transaction():
            outbox.enqueue("push_followers", push=push, tag_id=tag_id)


def _read_state(kind: PushKind, tag_id: int, claims: Sequence[Claim]) -> dict[int, Any]:
    """How it stands now: by follower, whether he carries the tag or is on the blacklist, or his remark."""
    ids = [each.follower_id for each in claims]
    if kind == PushKind.TAG:
        query = select(FollowerTag.follower_id).where(
            FollowerTag.tag_id == tag_id, FollowerTag.follower_id.in_(ids)
        )
        return dict.fromkeys(db.session.scalars(query), True)
    column = Follower.remark if kind == PushKind.REMARK else Follower.is_blacklisted
    return {
        row[0]: row[1] for row in db.session.execute(select(Follower.id, column).where(Follower.id.in_(ids)))
    }


def _sender(client: AccountClient, kind: PushKind, *, is_on: bool, wechat_tag: int | None) -> Tell:
    if kind == PushKind.TAG:
        path, more = ("batchtagging" if is_on else "batchuntagging"), {"tagid": wechat_tag}
    else:
        path, more = ("batchblacklist" if is_on else "batchunblacklist"), {}
    return lambda claims: client.post(
        f"tags/members/{path}", data={"openid_list": [each.openid for each in claims], **more}
    )


def _send_remark(client: AccountClient, claim: Claim, remark: str) -> object:
    return client.post("user/info/updateremark", data={"openid": claim.openid, "remark": remark})
