"""What differs: all that waits, and one of them with both records, a sentence and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import GatewayError, InputInvalid, TransitionRefused
from app.payments.gateways import get_gateway
from app.payments.gateways.names import name_gateway
from app.reconciliation import healing
from app.reconciliation.listing import list_differences
from app.reconciliation.models import Difference
from app.reconciliation.states import OF_FUNDS, DifferenceState
from app.reconciliation.words import say_advice, say_status
from app.staff.service import find_usernames
from console.bills.pages import blueprint, words
from console.frame.member import get_member_here
from console.frame.payment_words import said_label


@blueprint.get("/differences")
def open_differences() -> str:
    """All that wait for somebody, or for the next bill."""
    found = list_differences(only_standing=True, place=request.args.get("at", ""))
    return render_template("console/bills/differences.html", found=found, **words())


@blueprint.get("/differences/<int:number>")
def difference(number: int) -> str:
    """One of them."""
    return _show(healing.get_difference(number))


@blueprint.post("/differences/<int:number>/ask")
def ask(number: int) -> Response:
    """Ask its gateway about it; what it says is settled as ever."""
    row = healing.get_difference(number)
    names = {"gateway": name_gateway(row.gateway)}
    try:
        is_healed = healing.ask(row, gateway=get_gateway(row.gateway))
    except GatewayError:
        flash(_("%(gateway)s没有给出可信的回答，什么也没有改；请过一会儿再查。", **names), "danger")
    else:
        if is_healed:
            flash(_("已按%(gateway)s的回答处理，这笔差异消失了。", **names), "success")
        else:
            flash(_("%(gateway)s的回答记在下面，这笔差异还在。", **names), "info")
    return redirect(url_for("console.bills.difference", number=number))


@blueprint.post("/differences/<int:number>/accept")
def accept(number: int) -> Response | tuple[str, int]:
    """It stays, and here is why."""
    row, reason = healing.get_difference(number), request.form.get("reason", "")
    actor = get_member_here().actor
    try:
        healing.accept(row, reason=reason, actor=actor)
    except InputInvalid as error:
        return _show(row, reason=reason, trouble=error.message), error.http_status
    except TransitionRefused as error:
        flash(error.message, "warning")
    else:
        flash(_("已记下说明。"), "success")
    return redirect(url_for("console.bills.difference", number=number))


def _sides(row: Difference) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Both records with their headings; of the account both are WeChat's."""
    if row.kind in OF_FUNDS:
        return (_("资金账单"), row.theirs), (_("交易账单"), row.ours)
    return (_("%(gateway)s账单", gateway=name_gateway(row.gateway)), row.theirs), (_("本店"), row.ours)


def _show(row: Difference, *, reason: str = "", trouble: str = "") -> str:
    return render_template(
        "console/bills/difference.html",
        row=row,
        advice=say_advice(row.kind, row.gateway),
        sides=_sides(row),
        is_of_funds=row.kind in OF_FUNDS,
        say_status=say_status,
        said_label=said_label,
        names=find_usernames(),
        can_accept=row.state == DifferenceState.OPEN,
        reason=reason,
        trouble=trouble,
        **words(),
    )
