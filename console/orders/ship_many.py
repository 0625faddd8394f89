"""Shipping many orders by a sheet: a template to fill in, a look at each row, then the worker does it."""

from pathlib import Path

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.core import clock
from app.core.errors import ShopError
from app.core.incoming import takes_body_of
from app.core.long_jobs import files
from app.core.long_jobs.running import Run, register
from app.orders.listing import get_by_no, list_by_no
from app.orders.shipping import ship
from console.frame.long_jobs import begin, job_folder
from console.frame.sheets import hand_in, hand_out
from console.orders.ship_sheet import LIMITS, Judged, judge, judge_rows, read_rows, template_rows

blueprint = Blueprint("ship_many", __name__, url_prefix="/orders/shipping")

KIND = "orders_ship"
WIDTHS = (24, 16, 24, 60)


@blueprint.get("/")
def form() -> str:
    """How it goes, and where the sheet is handed in."""
    return render_template("console/orders/ship_many.html", judged=None, file="")


@blueprint.get("/template.xlsx")
def template() -> Response:
    """The sheet to fill in, with what waits to be shipped."""
    return hand_out(template_rows(), widths=WIDTHS, name=f"{_('待发货')}-{clock.today():%Y%m%d}.xlsx")


@blueprint.post("/")
@takes_body_of(LIMITS.file_bytes + 100_000)
def upload() -> AnyResponse:
    """Take the sheet and show what each row would do; nothing is shipped yet."""
    return hand_in(
        read_rows, most_bytes=LIMITS.file_bytes, form="console.ship_many.form", look="console.ship_many.look"
    )


@blueprint.get("/<file>")
def look(file: str) -> str:
    """Each row with what would become of it now."""
    rows = read_rows(files.find_path(job_folder(), file))
    return render_template("console/orders/ship_many.html", judged=judge_rows(rows), file=file)


@blueprint.post("/<file>")
def confirm(file: str) -> AnyResponse:
    """Let the worker ship them. Pressed twice, everything leaves once."""
    files.find_path(job_folder(), file)
    return begin(KIND, title=_("按表格发货"), file=file)


@register(KIND)
def ship_rows(run: Run) -> None:
    """Ship row by row; one that fails leaves the others alone. Begun again after a crash, it finds what left."""
    rows = read_rows(files.find_path(Path(run.folder), str(run.args["file"])))
    report: list[dict[str, str]] = []
    for number, judged in enumerate(judge_rows(rows), start=1):
        report.append(dict(_do(judged, run.owner).report))
        run.keep(number, len(rows), report=report)


def _do(judged: Judged, actor: str) -> Judged:
    row = judged.row
    again = judge(row, list_by_no([row["order_no"]])) if judged.parcel else judged
    if again.parcel is None:
        return again
    try:
        ship(get_by_no(row["order_no"]), again.parcel, actor=actor)
    except ShopError as error:
        return Judged(row, "red", _("不能发货"), error.message)
    return Judged(row, "green", _("已发货"), again.words)
