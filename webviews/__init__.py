"""DOOR 2, the follower: pages inside WeChat and in a plain browser."""

from flask import Flask

from webviews import (
    addresses,
    cart,
    catalog,
    checkout,
    coupons,
    errors,
    login,
    media,
    opening,
    orders,
    page,
    pay,
    pay_link,
    product_messages,
    profile,
    region_question,
    sdk_signature,
    stock_requests,
    words,
)
from webviews.door import shop

PAGES = (
    addresses,
    cart,
    catalog,
    checkout,
    coupons,
    errors,
    login,
    media,
    opening,
    orders,
    page,
    pay,
    pay_link,
    product_messages,
    profile,
    region_question,
    sdk_signature,
    stock_requests,
    words,
)


def register(app: Flask) -> None:
    """Mount this door; importing the modules above has put their pages on it."""
    app.register_blueprint(shop)
    app.add_url_rule("/", endpoint="root", redirect_to="/shop/")
