"""Product pictures: plain file names in the media store, nothing else."""

from flask import Response
from flask_babel import gettext as _

from app.core.errors import NotFound
from app.core.media.store import get_media, is_plain_name
from app.core.static_files import A_YEAR
from webviews.door import shop
from webviews.guards import open_to_all


@shop.get("/media/<file>")
@open_to_all
def show_media(file: str) -> Response:
    """A picture; its name changes with its content, so it may be kept for a year."""
    if not is_plain_name(file):
        raise NotFound(_("没有这张图片"))
    response = get_media().send(file)
    response.headers["Cache-Control"] = A_YEAR
    return response
