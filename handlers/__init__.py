"""DOOR 1, the platform: everything WeChat pushes to us."""

from flask import Flask

from app.keywords.standing import OWN_WORDS
from app.wechat.account import EXTENSION
from handlers.answering import Answering
from handlers.complaint_notifications import complaint_notifications
from handlers.dispatch import dispatch
from handlers.front import Front
from handlers.links import link_from_menu
from handlers.own_words import own_words
from handlers.payment_notifications import payment_notifications
from handlers.proof_files import proof_files
from handlers.scan_orders import scan_orders

ANSWERING = "answering"


def register(app: Flask) -> None:
    """Mount this door. What WeChat pushes is signed by WeChat and carries no CSRF token."""
    account = app.extensions[EXTENSION]
    account.make_link = link_from_menu
    app.extensions[OWN_WORDS] = own_words
    app.register_blueprint(complaint_notifications)
    app.register_blueprint(payment_notifications)
    app.register_blueprint(proof_files)
    app.register_blueprint(scan_orders)
    app.extensions["csrf"].exempt(complaint_notifications)
    app.extensions["csrf"].exempt(payment_notifications)
    app.extensions["csrf"].exempt(scan_orders)
    answering = app.extensions[ANSWERING] = Answering(app, dispatch)
    app.wsgi_app = Front(app.wsgi_app, account.callback, answering)  # type: ignore[method-assign]
