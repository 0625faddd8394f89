"""Product pictures for the console's lists."""

from flask import Blueprint, Response

from app.core.media.store import get_media

blueprint = Blueprint("media", __name__, url_prefix="/media")

DAY_SECONDS = 24 * 3600


@blueprint.get("/<path:file>")
def show(file: str) -> Response:
    """A file of the media store, never one outside of it."""
    response = get_media().send(file)
    response.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}"
    return response
