"""Walking through the account's whole list of followers: piece by piece, each piece one job and one commit.

A worker may die at any point: its piece is done again from where the last commit stands. A piece that two
workers do at once is kept once. What one step does is in `sync_steps.py`.
Source: https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_getfans.html
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError

from app.core import audit, clock, outbox
from app.core.db import db, transaction
from app.core.errors import PlatformError
from app.core.states import record_event
from app.followers.models import FollowerSync, SyncStep
from app.followers.sync_steps import STEPS, Piece
from app.wechat.client import AccountClient
from app.wechat.platform_errors import wait_before_retry

logger = logging.getLogger(__name__)

NOW = timedelta(0)


def start(*, actor: str, hold: timedelta = NOW) -> FollowerSync:
    """Begin a walk, or push on the one that is under way: there is never a second one. Opens a transaction.

    `hold`: how long the worker leaves the next piece to the caller, who does it himself.
    """
    try:
        with transaction() as session:
            sync = find_running()
            if sync is None:
                sync = FollowerSync(started_by=actor, started_at=clock.now(), step=SyncStep.TAGS, turn=0)
                session.add(sync)
                session.flush()
                record_event(sync, new="started", cause="start", actor=actor)
                audit.record(actor=actor, action="followers.sync_started", subject="followers")
            outbox.enqueue("sync_followers", due_at=_due(hold), sync_id=sync.id, turn=sync.turn)
            return sync
    except IntegrityError:  # somebody else began one at the same instant
        if (sync := find_running()) is None:
            raise
        return sync


def stop(sync_id: int, *, actor: str) -> bool:
    """Give a walk up; what it learnt stays. False when it was over. Opens a transaction."""
    with transaction():
        sync = db.session.get(FollowerSync, sync_id)
        if sync is None or not _move(sync_id, sync.turn, is_running=False, finished_at=clock.now()):
            return False
        record_event(sync, new="stopped", cause="stop", actor=actor)
    return True


def find_running() -> FollowerSync | None:
    """The walk that is under way."""
    return db.session.scalars(select(FollowerSync).where(FollowerSync.is_running)).first()


def list_syncs(limit: int = 10) -> Sequence[FollowerSync]:
    """The last walks, the newest first."""
    return db.session.scalars(select(FollowerSync).order_by(FollowerSync.id.desc()).limit(limit)).all()


def take_step(client: AccountClient, sync_id: int, turn: int, *, hold: timedelta = NOW) -> None:
    """Do one piece, if it is still to be done, and enqueue the next. Opens a transaction after asking WeChat.

    `hold` as for `start`.
    """
    sync = db.session.get(FollowerSync, sync_id, populate_existing=True)
    if sync is None or not sync.is_running or sync.turn != turn:
        return
    try:
        piece = STEPS[sync.step](client, sync)
    except PlatformError as error:
        _stand_still(sync_id, turn, error)
        return
    with transaction():
        values = {"error": "", "waits_until": None} | piece.values
        if not _move(sync_id, turn, **values):
            return
        _finish_piece(sync_id, turn, piece, hold)


def _finish_piece(sync_id: int, turn: int, piece: Piece, hold: timedelta) -> None:
    counted = piece.write()
    if counted:
        more = {name: getattr(FollowerSync, name) + number for name, number in counted.items()}
        db.session.execute(update(FollowerSync).where(FollowerSync.id == sync_id).values(**more))
    if piece.values.get("is_running", True):
        outbox.enqueue("sync_followers", due_at=_due(hold), sync_id=sync_id, turn=turn + 1)
    else:
        logger.info("followers synchronised", extra={"sync_id": sync_id})


def _stand_still(sync_id: int, turn: int, error: PlatformError) -> None:
    """Say why in words; go on by itself where that can help, else end here."""
    wait: timedelta | None = wait_before_retry(error.errcode)
    now = clock.now()
    words = {"error": error.message[:200]}
    logger.warning("synchronising stands still", extra={"sync_id": sync_id, "errcode": error.errcode})
    with transaction():
        if wait is None:
            _move(sync_id, turn, is_running=False, finished_at=now, **words)
        elif _move(sync_id, turn, waits_until=now + wait, **words):
            outbox.enqueue("sync_followers", due_at=now + wait, sync_id=sync_id, turn=turn + 1)


def _due(hold: timedelta) -> datetime | None:
    return clock.now() + hold if hold else None


def _move(sync_id: int, turn: int, **values: Any) -> bool:
    """Take this turn: only one of all who try gets it. Joins the open transaction."""
    here = (FollowerSync.id == sync_id) & (FollowerSync.turn == turn) & FollowerSync.is_running
    statement = update(FollowerSync).where(here).values(turn=turn + 1, **values)
    result = cast("CursorResult[Any]", db.session.execute(statement))
    return result.rowcount == 1
