"""DOOR 1, the platform: everything WeChat pushes to us."""

from flask import Flask

from app.wechat.account import EXTENSION
from handlers.answering import AnswerDesk
from handlers.dispatch import dispatch
from handlers.endpoint import DESK, endpoint
from handlers.links import link_from_menu
from handlers.payment_notifications import payment_notifications


def register(app: Flask) -> None:
    """Mount this door. What WeChat pushes is signed by WeChat and carries no CSRF token."""
    app.extensions[DESK] = AnswerDesk(app, dispatch)
    app.extensions[EXTENSION].make_link = link_from_menu
    for blueprint in (endpoint, payment_notifications):
        app.register_blueprint(blueprint)
        app.extensions["csrf"].exempt(blueprint)
