"""Product pictures: plain file names below MEDIA_DIR, nothing else."""

import re

from flask import Response, current_app, send_from_directory
from flask_babel import gettext as _

from app.core.errors import NotFound
from app.core.static_files import A_YEAR
from webviews.door import shop
from webviews.guards import open_to_all

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,70}\.(jpg|jpeg|png|webp)")


@shop.get("/media/<file>")
@open_to_all
def show_media(file: str) -> Response:
    """A picture; its name changes with its content, so it may be kept for a year."""
    if not _NAME.fullmatch(file):
        raise NotFound(_("没有这张图片"))
    response = send_from_directory(current_app.config["MEDIA_DIR"], file)
    response.headers["Cache-Control"] = A_YEAR
    return response
