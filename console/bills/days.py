"""One day: what each gateway's bill adds up to, what we add up to, what differs, the files; and fetching it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core import audit, clock
from app.core.errors import NotFound
from app.core.long_jobs.running import Run, register
from app.payments.gateways.books import list_books
from app.reconciliation.closing import reconcile
from app.reconciliation.comparing import Count, count_ours
from app.reconciliation.fetching import FOLDER
from app.reconciliation.listing import bills_of, list_differences, put_together, rows_of
from app.reconciliation.models import BillDay
from app.reconciliation.states import DayState
from console.bills.account import accounts_of
from console.bills.pages import FIRST_MONTH, blueprint, words
from console.bills.words import bill_label, say_problem
from console.frame.long_jobs import begin
from console.frame.member import get_member_here

KIND = "bills_reconcile"
_SUFFIXES = {b"\x1f\x8b": ".csv.gz", b"PK": ".zip"}  # by their first bytes
AT_ONCE = 20_000  # payments of a day that are compared while the page waits; more is a job


@dataclass(frozen=True, slots=True)
class Side:
    """A day at one gateway; no row: its bill was never asked for."""

    gateway: str
    row: BillDay | None
    ours: Count


@blueprint.get("/<day>")
def day(day: str) -> str:
    """Both sums of the day at each gateway, and its differences."""
    on = _read_day(day)
    rows = rows_of(on)
    return render_template(
        "console/bills/day.html",
        day=on,
        whole=put_together(rows) if rows else None,
        sides=_sides(on, rows),
        is_over=on < clock.today(),
        bills=bills_of(on),
        bill_label=bill_label,
        accounts=accounts_of(on),
        found=list_differences(day=on, place=request.args.get("at", "")),
        **words(),
    )


@blueprint.post("/<day>/fetch")
def fetch(day: str) -> Response:
    """Ask every gateway for its bill now and compare; a large day is done by the worker."""
    on, gateways = _read_day(day), list_books()
    if sum(count_ours(on, each.name).number for each in gateways) > AT_ONCE:
        return begin(KIND, title=_("下载 %(day)s 的账单并对账", day=on), day=on.isoformat())
    found = [reconcile(on, gateway=each, folder=_folder(), again=True) for each in gateways]
    problems = [say_problem(each.problem, each.row.gateway) for each in found if each.problem]
    state = put_together(rows_of(on)).state
    if state == DayState.DIFFERENT:
        flash(_("账单已下载，有对不上的地方，列在下面。"), "danger")
    elif problems and state != DayState.EQUAL:
        flash(" ".join(problems), "warning")
    elif state == DayState.EQUAL:
        flash(_("账单已下载，和本店的记录逐笔一致。"), "success")
    else:
        flash(_("账单已下载。"), "info")
    return redirect(url_for("console.bills.day", day=on))


@blueprint.get("/<day>/original/<int:bill_id>")
def original(day: str, bill_id: int) -> Response:
    """The file as it came; buyers' openids stand in it, so who takes it is written down."""
    on = _read_day(day)
    bill = next((each for each in bills_of(on) if each.id == bill_id), None)
    path = _folder() / bill.file if bill and bill.file else None
    if bill is None or path is None or not path.is_file():
        raise NotFound(_("没有这个文件"))
    _write_down(f"{on} {bill.gateway} {bill.kind}")
    with path.open("rb") as file:
        suffix = _SUFFIXES.get(file.read(2), ".csv")
    return send_file(path, as_attachment=True, download_name=f"{bill.gateway}-{bill.kind}-{on}{suffix}")


@register(KIND)
def reconcile_in_background(run: Run) -> None:
    """Fetch and compare one day."""
    run.keep(0, 1)
    for gateway in list_books():
        reconcile(date.fromisoformat(str(run.args["day"])), gateway=gateway, folder=_folder(), again=True)
    run.keep(1, 1)


def _sides(on: date, rows: Sequence[BillDay]) -> list[Side]:
    known = {row.gateway: row for row in rows}
    names = dict.fromkeys([*(each.name for each in list_books()), *known])
    return [Side(name, known.get(name), count_ours(on, name)) for name in names]


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
