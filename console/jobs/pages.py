"""One's own long jobs: the list, one with its bar, its file. Nobody sees another one's."""

import logging

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.core.long_jobs import files, service
from app.core.long_jobs.models import LongJob
from app.core.long_jobs.states import JobState
from console.frame.labels import Labels
from console.frame.long_jobs import job_folder
from console.frame.member import get_member_here

logger = logging.getLogger(__name__)

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")

job_label = Labels(
    {
        JobState.WAITING: _l("排队中"),
        JobState.RUNNING: _l("进行中"),
        JobState.DONE: _l("已完成"),
        JobState.FAILED: _l("没有完成"),
        JobState.CANCELLED: _l("已取消"),
    }
)
COLOURS = {
    JobState.WAITING: "azure",
    JobState.RUNNING: "azure",
    JobState.DONE: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "secondary",
}


@blueprint.get("/")
def index() -> str:
    """What one has started lately."""
    return render_template("console/jobs/index.html", jobs=service.list_own(owner=_me()), **_words())


@blueprint.get("/<token>")
def show(token: str) -> str:
    """One job; the page follows it by itself and can be left."""
    return render_template("console/jobs/show.html", job=_find(token), **_words())


@blueprint.get("/<token>/fragment")
def fragment(token: str) -> str:
    """The part of that page that changes; other pages may show it too."""
    return render_template("console/jobs/_job.html", job=_find(token), **_words())


@blueprint.post("/<token>/cancel")
def cancel(token: str) -> Response:
    """Give it up; over is over."""
    if service.cancel(_find(token)):
        flash(_("已取消。"), "info")
    else:
        flash(_("这个任务已经结束，没有取消。"), "info")
    return redirect(url_for("console.jobs.show", token=token))


@blueprint.get("/<token>/file")
def download(token: str) -> Response:
    """The file it has made; who took it away stands in the log."""
    job = _find(token)
    path = files.find_path(job_folder(), job.file)
    logger.info("file taken away", extra={"actor": job.owner, "job_id": job.id, "job": job.kind})
    return send_file(path, as_attachment=True, download_name=job.file_name)


def _find(token: str) -> LongJob:
    return service.find_own(token, owner=_me())


def _me() -> str:
    return get_member_here().actor


def _words() -> dict[str, object]:
    return {"job_label": job_label, "job_colour": COLOURS.get, "kept_days": files.FILES_KEPT.days}
