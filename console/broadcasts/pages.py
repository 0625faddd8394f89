"""Broadcasts: the list by state, and one of them with how it goes."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts import composing, ending
from app.broadcasts.automatic.days import find_rule_id
from app.broadcasts.content import find_cards
from app.broadcasts.deleting import can_delete
from app.broadcasts.listing import Tab, count_tabs, list_broadcasts, list_recipients
from app.broadcasts.models import Broadcast
from app.broadcasts.parts import list_parts, read_report
from app.broadcasts.progress import read_progress
from app.broadcasts.states import ENDED, UNDER_WAY, BroadcastState, RecipientState, Way
from app.broadcasts.tallies import count_lines
from app.core.errors import TransitionRefused
from app.promotions.cards import all_cards_now
from app.staff.service import find_usernames
from console.broadcasts import words
from console.broadcasts.afterwards import results_of
from console.broadcasts.choices import load_choices
from console.broadcasts.confirm import segment_of
from console.broadcasts.looks import content_of, show_items, show_notice
from console.frame.audit_words import say_actor
from console.frame.member import get_member_here
from console.frame.purpose_labels import purpose_label

blueprint = Blueprint("broadcasts", __name__, url_prefix="/broadcasts")


@blueprint.get("/")
def index() -> str:
    """The list, a tab for each stage; without a choice, the first tab that has something."""
    counts = count_tabs()
    wanted = request.args.get("tab", "")
    tab = Tab(wanted) if wanted in set(Tab) else _busiest(counts)
    found = list_broadcasts(tab, place=request.args.get("at", ""))
    on_sale = all_cards_now()
    return render_template(
        "console/broadcasts/index.html",
        found=found,
        tab=tab,
        tabs=[(each, words.tab_label(each), counts[each]) for each in Tab],
        has_any=any(counts.values()),
        cards={row.id: [card for _item, card in find_cards(content_of(row), on_sale)] for row in found.rows},
        lines=count_lines(found.rows),
        **_words(),
    )


@blueprint.get("/<int:broadcast_id>")
def show(broadcast_id: int) -> str | Response:
    """How it goes; a draft is opened in the composer."""
    row = composing.get_broadcast(broadcast_id)
    if row.state is BroadcastState.DRAFT:
        return redirect(url_for("console.broadcast_composer.edit", broadcast_id=broadcast_id))
    return render_template(
        "console/broadcasts/show.html",
        shown=show_items(content_of(row), row.way, row.purpose),
        notice=show_notice(content_of(row), row.purpose),
        sentences=load_choices().say(composing.audience_of(row)),
        segment=segment_of(row),
        who=say_actor(row.confirmed_by, find_usernames()),
        **{**results_of(row), **_state_of(row)},
    )


@blueprint.get("/<int:broadcast_id>/fragment")
def fragment(broadcast_id: int) -> str:
    """The part of that page that changes by itself."""
    return render_template(
        "console/broadcasts/_progress.html", **_state_of(composing.get_broadcast(broadcast_id))
    )


@blueprint.get("/<int:broadcast_id>/recipients")
def recipients(broadcast_id: int) -> str:
    """Who is meant and what became of each."""
    row = composing.get_broadcast(broadcast_id)
    state = request.args.get("state", "")
    search = " ".join(request.args.get("q", "").split())[:64]
    wanted = RecipientState(state) if state in set(RecipientState) else None
    counts = read_progress(broadcast_id).counts
    return render_template(
        "console/broadcasts/recipients.html",
        row=row,
        found=list_recipients(broadcast_id, state=wanted, search=search, place=request.args.get("at", "")),
        wanted=wanted,
        search=search,
        filters={"state": state if wanted else None, "q": search or None},
        counts=counts,
        total=sum(counts.values()),
        states=RecipientState,
        **_words(),
    )


@blueprint.post("/<int:broadcast_id>/pause")
def pause(broadcast_id: int) -> Response:
    """Ask for nobody more for now."""
    return _do(broadcast_id, ending.pause, _("已暂停。正在发的几条会发完，其余的等您按“继续”。"))


@blueprint.post("/<int:broadcast_id>/resume")
def resume(broadcast_id: int) -> Response:
    """Go on."""
    return _do(broadcast_id, ending.resume, _("继续发送，从停下的地方接着发。"))


@blueprint.post("/<int:broadcast_id>/stop")
def stop(broadcast_id: int) -> Response:
    """End it for good."""
    return _do(broadcast_id, ending.stop, _("已停止。已发出的收不回，其余的不会再发。"))


@blueprint.post("/<int:broadcast_id>/take-back")
def take_back(broadcast_id: int) -> Response:
    """What waits for its time becomes a draft again."""
    return _do(broadcast_id, composing.take_back, _("已撤回，现在是草稿，可以改了再发。"))


@blueprint.post("/<int:broadcast_id>/copy")
def copy(broadcast_id: int) -> Response:
    """A new draft with the same content and audience."""
    number = composing.copy(broadcast_id, actor=get_member_here().actor)
    flash(_("已复制成新的草稿。"), "success")
    return redirect(url_for("console.broadcast_composer.edit", broadcast_id=number))


@blueprint.post("/<int:broadcast_id>/discard")
def discard(broadcast_id: int) -> Response:
    """Throw a draft away."""
    try:
        composing.discard(broadcast_id, actor=get_member_here().actor)
    except TransitionRefused as error:
        flash(error.message, "danger")
        return redirect(url_for("console.broadcasts.show", broadcast_id=broadcast_id))
    flash(_("草稿已删除。"), "success")
    return redirect(url_for("console.broadcasts.index", tab=Tab.DRAFTS))


def _do(broadcast_id: int, act: Callable[..., object], done: str) -> Response:
    try:
        act(broadcast_id, actor=get_member_here().actor)
    except TransitionRefused as error:
        flash(error.message, "danger")
    else:
        flash(done, "success")
    return redirect(url_for("console.broadcasts.show", broadcast_id=broadcast_id))


def _busiest(counts: dict[Tab, int]) -> Tab:
    order = (Tab.UNDER_WAY, Tab.DRAFTS, Tab.PLANNED, Tab.ENDED)
    return next((tab for tab in order if counts[tab]), Tab.DRAFTS)


def _state_of(row: Broadcast) -> dict[str, object]:
    calls = list_parts(row.id) if row.way is Way.MASS else ()
    return {
        "row": row,
        "progress": read_progress(row.id),
        "parts": calls,
        "report": read_report(calls),
        "is_open": row.state in (*UNDER_WAY, BroadcastState.SCHEDULED),
        "has_ended": row.state in ENDED,
        "is_automatic": find_rule_id(row.id) is not None,
        "can_delete": can_delete(row.id),
        **_words(),
    }


def _words() -> dict[str, object]:
    return {
        "way_label": words.way_label,
        "way_icon": words.WAY_ICONS,
        "purpose_label": purpose_label,
        "broadcast_label": words.broadcast_label,
        "broadcast_colour": lambda state: words.COLOURS.get(state, "secondary"),
        "recipient_label": words.recipient_label,
        "recipient_colour": lambda state: words.RECIPIENT_COLOURS.get(state, "secondary"),
        "part_label": words.part_label,
        "say_reason": words.say_reason,
        "event_words": words.EVENT_WORDS,
        "say_halt": words.say_halt,
        "say_seconds": words.say_seconds,
    }
