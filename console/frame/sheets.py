"""Tables that go in and out of the console: handed out to be filled in, handed in to be looked at, taken away."""

from collections.abc import Callable, Iterable, Sequence

from flask import Response, flash, redirect, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import InputInvalid
from app.core.long_jobs import files
from app.core.long_jobs.running import Run
from app.core.spreadsheets.writing import Row, write_csv, write_xlsx
from console.frame.long_jobs import job_folder

SUFFIXES = (".xlsx", ".csv")


def hand_out(rows: Iterable[Row], *, widths: Sequence[int], name: str) -> Response:
    """A workbook to fill in."""
    path = files.new_path(job_folder(), ".xlsx")
    write_xlsx(path, rows, widths=widths)
    answer = send_file(path, as_attachment=True, download_name=name)
    path.unlink()  # whoever is being sent it has it open
    return answer


def hand_in(read: Callable[..., object], *, most_bytes: int, form: str, look: str) -> AnyResponse:
    """Keep the sheet that came, and go on to the endpoint `look` with its file; back to `form` with what is wrong.

    `read` is given its path. Raises whatever it raises but InputInvalid.
    """
    sheet = request.files.get("sheet")
    if sheet is None or not sheet.filename:
        flash(_("请选择填好的表格。"), "danger")
        return redirect(url_for(form))
    name = ""
    try:
        name = files.keep_upload(job_folder(), sheet.stream, most_bytes=most_bytes)
        read(job_folder() / name)
    except InputInvalid as error:
        if name:
            (job_folder() / name).unlink()  # nobody will come back for it
        flash(error.message, "danger")
        return redirect(url_for(form))
    return redirect(url_for(look, file=name))


def wanted_suffix() -> str:
    """The kind of file that was asked for; a workbook when it is none of ours."""
    suffix = request.form.get("format", "")
    return suffix if suffix in SUFFIXES else SUFFIXES[0]


def write_away(run: Run, rows: Iterable[Row], *, widths: Sequence[int]) -> None:
    """Write the rows of a long job into its file, of the kind that its `suffix` says."""
    suffix = str(run.args["suffix"])
    path = run.new_file(suffix)
    if suffix == ".csv":
        write_csv(path, rows)
    else:
        write_xlsx(path, rows, widths=widths)
