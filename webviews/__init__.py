"""DOOR 2, the follower: pages inside WeChat and in a plain browser."""

from flask import Flask

from webviews import (
    addresses,
    cart,
    catalog,
    checkout,
    errors,
    login,
    media,
    orders,
    page,
    pay,
    sdk_signature,
)
from webviews.door import shop
from webviews.numbers import RowConverter

PAGES = (addresses, cart, catalog, checkout, errors, login, media, orders, page, pay, sdk_signature)


def register(app: Flask) -> None:
    """Mount this door; importing the modules above has put their pages on it."""
    # A page may lie open for hours before the buy button is pressed; the token still belongs to one session.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.url_map.converters["row"] = RowConverter
    app.register_blueprint(shop)
