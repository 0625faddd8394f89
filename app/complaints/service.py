"""Answering complaints: what a person of the shop decides is kept here; `acting` says it to WeChat."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.models import Complaint, ComplaintAct
from app.complaints.pictures import MOST_SENT, draw_to_send, write
from app.complaints.states import ActKind, ActState
from app.core import audit, clock, ids, outbox
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, TransitionRefused
from app.core.insert_once import insert_once
from app.payments.gateways.complaints import ComplaintDesk, Jump, RefundAction, RefundDecision, TheirState

CARRY_OUT = "complaint_act"  # the outbox kind; its job carries act_id
FIRST_LOOK = timedelta(seconds=90)  # the form itself has tried by then
LONGEST = 200  # characters; older pages of WeChat's allow no more
MOST_DAYS = 30


def reply(
    row: Complaint,
    *,
    text: str,
    pictures: Sequence[bytes],
    token: str,
    actor: str,
    folder: Path,
    jump: Jump | None = None,
    is_at_once: bool = False,
) -> int:
    """Keep a reply; returns the act's id for `carry_out`. Opens a transaction.

    `is_at_once`: into the chat in which the buyer waits. Raises: InputInvalid, TransitionRefused.
    """
    text = _words(text)
    if not text:
        raise InputInvalid(_("写点什么再回复"))
    if len(pictures) > MOST_SENT:
        raise InputInvalid(_("一次最多 %(most)s 张图片", most=MOST_SENT))
    drawn = [draw_to_send(picture) for picture in pictures]
    names = [f"{ids.new_token()}.jpg" for _picture in drawn]
    for name, data in zip(names, drawn, strict=True):
        write(folder, name, data)
    with transaction():
        kind = ActKind.AT_ONCE if is_at_once else ActKind.REPLY
        act_id, is_new = _begin(row, kind, token=token, actor=actor, text=text, files=names, jump=jump)
        if is_new:
            audit.record(actor=actor, action="complaint.reply", subject=audit_subject(row))
    return act_id


def decide_refund(row: Complaint, decision: RefundDecision, *, token: str, actor: str) -> int:
    """Keep a decision, as `reply`. It moves no money. Raises: InputInvalid, TransitionRefused."""
    is_approved = decision.action == RefundAction.APPROVE
    text = _words(decision.remark if is_approved else decision.reason)
    if not is_approved and not text:
        raise InputInvalid(_("请写下不退款的原因，买家看得到"))
    if not 0 <= decision.days <= MOST_DAYS:
        raise InputInvalid(_("几天内退款：0 到 %(most)s", most=MOST_DAYS))
    kind = ActKind.APPROVE if is_approved else ActKind.REJECT
    with transaction():
        act_id, is_new = _begin(row, kind, token=token, actor=actor, text=text, days=decision.days)
        if is_new and is_approved:
            audit.record(actor=actor, action="complaint.approve", subject=audit_subject(row))
        elif is_new:
            audit.record(actor=actor, action="complaint.reject", subject=audit_subject(row))
    return act_id


def complete(row: Complaint, *, token: str, actor: str) -> int:
    """Keep that it is dealt with, as `reply`. Raises: TransitionRefused."""
    with transaction():
        act_id, is_new = _begin(row, ActKind.COMPLETE, token=token, actor=actor)
        if is_new:
            audit.record(actor=actor, action="complaint.complete", subject=audit_subject(row))
    return act_id


def can_decide(row: Complaint) -> bool:
    """Whether the buyer waits for a word about his money."""
    return row.problem_type == "REFUND" and row.state != TheirState.PROCESSED


def can_complete(row: Complaint) -> bool:
    """Only what somebody has answered is dealt with."""
    return row.state != TheirState.PROCESSED and row.answered_at is not None


def list_acts(row: Complaint) -> Sequence[ComplaintAct]:
    """What we wanted to say, the oldest first."""
    query = select(ComplaintAct).where(ComplaintAct.parent_id == row.id)
    return db.session.scalars(query.order_by(ComplaintAct.id)).all()


def get_act(act_id: int) -> ComplaintAct:
    """How it stands now."""
    return db.session.get_one(ComplaintAct, act_id, populate_existing=True)


def audit_subject(row: Complaint) -> str:
    """How the audit log calls it."""
    return f"complaint:{row.complaint_id}"


def disclose_phone(row: Complaint, desk: ComplaintDesk, *, actor: str) -> str:
    """Write down who asked for the buyer's phone, then open it. Opens a transaction.

    Raises: InputInvalid when he left none, SignatureInvalid when it was closed for another key.
    """
    if not row.sealed_phone:
        raise InputInvalid(_("买家没有留手机号"))
    with transaction():
        audit.record(actor=actor, action="complaint.phone_shown", subject=audit_subject(row))
    return desk.decrypt_phone(row.sealed_phone)


def _begin(
    row: Complaint,
    kind: ActKind,
    *,
    token: str,
    actor: str,
    text: str = "",
    days: int = 0,
    files: Sequence[str] = (),
    jump: Jump | None = None,
) -> tuple[int, bool]:
    """Keep it with its job, and whether it is new: the same token again is the same act. Joins the transaction."""
    if not 0 < len(token) <= 64:
        raise InputInvalid(_("页面已过期，请刷新后再试"))
    same = select(ComplaintAct.id).where(ComplaintAct.form_token == token)
    lock(row)
    known = db.session.scalars(same).first()
    if known is not None:
        return known, False
    _check(row, kind)
    insert_once(
        ComplaintAct,
        parent_id=row.id,
        kind=kind,
        state=ActState.REQUESTED,
        form_token=token,
        text=text,
        days=days,
        files=[*files],
        jump=asdict(jump) if jump else {},
        media_ids=[],
        actor=actor,
        created_at=clock.now(),
    )
    act_id = db.session.scalars(same).one()
    outbox.enqueue(CARRY_OUT, due_at=clock.now() + FIRST_LOOK, act_id=act_id)
    return act_id, True


def _check(row: Complaint, kind: ActKind) -> None:
    query = select(ComplaintAct.kind).where(
        ComplaintAct.parent_id == row.id, ComplaintAct.state == ActState.REQUESTED
    )
    if kind in set(db.session.scalars(query)) and kind not in (ActKind.REPLY, ActKind.AT_ONCE):
        raise TransitionRefused(_("同样的操作已经提交，正在等微信确认"))
    if kind == ActKind.AT_ONCE and not row.is_served_at_once:
        raise TransitionRefused(_("买家现在不在即时服务里，请用普通的回复"))
    if kind in (ActKind.APPROVE, ActKind.REJECT) and not can_decide(row):
        raise TransitionRefused(_("这起投诉现在不用决定退款"))
    if kind == ActKind.COMPLETE and not can_complete(row):
        raise TransitionRefused(_("先回复买家，再标为处理完成"))


def _words(text: str) -> str:
    """As WeChat takes it: no character of four bytes (no emoji). Raises: InputInvalid when it is too long."""
    plain = "".join(char for char in text.replace("\r\n", "\n") if ord(char) <= 0xFFFF).strip()
    if len(plain) > LONGEST:
        raise InputInvalid(_("最多 %(most)s 个字，现在有 %(n)s 个", most=LONGEST, n=len(plain)))
    return plain
