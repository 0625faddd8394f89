"""Tags that conditions put on and take off: has bought, spent over an amount, silent for some days.

A condition decides alone: who fulfils it carries the tag, who does not does not. Each is a range of an index,
so a look at 100,000 followers costs what has changed since the last one.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, select

from app.core import clock
from app.core.db import db, transaction
from app.followers.models import AutoTag, Follower, FollowerTag, Tag
from app.followers.service import NEVER_SEEN
from app.followers.tags import AUTO, add_members, remove_members

BATCH = 500  # followers in one transaction: nobody who writes waits long


def count_fitting(auto: AutoTag, value: int | None) -> int:
    """How many fulfil the condition now. `value` in fen or days."""
    return db.session.scalar(select(func.count()).select_from(Follower).where(_fits(auto, value))) or 0


def apply_auto_tags() -> None:
    """Bring every automatic tag up to date. Opens a transaction for each batch."""
    for tag_id in db.session.scalars(
        select(Tag.id).where(Tag.auto.is_not(None), Tag.removed_at.is_(None))
    ).all():
        apply_auto_tag(tag_id)


def apply_auto_tag(tag_id: int) -> tuple[int, int]:
    """Bring one tag up to date; returns on how many it was put, and off how many. Done twice, it changes nothing."""
    tag = db.session.get(Tag, tag_id, populate_existing=True)
    if tag is None or tag.auto is None or tag.removed_at is not None:
        return 0, 0
    # Numbers compared here and not by a join: a database that has not counted its new rows yet plans one badly.
    fitting = set(db.session.scalars(select(Follower.id).where(_fits(tag.auto, tag.auto_value))))
    carrying = set(db.session.scalars(select(FollowerTag.follower_id).where(FollowerTag.tag_id == tag_id)))
    added = _in_batches(fitting - carrying, lambda ids: add_members(ids, tag_id, origin=AUTO).changed)
    removed = _in_batches(carrying - fitting, lambda ids: remove_members(ids, tag_id))
    return added, removed


def _in_batches(follower_ids: Collection[int], change: Callable[[Sequence[int]], int]) -> int:
    ids, changed = sorted(follower_ids), 0
    for first in range(0, len(ids), BATCH):
        with transaction():
            changed += change(ids[first : first + BATCH])
    return changed


def _fits(auto: AutoTag, value: int | None) -> Any:
    """The condition. Whose data were erased fits none: nothing is to be gathered about him again."""
    if auto == AutoTag.SILENT_FOR:
        before = clock.now() - timedelta(days=value or 0)
        silent = and_(Follower.last_seen_at < before, Follower.last_seen_at > NEVER_SEEN)
        return and_(silent, Follower.is_subscribed, Follower.erased_at.is_(None))
    more_than = (value or 0) if auto == AutoTag.SPENT_OVER else 0
    return and_(Follower.spent_fen > more_than, Follower.erased_at.is_(None))
