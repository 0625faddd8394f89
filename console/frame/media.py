"""Product pictures for the console's lists."""

from flask import Blueprint, Response, current_app, send_from_directory

blueprint = Blueprint("media", __name__, url_prefix="/media")

DAY_SECONDS = 24 * 3600


@blueprint.get("/<path:file>")
def show(file: str) -> Response:
    """A file below MEDIA_DIR, never one outside of it."""
    response = send_from_directory(current_app.config["MEDIA_DIR"], file)
    response.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}"
    return response
