"""Saying to WeChat what was decided: once, as far as anybody can know.

WeChat takes no number of ours with most of it, so what may have arrived is looked for in the history before it is
said again.
"""

import logging
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from app.complaints.models import Complaint, ComplaintAct, ComplaintEntry
from app.complaints.states import ACT_MOVES, ActKind, ActState
from app.complaints.sync import ask_for_sync, sync
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import GatewayError, GatewayRefused
from app.core.states import move_state
from app.payments.gateways.complaints import (
    ComplaintDesk,
    Jump,
    RefundAction,
    RefundDecision,
    TheirState,
    Words,
)

logger = logging.getLogger(__name__)

BUSY_FOR = timedelta(seconds=60)
CLOCKS_APART = timedelta(minutes=2)  # between WeChat's history and us
_KINDS = {  # what WeChat writes into the history when it has arrived
    ActKind.REPLY: ("MERCHANT_RESPONSE",),
    ActKind.APPROVE: ("MERCHANT_APPROVE_REFUND",),
    ActKind.REJECT: ("MERCHANT_REFUSE_RERUND", "MERCHANT_REJECT_REFUND"),  # the first is their spelling
    ActKind.COMPLETE: ("MERCHANT_CONFIRM_COMPLETE",),
}


def carry_out(act_id: int, desk: ComplaintDesk, *, folder: Path) -> None:
    """Say it to WeChat, unless it is known already that it has arrived or was refused.

    Raises: GatewayUnreachable when the result is unknown; the outbox comes back to it.
    """
    if not _take(act_id):
        return
    try:
        act = db.session.get_one(ComplaintAct, act_id)
        complaint_id = db.session.get_one(Complaint, act.parent_id).complaint_id
        is_safe = act.kind == ActKind.AT_ONCE  # WeChat itself knows what it has taken
        if act.tries and not is_safe and _has_arrived(act_id, sync(complaint_id, desk)):
            _settle(act_id, ActState.DONE)
        else:
            _hand_in_pictures(act_id, desk, folder)
            _say(act_id, complaint_id, desk)
    except GatewayRefused as error:
        _settle(act_id, ActState.REFUSED, problem=f"{error.their_code} {error.message}"[:200])
    except BaseException:
        db.session.rollback()
        _let_go(act_id)
        raise
    _read_again(act_id, desk)


def _take(act_id: int) -> bool:
    """For us alone for a minute; False when it is settled or somebody else has it."""
    now = clock.now()
    with transaction() as session:
        free = ComplaintAct.busy_until.is_(None) | (ComplaintAct.busy_until < now)
        mine = (ComplaintAct.id == act_id) & (ComplaintAct.state == ActState.REQUESTED) & free
        statement = update(ComplaintAct).where(mine).values(busy_until=now + BUSY_FOR)
        return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def _say(act_id: int, complaint_id: str, desk: ComplaintDesk) -> None:
    with transaction() as session:
        act = session.get_one(ComplaintAct, act_id)
        kind, text, days, once = act.kind, act.text, act.days, act.form_token
        words = Words(text, tuple(act.media_ids), Jump(**act.jump) if act.jump else None)
        act.tries += 1
    match kind:
        case ActKind.REPLY:
            desk.reply(complaint_id, words)
        case ActKind.AT_ONCE:
            desk.answer_at_once(complaint_id, words, once=once)
        case ActKind.APPROVE:
            decision = RefundDecision(RefundAction.APPROVE, days=days, remark=text)
            desk.decide_refund(complaint_id, decision)
        case ActKind.REJECT:
            desk.decide_refund(complaint_id, RefundDecision(RefundAction.REJECT, reason=text))
        case ActKind.COMPLETE:
            desk.complete(complaint_id)
    _settle(act_id, ActState.DONE)


def _hand_in_pictures(act_id: int, desk: ComplaintDesk, folder: Path) -> None:
    act = db.session.get_one(ComplaintAct, act_id)
    files, known = list(act.files), len(act.media_ids)
    for name in files[known:]:
        media_id = desk.upload_picture((folder / name).read_bytes(), "image/jpeg")
        with transaction() as session:
            act = session.get_one(ComplaintAct, act_id)
            act.media_ids = [*act.media_ids, media_id]


def _has_arrived(act_id: int, row: Complaint) -> bool:
    """Whether WeChat's history holds it: a line of its kind, with its words, not older and nobody else's."""
    act = db.session.get_one(ComplaintAct, act_id)
    if act.kind == ActKind.COMPLETE and row.state == TheirState.PROCESSED:
        return True
    lines = select(ComplaintEntry).where(
        ComplaintEntry.parent_id == row.id,
        ComplaintEntry.kind.in_(_KINDS[act.kind]),
        ComplaintEntry.at >= act.created_at - CLOCKS_APART,
    )
    found = [line for line in db.session.scalars(lines) if act.kind != ActKind.REPLY or line.text == act.text]
    others = select(ComplaintAct).where(
        ComplaintAct.parent_id == row.id,
        ComplaintAct.kind == act.kind,
        ComplaintAct.state == ActState.DONE,
        ComplaintAct.text == act.text,
        ComplaintAct.created_at >= act.created_at - CLOCKS_APART,
    )
    return len(found) > len(db.session.scalars(others).all())


def _settle(act_id: int, state: ActState, *, problem: str = "") -> None:
    with transaction():
        act = db.session.get_one(ComplaintAct, act_id)
        done_at = clock.now() if state == ActState.DONE else None
        values = {"problem": problem, "busy_until": None, "done_at": done_at}
        move_state(act, ACT_MOVES, state, cause="carry_out", actor=act.actor, **values)
        row = db.session.get_one(Complaint, act.parent_id)
        if state == ActState.DONE:
            ask_for_sync(row.complaint_id)


def _let_go(act_id: int) -> None:
    with transaction() as session:
        session.execute(update(ComplaintAct).where(ComplaintAct.id == act_id).values(busy_until=None))


def _read_again(act_id: int, desk: ComplaintDesk) -> None:
    """So that the page shows what WeChat made of it; when it does not answer, the worker does it later."""
    act = db.session.get_one(ComplaintAct, act_id)
    complaint_id = db.session.get_one(Complaint, act.parent_id).complaint_id
    try:
        sync(complaint_id, desk)
    except GatewayError as error:
        logger.warning("complaint not read", extra={"complaint_id": complaint_id, "reason": error.code})
