"""What WeChat says about its followers: when and how they came, remark and tags. Names it does not tell.

Source: https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_batchuserinfo.html
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import PlatformError
from app.core.insert_once import insert_rows
from app.followers import pushes
from app.followers.erasure import UNSUBSCRIBED, erase
from app.followers.models import Follower, FollowerTag, PushKind, Tag
from app.followers.names import fit
from app.wechat.client import AccountClient
from app.wechat.platform_errors import wait_before_retry

logger = logging.getLogger(__name__)

PER_CALL = 100
UNKNOWN_OPENID = (40003, 40031, 40032, 49003)
WECHAT = "wechat"  # the origin of a tag that was put on there

_FIRST_TAG_OF_OURS = 100  # smaller ones are WeChat's own groups; which of them a list names differs


@dataclass(frozen=True, slots=True)
class Profile:
    """One follower as WeChat describes him; when he does not follow, only that is known."""

    openid: str
    is_subscribed: bool
    subscribed_at: datetime | None = None
    remark: str = ""
    unionid: str = ""
    source: str = ""
    scene: str = ""
    tag_ids: tuple[int, ...] = ()  # theirs


def fetch_profiles(client: AccountClient, openids: Sequence[str]) -> list[Profile]:
    """Ask about up to 100 at once. Whom WeChat does not know counts as one who does not follow.

    Raises: PlatformError, PlatformUnreachable.
    """
    if not openids:
        return []
    body = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in openids]}
    try:
        rows = client.post("user/info/batchget", data=body).get("user_info_list")
    except PlatformError as error:
        if error.errcode not in UNKNOWN_OPENID:
            raise
        if len(openids) == 1:
            return [Profile(openids[0], is_subscribed=False)]
        middle = len(openids) // 2
        return fetch_profiles(client, openids[:middle]) + fetch_profiles(client, openids[middle:])
    wanted = set(openids)
    read = [read_profile(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [profile for profile in read if profile.openid in wanted]


def fetch_profile(client: AccountClient, openid: str) -> None:
    """Ask about one follower and keep the answer; asked too early, once more later.

    Raises: PlatformError, PlatformUnreachable when asking again soon may help.
    """
    asked_at = clock.now()
    try:
        profile = read_profile(client.get("user/info", params={"openid": openid, "lang": "zh_CN"}))
    except PlatformError as error:
        if wait_before_retry(error.errcode) is not None:
            raise
        logger.warning("no profile", extra={"openid": openid, "errcode": error.errcode})
        return
    with transaction():
        keep_profiles([profile], asked_at)


def keep_profiles(profiles: Sequence[Profile], asked_at: datetime) -> int:
    """Keep what WeChat said at `asked_at`; what happened here since then is newer and stays.

    Returns how many turned out not to follow any more. Joins the open transaction.
    """
    by_openid = {profile.openid: profile for profile in profiles}
    rows = db.session.scalars(select(Follower).where(Follower.openid.in_(by_openid))).all()
    untold = pushes.find_untold([row.id for row in rows])
    staying, gone = [], 0
    for row in rows:
        row.profile_at = asked_at
        if by_openid[row.openid].is_subscribed:
            _keep(
                row,
                by_openid[row.openid],
                asked_at,
                keeps_remark=(PushKind.REMARK, 0) in untold.get(row.id, ()),
            )
            staying.append(row)
        else:
            gone += _let_go(row, asked_at)
    _keep_tags({row.id: by_openid[row.openid].tag_ids for row in staying}, untold)
    return gone


def read_profile(row: Mapping[str, Any]) -> Profile:
    """WeChat's object, whatever is in it."""
    scene = row.get("qr_scene_str") or row.get("qr_scene") or ""
    tags = row.get("tagid_list")
    return Profile(
        openid=fit(row.get("openid"), 64),
        is_subscribed=row.get("subscribe") in (1, "1", True),
        subscribed_at=_read_moment(row.get("subscribe_time")),
        remark=fit(row.get("remark"), 60),
        unionid=fit(row.get("unionid"), 64),
        source=fit(row.get("subscribe_scene"), 40),
        scene=fit(scene, 64),
        tag_ids=tuple(each for each in tags if isinstance(each, int)) if isinstance(tags, list) else (),
    )


def _keep(row: Follower, profile: Profile, asked_at: datetime, *, keeps_remark: bool) -> None:
    if row.unsubscribed_at is not None and row.unsubscribed_at >= asked_at - timedelta(seconds=1):
        return  # he left while we asked
    if not row.is_subscribed:
        row.is_subscribed, row.follows, row.erased_at = True, row.follows + 1, None
    if profile.subscribed_at is not None:
        row.subscribed_at = profile.subscribed_at
        row.last_seen_at = max(row.last_seen_at, profile.subscribed_at)
    if not keeps_remark:
        row.remark = profile.remark
    row.unionid = profile.unionid or row.unionid
    row.source = profile.source or row.source
    row.scene = row.scene or profile.scene


def _let_go(row: Follower, asked_at: datetime) -> bool:
    """WeChat says he does not follow: believe it, unless he has begun to since we asked."""
    if not row.is_subscribed or (row.subscribed_at is not None and row.subscribed_at >= asked_at):
        return False
    row.is_subscribed, row.unsubscribed_at = False, asked_at
    db.session.flush()
    erase(row.openid, cause=UNSUBSCRIBED, what="everything")
    return True


def _keep_tags(theirs: Mapping[int, Sequence[int]], untold: Mapping[int, set[tuple[PushKind, int]]]) -> None:
    known = select(Tag.wechat_id, Tag.id).where(Tag.wechat_id.is_not(None), Tag.removed_at.is_(None))
    ours: dict[int, int] = {row[0]: row[1] for row in db.session.execute(known)}
    if any(each >= _FIRST_TAG_OF_OURS and each not in ours for tags in theirs.values() for each in tags):
        outbox.enqueue("refresh_tags")
    rows = select(FollowerTag.follower_id, FollowerTag.tag_id).where(FollowerTag.follower_id.in_(theirs))
    at_wechat = set(ours.values())
    present = {(row[0], row[1]) for row in db.session.execute(rows) if row[1] in at_wechat}
    wanted = {
        (follower_id, ours[each]) for follower_id, tags in theirs.items() for each in tags if each in ours
    }
    pushes.forget_refusals(theirs, PushKind.TAG)
    ours_is_newer = {
        (each, tag) for each, told in untold.items() for kind, tag in told if kind == PushKind.TAG
    }
    new = sorted(wanted - present - ours_is_newer)
    if new:
        mark = {"since": clock.now(), "origin": WECHAT}
        rows = [{"follower_id": each, "tag_id": tag_id, **mark} for each, tag_id in new]
        insert_rows(FollowerTag, rows, lambda statement: statement.on_conflict_do_nothing())
    for follower_id, tag_id in present - wanted - ours_is_newer:
        here = (FollowerTag.follower_id == follower_id) & (FollowerTag.tag_id == tag_id)
        db.session.execute(delete(FollowerTag).where(here))


def _read_moment(value: object) -> datetime | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    is_sane = isinstance(value, int) and 0 < value < 4_000_000_000
    return clock.from_timestamp(value) if is_sane else None  # type: ignore[arg-type]
