"""What a page does that starts a long job: the worker does it, its page shows how far it is."""

from pathlib import Path

from flask import current_app, redirect, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from app.core.long_jobs import files, service
from console.frame.member import get_member_here


def begin(kind: str, *, title: str, file_name: str = "", **args: object) -> Response:
    """Start it for whoever is logged in, in the language of the page, and go where it can be watched."""
    language = str(get_locale() or "zh")[:2]
    owner = get_member_here().actor
    job = service.start(kind, owner=owner, title=title, language=language, file_name=file_name, **args)
    return redirect(url_for("console.jobs.show", token=job.token))


def job_folder() -> Path:
    """Where files of long jobs are."""
    return Path(current_app.config["DATA_DIR"], files.FOLDER)
