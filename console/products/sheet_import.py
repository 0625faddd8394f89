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
from console.products.sheet_package import LIMITS as PACKAGE_LIMITS
from console.products.sheet_package import MOST_BYTES, read_handed

MOVE = "console.products.move"


@blueprint.get("/import/")
def import_form() -> str:
    """How it goes, and where the sheet is handed in."""
    limits = {"most_rows": LIMITS.rows, "most_pictures": PACKAGE_LIMITS.files, "most_mb": MOST_BYTES // 2**20}
    return render_template("console/products/import.html", judged=None, file="", **limits)


@blueprint.get("/import/template.xlsx")
def import_template() -> Response:
    """The sheet to fill in."""
    return hand_out(template_rows(), widths=WIDTHS, name=f"{_('商品导入模板')}.xlsx")


@blueprint.post("/import/")
@takes_body_of(MOST_BYTES + 100_000)
def import_upload() -> AnyResponse:
    """Take the sheet and show what each row would do; nothing is changed yet."""
    return hand_in(
        read_handed,
        most_bytes=MOST_BYTES,
        form="console.products.import_form",
        look="console.products.import_look",
    )


@blueprint.get("/import/<file>")
def import_look(file: str) -> str:
    """Each row with what would become of it now."""
    handed = read_handed(files.find_path(job_folder(), file))
    judged = judge_rows(handed.rows, may_move=may(MOVE), sent=handed.sent)
    counts = {tone: sum(1 for each in judged if each.tone == tone) for tone in (ADDED, CHANGED, LEFT, WRONG)}
    return render_template("console/products/import.html", judged=judged, file=file, counts=counts)


@blueprint.post("/import/<file>")
def import_confirm(file: str) -> AnyResponse:
    """Let the worker do it. Pressed twice, the second time finds everything done."""
    files.find_path(job_folder(), file)
    name = f"{_('商品导入结果')}-{clock.today():%Y%m%d}.xlsx"
    return begin(KIND, title=_("按表格导入商品"), file_name=name, file=file, may_move=may(MOVE))
