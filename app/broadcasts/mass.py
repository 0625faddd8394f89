"""Mass messages (群发): drafts, WeChat's job for each list, and what it says of it afterwards.

Each call carries its own `clientmsgid`, written down before WeChat is asked: whoever asks again, for whatever
reason, asks for the same job. The finish event tells what became of it; because events may be lost, WeChat is asked
as well.
Source: https://developers.weixin.qq.com/doc/service/guide/product/message/Batch_Sends.html
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from app.broadcasts import parts
from app.broadcasts.articles import PictureMissing, add_draft, make_articles
from app.broadcasts.composing import get_broadcast
from app.broadcasts.ending import close_if_done, end_anew, halt
from app.broadcasts.models import Broadcast, BroadcastPart
from app.broadcasts.states import PART_MOVES, BroadcastState, Halt, PartState, RecipientState, Way
from app.broadcasts.tallies import forget_lines
from app.core import clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, PlatformError, PlatformUnreachable
from app.core.states import move_state
from app.wechat.client import AccountClient
from app.wechat.platform_errors import make_unreadable

logger = logging.getLogger(__name__)

EXISTS = 45065  # WeChat has a job of this clientmsgid already: it is this one
TOO_SOON = (-1, 45011, 42010, 45066)  # busy; too many in this minute; asked again within a minute
DRAFT_GONE = (40007,)
WAITS_FOR_ADMIN = (89503, 89505)  # the administrator is asked on the phone before WeChat takes it
ASK_EVERY = timedelta(minutes=1)  # how often WeChat is asked about a job it has
GOOD, BAD = "send success", "send fail"
_STATUS = {"SEND_SUCCESS": GOOD, "SEND_FAIL": BAD}


def find_mass() -> list[int]:
    """Mass messages that are being sent, and others of which WeChat still has a job."""
    has_job = exists().where(
        BroadcastPart.broadcast_id == Broadcast.id, BroadcastPart.state == PartState.ACCEPTED
    )
    is_open = (Broadcast.state == BroadcastState.SENDING) | has_job
    query = select(Broadcast.id).where(Broadcast.way == Way.MASS, is_open)
    return list(db.session.scalars(query.order_by(Broadcast.started_at, Broadcast.id)))


def go_on(client: AccountClient, broadcast_id: int, *, base_url: str, author: str) -> bool:
    """Do the next thing for this broadcast; False when there is nothing to do now. Opens transactions.

    May be done twice and by two workers: each step is harmless when repeated.
    Raises: PlatformUnreachable when WeChat should be asked again later.
    """
    is_sending = get_broadcast(broadcast_id).state == BroadcastState.SENDING
    if is_sending and not _split(broadcast_id):
        return False
    part = parts.find_open(broadcast_id, parts.OPEN if is_sending else (PartState.ACCEPTED,))
    if part is None:
        close_if_done(broadcast_id)
        return False
    if part.state == PartState.ACCEPTED:
        return _ask_about(client, part)
    if part.asked_at is not None and part.asked_at > clock.now() - ASK_EVERY:
        return False  # somebody is asking, or WeChat said to wait
    return _prepare(client, get_broadcast(broadcast_id), base_url, author) and _send(client, part.id)


def record_finished(msg_id: int, status: str, counts: Mapping[str, int]) -> bool:
    """What the finish event says; repeated it changes nothing. False when no job of ours has this number.

    `counts`: total, filtered, sent, failed. Opens a transaction.
    """
    with transaction() as session:
        query = select(BroadcastPart).where(BroadcastPart.msg_id == msg_id)
        part = session.scalars(query.order_by(BroadcastPart.id)).first()
        if part is None:
            return False
        lock(part)
        _finish(part, status, counts)
        broadcast_id = part.broadcast_id
    if not close_if_done(broadcast_id):
        end_anew(broadcast_id)
    return True


def _split(broadcast_id: int) -> bool:
    try:
        if parts.split(broadcast_id):
            return True
        close_if_done(broadcast_id)
    except parts.TooFew:
        halt(broadcast_id, Halt.TOO_FEW)
    return False


def _prepare(client: AccountClient, row: Broadcast, base_url: str, author: str) -> bool:
    """Have the articles ready; False when they cannot be made."""
    if row.articles is not None:
        return True
    broadcast_id = row.id
    try:
        articles = make_articles(client, row, base_url=base_url, author=author)
    except PlatformUnreachable:
        raise
    except PictureMissing:
        halt(broadcast_id, Halt.NO_PICTURE)
    except InputInvalid:
        halt(broadcast_id, Halt.GOODS_GONE)
    except PlatformError as error:
        halt(broadcast_id, error.errcode)
    else:
        with transaction():
            row = get_broadcast(broadcast_id)
            lock(row)
            row.articles = row.articles or articles
        return True
    return False


def _send(client: AccountClient, part_id: int) -> bool:
    part = db.session.get_one(BroadcastPart, part_id)
    row = get_broadcast(part.broadcast_id)
    broadcast_id, articles, media_id = row.id, row.articles or [], part.media_id
    try:
        media_id = media_id or add_draft(client, articles)
    except PlatformUnreachable:
        raise
    except PlatformError as error:
        halt(broadcast_id, error.errcode)
        return False
    begun = parts.begin(part_id, media_id)
    if begun is None:
        return False
    endpoint, body = _call(row, begun)
    try:
        answer = client.post(endpoint, data=body)
    except PlatformUnreachable:
        logger.warning("mass message may have been taken", extra={"broadcast_id": broadcast_id})
        return False  # asked again in a minute, with the same clientmsgid
    except PlatformError as error:
        return _refused(broadcast_id, part_id, error)
    parts.accept(part_id, *_read_ids(answer))
    return True


def _call(row: Broadcast, part: BroadcastPart) -> tuple[str, dict[str, Any]]:
    what = {
        "msgtype": "mpnews",
        "mpnews": {"media_id": part.media_id},
        "send_ignore_reprint": 0,
        "clientmsgid": part.clientmsgid,
    }
    if row.is_to_all:
        return "message/mass/sendall", {"filter": {"is_to_all": True}, **what}
    return "message/mass/send", {"touser": list(parts.openids_of(part)), **what}


def _refused(broadcast_id: int, part_id: int, error: PlatformError) -> bool:
    """What to do after WeChat's no. True: go on at once."""
    if error.errcode == EXISTS and (msg_id := error.answer.get("msg_id")):
        parts.accept(part_id, int(str(msg_id)), None)
        return True
    if error.errcode in (*TOO_SOON, *WAITS_FOR_ADMIN):
        parts.note(part_id, error.errcode)
        return False  # stays as it is: asked again in a minute, with the same clientmsgid
    parts.put_back(part_id, error.errcode, keeps_draft=error.errcode not in DRAFT_GONE)
    if error.errcode in DRAFT_GONE:
        return True
    halt(broadcast_id, error.errcode)
    return False


def _ask_about(client: AccountClient, part: BroadcastPart) -> bool:
    """The other leg of the finish event. True when it is done."""
    if part.asked_at is not None and part.asked_at > clock.now() - ASK_EVERY:
        return False
    part_id, msg_id, broadcast_id = part.id, part.msg_id, part.broadcast_id
    try:
        answer = client.post("message/mass/get", data={"msg_id": str(msg_id)})
    except PlatformUnreachable:
        raise
    except PlatformError as error:
        logger.warning("job not found", extra={"broadcast_id": broadcast_id, "errcode": error.errcode})
        answer = {}
    status = _STATUS.get(str(answer.get("msg_status", "")))
    with transaction() as session:
        part = session.get_one(BroadcastPart, part_id)
        lock(part)
        part.asked_at = clock.now()
        if status is not None:
            _finish(part, status, {})
    if status is not None:
        close_if_done(broadcast_id)
    return status is not None


def _finish(part: BroadcastPart, status: str, counts: Mapping[str, int]) -> None:
    """Counts may come after the state did: the event is often later than our question."""
    if counts:
        part.total, part.filtered = counts["total"], counts["filtered"]
        part.sent, part.failed = counts["sent"], counts["failed"]
    is_good = status == GOOD and not _reached_nobody(counts)
    if part.state == PartState.FAILED or (part.state == PartState.FINISHED and is_good):
        return
    end = PartState.FINISHED if is_good else PartState.FAILED
    move_state(part, PART_MOVES, end, cause="finished", status=status[:40], finished_at=clock.now())
    new = RecipientState.SENT if is_good else RecipientState.REFUSED
    forget_lines(part.broadcast_id)
    parts.move_lines(part, new, reason="" if is_good else BAD if status == GOOD else status[:20])


def _reached_nobody(counts: Mapping[str, int]) -> bool:
    """WeChat calls it a success, too, when each of them failed: then we know of each that he has nothing."""
    return bool(counts.get("total")) and not counts["sent"]


def _read_ids(answer: Mapping[str, Any]) -> tuple[int, int | None]:
    try:
        data_id = answer.get("msg_data_id")
        return int(answer["msg_id"]), None if data_id is None else int(data_id)
    except (KeyError, TypeError, ValueError) as error:
        raise make_unreadable("no msg_id in the answer") from error
