"""One day: what WeChat's bill adds up to, what we add up to, what differs, the files; and fetching it now."""

from datetime import date
from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core import audit, clock
from app.core.errors import NotFound
from app.core.long_jobs.running import Run, register
from app.payments.gateways import get_gateway
from app.reconciliation.closing import find_day, reconcile
from app.reconciliation.comparing import count_ours
from app.reconciliation.fetching import FOLDER
from app.reconciliation.listing import bills_of, list_differences
from app.reconciliation.states import DayState
from console.bills.pages import FIRST_MONTH, blueprint, words
from console.bills.words import bill_label, say_problem
from console.frame.long_jobs import begin
from console.frame.member import get_member_here

KIND = "bills_reconcile"
AT_ONCE = 20_000  # payments of a day that are compared while the page waits; more is a job


@blueprint.get("/<day>")
def day(day: str) -> str:
    """Both sums of the day, and its differences."""
    on = _read_day(day)
    return render_template(
        "console/bills/day.html",
        day=on,
        row=find_day(on),
        ours=count_ours(on, get_gateway().name),
        is_over=on < clock.today(),
        bills=bills_of(on),
        bill_label=bill_label,
        found=list_differences(day=on, place=request.args.get("at", "")),
        **words(),
    )


@blueprint.post("/<day>/fetch")
def fetch(day: str) -> Response:
    """Ask WeChat for the bill now and compare; a large day is done by the worker."""
    on = _read_day(day)
    if count_ours(on, get_gateway().name).number > AT_ONCE:
        return begin(KIND, title=_("下载 %(day)s 的账单并对账", day=on), day=on.isoformat())
    found = reconcile(on, gateway=get_gateway(), folder=_folder(), again=True)
    if found.problem:
        flash(say_problem(found.problem), "warning")
    elif found.row.state == DayState.EQUAL:
        flash(_("账单已下载，和本店的记录逐笔一致。"), "success")
    elif found.row.state == DayState.DIFFERENT:
        flash(_("账单已下载，有对不上的地方，列在下面。"), "danger")
    else:
        flash(_("账单已下载。"), "info")
    return redirect(url_for("console.bills.day", day=on))


@blueprint.get("/<day>/original/<int:bill_id>")
def original(day: str, bill_id: int) -> Response:
    """The file as WeChat sent it; buyers' openids stand in it, so who takes it is written down."""
    on = _read_day(day)
    bill = next((each for each in bills_of(on) if each.id == bill_id), None)
    path = _folder() / bill.file if bill and bill.file else None
    if bill is None or path is None or not path.is_file():
        raise NotFound(_("没有这个文件"))
    _write_down(f"{on} {bill.kind}")
    suffix = ".csv.gz" if path.read_bytes()[:2] == b"\x1f\x8b" else ".csv"
    return send_file(path, as_attachment=True, download_name=f"{bill.kind}-{on}{suffix}")


@register(KIND)
def reconcile_in_background(run: Run) -> None:
    """Fetch and compare one day."""
    run.keep(0, 1)
    reconcile(date.fromisoformat(str(run.args["day"])), gateway=get_gateway(), folder=_folder(), again=True)
    run.keep(1, 1)


def _write_down(what: str) -> None:
    audit.record(
        actor=get_member_here().actor, action="bills.original_taken", subject="bills", after={"file": what}
    )


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"], FOLDER)


def _read_day(text: str) -> date:
    """Raises: NotFound for what is no day, or lies ahead."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not FIRST_MONTH <= found <= clock.today():
        raise NotFound(_("没有这一天"))
    return found
