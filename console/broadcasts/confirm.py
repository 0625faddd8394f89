"""The last page before sending: who gets what and when, and what cannot be taken back."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts import composing
from app.broadcasts.content import slug_of
from app.broadcasts.models import Broadcast, Segment
from app.broadcasts.reach import Reach
from app.broadcasts.segments import get_segment
from app.broadcasts.states import BroadcastState
from app.core import clock
from app.core.errors import InputInvalid, TransitionRefused
from app.core.incoming import row_id
from console.broadcasts import words
from console.broadcasts.choices import load_choices
from console.broadcasts.looks import content_of, find_remarks, say_reach, show_items, show_notice
from console.broadcasts.trying import list_phones
from console.frame.form_fields import moment_field, show_moment
from console.frame.member import get_member_here
from console.frame.moments import moment
from console.frame.purpose_labels import purpose_label

blueprint = Blueprint("broadcast_confirm", __name__, url_prefix="/broadcasts")

Page = str | Response | tuple[str, int]


@blueprint.get("/<int:broadcast_id>/confirm")
def ask(broadcast_id: int) -> Page:
    """Everything once more."""
    row = composing.get_broadcast(broadcast_id)
    if row.state is not BroadcastState.DRAFT:
        return redirect(url_for("console.broadcasts.show", broadcast_id=broadcast_id))
    return _show(row)


@blueprint.post("/<int:broadcast_id>/confirm")
def confirm(broadcast_id: int) -> Page:
    """Send it, now or at its time; what speaks against it is said and nothing is lost."""
    try:
        at = _read_time()
        if at is None:
            _refuse_nobody(composing.get_broadcast(broadcast_id))
        composing.confirm(
            broadcast_id,
            version=request.form.get("version", 0, type=row_id) or 0,
            at=at,
            actor=get_member_here().actor,
            repeats=request.form.get("repeats") == "yes",
        )
    except InputInvalid as error:
        row = composing.get_broadcast(broadcast_id)
        return _show(row, trouble=error.message, is_same="same" in error.details), 422
    except TransitionRefused as error:
        row = composing.get_broadcast(broadcast_id)
        if row.state is not BroadcastState.DRAFT:
            flash(_("这次群发已经确认过了，不会再发一遍。"), "info")
            return redirect(url_for("console.broadcasts.show", broadcast_id=broadcast_id))
        return _show(row, trouble=error.message), 409
    if at:
        flash(_("已排期：%(at)s（北京时间）。到点之前可以撤回。", at=moment(at)), "success")
    else:
        flash(_("已经开始：正在列名单，随后发送。"), "success")
    return redirect(url_for("console.broadcasts.show", broadcast_id=broadcast_id))


def _read_time() -> datetime | None:
    """None: now. Raises: InputInvalid."""
    at = moment_field("at")
    if request.form.get("when") != "later":
        if at:
            raise InputInvalid(
                _("填了时间，选的却是“现在就发”。要到点发，选“到点发送”；要现在发，清空时间。")
            )
        return None
    if at is None:
        raise InputInvalid(_("请填发送的日期和时间"))
    return at


def _refuse_nobody(row: Broadcast) -> None:
    """Raises: InputInvalid. At another time somebody may be there, so it can be planned."""
    if row.state is BroadcastState.DRAFT and not _reach(row)[0].reached:
        raise InputInvalid(_("现在没有人会收到。改条件，或者选“到点发送”，到时再看有谁"))


def _reach(row: Broadcast) -> tuple[Reach, Sequence[str]]:
    return say_reach(composing.audience_of(row), row.way, row.purpose, slug_of(row.content))


def segment_of(row: Broadcast) -> Segment | None:
    """The saved audience it names."""
    return get_segment(row.segment_id) if row.segment_id is not None else None


def _show(row: Broadcast, *, trouble: str = "", is_same: bool = False) -> str:
    audience = composing.audience_of(row)
    content = content_of(row)
    (reach, pieces), now = _reach(row), clock.now()
    return render_template(
        "console/broadcasts/confirm.html",
        row=row,
        trouble=trouble,
        is_same=is_same,
        when=request.form.get("when", "now"),
        at=request.form.get("at", ""),
        least=now,
        most=now + composing.FARTHEST,
        segment=segment_of(row),
        sentences=load_choices().say(audience),
        shown=show_items(content, row.way, row.purpose),
        notice=show_notice(content, row.purpose),
        remarks=find_remarks(content, row.way, row.purpose),
        reach=reach,
        pieces=pieces,
        way_label=words.way_label,
        way_icon=words.WAY_ICONS,
        purpose_label=purpose_label,
        why_label=words.why_label,
        NO_WORD=words.NO_WORD,
        show_moment=show_moment,
        phones=list_phones(),
    )
