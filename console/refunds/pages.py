"""The list of refunds, and one of them with its explanation, its history and what can be done."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.audit import entries_about
from app.orders.disclosure import audit_subject
from app.orders.listing import timeline
from app.payments.refunds.listing import Tab, count_refunds, list_refunds
from app.payments.refunds.models import Refund
from app.payments.refunds.service import get_refund
from app.payments.refunds.states import RefundState
from app.staff.service import find_usernames
from console.frame.audit_words import action_label, say_actor
from console.frame.chosen_days import read_span
from console.frame.member import get_member_here
from console.frame.refund_labels import refund_label, say_next, say_problem, say_source, say_step, say_whose
from console.refunds.words import BANKS, tab_label

blueprint = Blueprint("refunds", __name__, url_prefix="/refunds")


@blueprint.get("/")
def index() -> str:
    """A page of them, by what has to be done."""
    wanted = request.args.get("tab", "")
    tab = Tab(wanted) if wanted in set(Tab) else Tab.ALL
    numbers = count_refunds()
    return render_template(
        "console/refunds/index.html",
        tab=tab,
        tabs=[(each, tab_label(each), numbers[each]) for each in Tab],
        found=list_refunds(tab, days=(days := read_span()), place=request.args.get("at", "")),
        days=days,
        names=find_usernames(),
        say_actor=say_actor,
        say_problem=say_problem,
        say_source=say_source,
    )


@blueprint.get("/<out_refund_no>")
def detail(out_refund_no: str) -> str:
    """One refund."""
    return show(get_refund(out_refund_no))


def show(refund: Refund, *, trouble: str = "", typed: dict[str, str] | None = None) -> str:
    """The page, with what could not be done and what was `typed`."""
    names = find_usernames()
    steps = [
        (
            event,
            say_step(refund, event),
            say_actor(event.actor, names) if event.actor else say_whose(refund, event.new),
        )
        for event in timeline(refund)
    ]
    acts = [
        (entry, action_label(entry.action), say_actor(entry.actor, names))
        for entry in entries_about(audit_subject(refund.order))
        if entry.action == "refund.resent" and entry.became.get("number") == refund.out_refund_no
    ]
    return render_template(
        "console/refunds/detail.html",
        refund=refund,
        order=refund.order,
        steps=steps[::-1],
        acts=acts,
        names=names,
        say_actor=say_actor,
        problem=say_problem(refund),
        next_words=say_next(refund),
        say_source=say_source,
        refund_label=refund_label,
        is_own=refund.requested_by == get_member_here().actor,
        is_open=refund.state in (RefundState.REQUESTED, RefundState.SUBMITTED, RefundState.ABNORMAL),
        banks=BANKS,
        trouble=trouble,
        typed=typed or {},
    )


def back_to(refund: Refund) -> Response:
    """The refund's page."""
    return redirect(url_for("console.refunds.detail", out_refund_no=refund.out_refund_no))
