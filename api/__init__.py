"""The counter for machines: health checks of the operator's monitoring."""

from flask import Flask

from api.health import health


def register(app: Flask) -> None:
    """Mount this door."""
    app.register_blueprint(health)
