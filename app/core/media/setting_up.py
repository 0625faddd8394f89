"""Choosing the store when the shop starts."""

from pathlib import Path

from flask import Flask

from app.core.media.bucket import open_bucket
from app.core.media.folder import Folder


def install(app: Flask) -> None:
    """Give the app the store that its settings name."""
    is_bucket = bool(app.config["MEDIA_S3_ENDPOINT"])
    app.extensions["media"] = open_bucket(app.config) if is_bucket else Folder(Path(app.config["MEDIA_DIR"]))
