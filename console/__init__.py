"""DOOR 3, the merchant: the console. Validate, call one service, present; no rules and no queries here."""

from flask import Flask

from app.staff import rights
from console.door import FOR_ALL_STAFF, PUBLIC, RIGHTS, door


def register(app: Flask) -> None:
    """Mount this door, and say which rights its pages ask for."""
    rights.install(app, RIGHTS, free=PUBLIC | FOR_ALL_STAFF)
    app.register_blueprint(door)
