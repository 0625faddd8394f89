"""Goods by a sheet: a template, and a look at each row before the worker does it."""

from flask import Response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.core import clock
from app.core.incoming import takes_body_of
from app.core.long_jobs import files
from console.frame.long_jobs import begin, job_folder
from console.frame.member import may
from console.frame.sheets import hand_in, hand_out
from console.products.part import blueprint
from console.products.sheet_columns import LIMITS, WIDTHS, template_rows
from console.products.sheet_job import KIND
from console.products.sheet_judging import ADDED, CHANGED, LEFT, WRONG, judge_rows
from console.products.sheet_reading import read_rows

MOVE = "console.products.move"


@blueprint.get("/import/")
def import_form() -> str:
    """How it goes, and where the sheet is handed in."""
    return render_template("console/products/import.html", judged=None, file="", most_rows=LIMITS.rows)


@blueprint.get("/import/template.xlsx")
def import_template() -> Response:
    """The sheet to fill in."""
    return hand_out(template_rows(), widths=WIDTHS, name=f"{_('商品导入模板')}.xlsx")


@blueprint.post("/import/")
@takes_body_of(LIMITS.file_bytes + 100_000)
def import_upload() -> AnyResponse:
    """Take the sheet and show what each row would do; nothing is changed yet."""
    return hand_in(
        read_rows,
        most_bytes=LIMITS.file_bytes,
        form="console.products.import_form",
        look="console.products.import_look",
    )


@blueprint.get("/import/<file>")
def import_look(file: str) -> str:
    """Each row with what would become of it now."""
    rows = read_rows(files.find_path(job_folder(), file))
    judged = judge_rows(rows, may_move=may(MOVE))
    counts = {tone: sum(1 for each in judged if each.tone == tone) for tone in (ADDED, CHANGED, LEFT, WRONG)}
    return render_template("console/products/import.html", judged=judged, file=file, counts=counts)


@blueprint.post("/import/<file>")
def import_confirm(file: str) -> AnyResponse:
    """Let the worker do it. Pressed twice, the second time finds everything done."""
    files.find_path(job_folder(), file)
    name = f"{_('商品导入结果')}-{clock.today():%Y%m%d}.xlsx"
    return begin(KIND, title=_("按表格导入商品"), file_name=name, file=file, may_move=may(MOVE))
