"""DOOR 3, the merchant: the console. Validate, call one service, present; no rules and no queries here."""

from flask import Flask

from console.door import door


def register(app: Flask) -> None:
    """Mount this door."""
    app.register_blueprint(door)
