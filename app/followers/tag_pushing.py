"""The tags themselves, as WeChat has them: made, renamed, removed there; and read from there.

Source: https://developers.weixin.qq.com/doc/service/api/usermanage/tags/api_createtag.html
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import PlatformError
from app.followers.models import FollowerTag, PushKind, Tag
from app.followers.names import fit
from app.wechat.client import AccountClient
from app.wechat.platform_errors import wait_before_retry

logger = logging.getLogger(__name__)

NAME_TAKEN, NO_SUCH_TAG = 45157, 45159


def push_tag(client: AccountClient, tag_id: int) -> int | None:
    """Make WeChat's tag the same as ours; returns WeChat's number, None while there is none."""
    tag = db.session.get(Tag, tag_id, populate_existing=True)
    if tag is None or tag.removed_at is not None:
        return None
    name, wechat_id = tag.name, tag.wechat_id
    if wechat_id is not None and tag.pushed_name == name:
        return wechat_id
    try:
        if wechat_id is None:
            wechat_id = _create(client, name)
        else:
            client.post("tags/update", data={"tag": {"id": wechat_id, "name": name}})
    except PlatformError as error:
        _note_refusal(tag_id, error)
        return None
    return wechat_id if _note_pushed(tag_id, name, wechat_id) else None


def forget_tag(client: AccountClient, wechat_id: int) -> None:
    """Remove a tag at WeChat that is gone here."""
    try:
        client.post("tags/delete", data={"tag": {"id": wechat_id}})
    except PlatformError as error:
        if error.errcode != NO_SUCH_TAG:
            _note_kept(wechat_id, error)
            return
    with transaction() as session:
        session.execute(delete(Tag).where(Tag.wechat_id == wechat_id, Tag.removed_at.is_not(None)))


def refresh_tags(client: AccountClient) -> None:
    """Take over the tags as they are at WeChat; where ours is newer, it stays.

    Raises: PlatformError, PlatformUnreachable.
    """
    asked_at = clock.now()
    theirs = fetch_tags(client)
    with transaction():
        take_over(theirs, asked_at)


def fetch_tags(client: AccountClient) -> dict[int, str]:
    """WeChat's tags: number → name."""
    rows = client.get("tags/get").get("tags")
    rows = rows if isinstance(rows, list) else []
    return {
        row["id"]: fit(row.get("name"), 30)
        for row in rows
        if isinstance(row, dict) and _is_number(row.get("id"))
    }


def take_over(theirs: Mapping[int, str], asked_at: datetime) -> None:
    """Make our tags those that WeChat had at `asked_at`; joins the open transaction."""
    ours = {tag.wechat_id: tag for tag in db.session.scalars(select(Tag)) if tag.wechat_id is not None}
    for wechat_id, tag in ours.items():
        if wechat_id not in theirs and (tag.pushed_at is None or tag.pushed_at < asked_at):
            _drop(tag)
    for wechat_id, name in theirs.items():
        tag = ours.get(wechat_id)
        if tag is None:
            _adopt(wechat_id, name)
        elif tag.removed_at is None and tag.name == tag.pushed_name != name and _find_named(name) is None:
            tag.name = tag.pushed_name = name


def _adopt(wechat_id: int, name: str) -> None:
    tag = _find_named(name)
    if tag is None:
        tag = Tag(name=name, created_at=clock.now())
        db.session.add(tag)
    if tag.wechat_id is None:
        tag.wechat_id, tag.pushed_name, tag.pushed_at, tag.error = wechat_id, name, clock.now(), ""
        db.session.flush()


def _drop(tag: Tag) -> None:
    db.session.execute(delete(FollowerTag).where(FollowerTag.tag_id == tag.id))
    db.session.delete(tag)
    db.session.flush()


def _find_named(name: str) -> Tag | None:
    return db.session.scalars(select(Tag).where(Tag.name == name, Tag.removed_at.is_(None))).first()


def _create(client: AccountClient, name: str) -> int:
    """WeChat's number of the tag of this name, made when it is missing. Made twice it is refused, then found."""
    try:
        made: dict[str, Any] = client.post("tags/create", data={"tag": {"name": name}})
    except PlatformError as error:
        found = next((key for key, each in fetch_tags(client).items() if each == name), None)
        if error.errcode != NAME_TAKEN or found is None:
            raise
        return found
    return int(made["tag"]["id"])


def _note_pushed(tag_id: int, name: str, wechat_id: int) -> bool:
    """Keep what WeChat has now; False when the tag was removed here meanwhile."""
    now = clock.now()
    with transaction() as session:
        tag = session.get(Tag, tag_id, populate_existing=True)
        if tag is None or tag.removed_at is not None:
            outbox.enqueue("forget_tag", wechat_id=wechat_id)
            return False
        if tag.wechat_id is None:
            outbox.enqueue("push_followers", push=str(PushKind.TAG), tag_id=tag_id)  # who had to wait for it
        tag.wechat_id, tag.pushed_name, tag.pushed_at, tag.error = wechat_id, name, now, ""
        if tag.name != name:
            outbox.enqueue("push_tag", tag_id=tag_id)
    return True


def _note_refusal(tag_id: int, error: PlatformError) -> None:
    with transaction() as session:
        session.execute(update(Tag).where(Tag.id == tag_id).values(error=error.message[:200]))
        if error.errcode == NO_SUCH_TAG:
            session.execute(update(Tag).where(Tag.id == tag_id).values(wechat_id=None, pushed_name=""))
            outbox.enqueue("push_tag", tag_id=tag_id)
        elif (wait := wait_before_retry(error.errcode)) is not None:
            outbox.enqueue("push_tag", due_at=clock.now() + wait, tag_id=tag_id)
    logger.warning("tag not taken by WeChat", extra={"tag_id": tag_id, "errcode": error.errcode})


def _note_kept(wechat_id: int, error: PlatformError) -> None:
    with transaction() as session:
        session.execute(update(Tag).where(Tag.wechat_id == wechat_id).values(error=error.message[:200]))
        if (wait := wait_before_retry(error.errcode)) is not None:
            outbox.enqueue("forget_tag", due_at=clock.now() + wait, wechat_id=wechat_id)
    logger.warning("tag not removed by WeChat", extra={"errcode": error.errcode})


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
