"""The counter for machines: the merchant's own mobile app, and health checks of the operator's monitoring."""

from flask import Flask

from api import choices, errors, login, orders, payments, products, self_description
from api.door import api
from api.health import health

PARTS = (choices, errors, login, orders, payments, products, self_description)


def register(app: Flask) -> None:
    """Mount this door. Whoever asks here shows a token and has no cookie, so there is no form to forge."""
    app.register_blueprint(health)
    app.register_blueprint(api)
    app.extensions["csrf"].exempt(api)
