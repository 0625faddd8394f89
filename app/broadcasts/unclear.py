"""Messages of which nobody knows whether they arrived: WeChat's own record is asked.

A worker that died, or an answer that never came, leaves a line of which only WeChat knows. Its chat record shows what
the account said to whom and when. Found there, it has arrived. Not found, it is sent again, but only if the record
shows all of our other cards of the same minutes: a record that leaves things out proves nothing, and a message
too few is better than one too many. What stays unclear for a day is said to be so.
Source: https://developers.weixin.qq.com/doc/service/api/customer/session/api_getmsglist.html
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, update

from app.broadcasts.claims import UNDER_WAY_FOR, log_key
from app.broadcasts.composing import get_broadcast
from app.broadcasts.ending import close, close_if_done
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.states import UNDECIDED, BroadcastState, RecipientState, Way
from app.broadcasts.unlogged import log_later
from app.conversations.kf_records import fetch_said
from app.conversations.log import first_id_since
from app.conversations.models import Direction, Message, Sending
from app.conversations.window import WECHAT_DESK
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import PlatformError
from app.wechat.client import AccountClient

logger = logging.getLogger(__name__)

SETTLES_IN = timedelta(minutes=2)  # so long until a message stands in the record
ASKED_FOR = timedelta(hours=20)  # the record reaches back a day
AROUND = timedelta(seconds=90)  # how far our clock and WeChat's, and asking and arriving, may lie apart
TOGETHER = timedelta(minutes=3)  # so far apart they may be asked about at once
WITNESSES = 200  # other messages that the record has to show
CARD = "news"  # what the log calls a card, of a broadcast, of the desk or for trying out
AT_ONCE = 1_000
_line = BroadcastRecipient


def mark_abandoned(way: Way = Way.CARD) -> int:
    """Lines whose worker is silent become unclear; returns how many. Opens a transaction."""
    silent = (_line.state == RecipientState.ASKING) & (_line.asked_at < clock.now() - UNDER_WAY_FOR)
    with transaction() as session:
        statement = update(_line).where(_line.broadcast_id.in_(open_ids(way)), silent)
        result = session.execute(statement.values(state=RecipientState.UNCLEAR, reason=""))
        return int(result.rowcount)  # type: ignore[attr-defined]


def clear_up(client: AccountClient) -> None:
    """Find out about what is unclear. Opens a transaction for each broadcast. Raises: PlatformError."""
    mark_abandoned()
    for broadcast_id in db.session.scalars(open_ids(Way.CARD).order_by(Broadcast.id)).all():
        lines = _find_unclear(broadcast_id)
        try:
            for together in split(lines):
                _clear_up_some(client, broadcast_id, together)
        except PlatformError as error:
            logger.warning("record not read", extra={"broadcast_id": broadcast_id, "errcode": error.errcode})
        end(broadcast_id)


def end(broadcast_id: int) -> None:
    """Close it when nobody is left but those of whom nothing will be known any more. Opens a transaction."""
    if _is_given_up(broadcast_id):
        close(broadcast_id)
    else:
        close_if_done(broadcast_id)


def _clear_up_some(client: AccountClient, broadcast_id: int, lines: Mapping[str, datetime]) -> None:
    start, end = min(lines.values()) - AROUND, max(lines.values()) + UNDER_WAY_FOR + AROUND
    witnesses = _find_witnesses(start, end)
    said: dict[str, list[datetime]] = {openid: [] for openid in (*lines, *witnesses)}
    for openid, at in fetch_said(client, start, end):  # it tells of everybody
        if openid in said:
            said[openid].append(at)
    arrived = [openid for openid, at in lines.items() if _is_said(said[openid], at)]
    is_whole = bool(witnesses) and all(_is_said(said[openid], at) for openid, at in witnesses.items())
    absent = [openid for openid in lines if openid not in set(arrived)] if is_whole else []
    with transaction():
        _move(broadcast_id, arrived, RecipientState.SENT)
        is_stopped = get_broadcast(broadcast_id).state == BroadcastState.STOPPED
        _move(broadcast_id, absent, RecipientState.SKIPPED if is_stopped else RecipientState.DUE)
    if arrived or absent:
        logger.info("unclear messages cleared up", extra={"arrived": len(arrived), "absent": len(absent)})


def _is_said(moments: Sequence[datetime], asked_at: datetime) -> bool:
    return any(asked_at - AROUND <= at <= asked_at + UNDER_WAY_FOR + AROUND for at in moments)


def _find_unclear(broadcast_id: int) -> Mapping[str, datetime]:
    query = select(_line.openid, _line.asked_at).where(
        _line.broadcast_id == broadcast_id,
        _line.state == RecipientState.UNCLEAR,
        _line.asked_at < clock.now() - SETTLES_IN,
        _line.asked_at > clock.now() - ASKED_FOR,
    )
    return dict(db.session.execute(query.order_by(_line.asked_at, _line.follower_id).limit(AT_ONCE)).all())


def split(lines: Mapping[str, datetime]) -> Iterator[Mapping[str, datetime]]:
    """Those asked for in the same minutes together: whoever proves something of these proves nothing of the others."""
    group: dict[str, datetime] = {}
    for openid, at in sorted(lines.items(), key=lambda line: line[1]):
        if group and at - next(iter(group.values())) > TOGETHER:
            yield group
            group = {}
        group[openid] = at
    if group:
        yield group


def _find_witnesses(start: datetime, end: datetime) -> Mapping[str, datetime]:
    """Others who certainly got a card of ours in the same minutes, whoever sent it; of many some, spread over them.

    Words prove nothing about cards. What WeChat's own desk said, and what was cleared up here, is known from the record
    alone, which cannot bear witness to itself: `_move` leaves the latter without the moment it was asked for.
    """
    asked_at = Message.asked_at
    place, number = func.row_number().over(order_by=Message.id), func.count().over()
    found = (
        select(Message.openid, asked_at.label("at"), place.label("place"), number.label("number"))
        .where(
            Message.id >= first_id_since(start),
            Message.direction == Direction.OUT,
            Message.kind == CARD,
            Message.sending == Sending.SENT,
            Message.answered_by.not_like(f"{WECHAT_DESK}%"),
            asked_at.between(start + AROUND, end - AROUND),
        )
        .subquery()
    )
    some = select(found.c.openid, found.c.at).where(found.c.place % (found.c.number // WITNESSES + 1) == 0)
    return dict(db.session.execute(some.order_by(found.c.place)).all())


def _is_given_up(broadcast_id: int) -> bool:
    """Nobody is left but what is unclear for too long."""
    query = select(_line.follower_id).where(_line.broadcast_id == broadcast_id, _line.state.in_(UNDECIDED))
    too_old = (_line.state == RecipientState.UNCLEAR) & (_line.asked_at <= clock.now() - ASKED_FOR)
    has_old = db.session.scalar(query.where(too_old).limit(1)) is not None
    return has_old and db.session.scalar(query.where(~too_old).limit(1)) is None


def _move(broadcast_id: int, openids: Sequence[str], new: RecipientState) -> None:
    if not openids:
        return
    mine = (_line.broadcast_id == broadcast_id) & _line.openid.in_(openids)
    unclear = mine & (_line.state == RecipientState.UNCLEAR)
    ids = db.session.scalars(select(_line.follower_id).where(unclear)).all()
    db.session.execute(update(_line).where(unclear).values(state=new, reason=""))
    keys = [log_key(broadcast_id, follower_id) for follower_id in ids]
    log = Message.dedupe_key.in_(keys)
    if new is RecipientState.SENT:
        known = {"sending": Sending.SENT, "errcode": None, "asked_at": None}  # `at` is the same moment
        db.session.execute(update(Message).where(log).values(**known))
        log_later(broadcast_id, ids)
    else:  # it never was: the log shows it once it is sent
        db.session.execute(delete(Message).where(log))


def open_ids(way: Way) -> Select[tuple[int]]:
    """Those of which something may be unclear; one that was stopped is looked after for another day."""
    going = Broadcast.state.in_((BroadcastState.SENDING, BroadcastState.PAUSED))
    stopped = (Broadcast.state == BroadcastState.STOPPED) & (Broadcast.finished_at > clock.now() - ASKED_FOR)
    return select(Broadcast.id).where(Broadcast.way == way, going | stopped)
