"""The JS-SDK's signature for the page that asks: opens the address book, sets the share card."""

from dataclasses import asdict

from flask import Response, jsonify, request

from app.wechat.account import get_account
from webviews.door import shop
from webviews.guards import open_to_all


@shop.get("/api/jssdk")
@open_to_all
def sign_page() -> Response:
    """`url`: the page's `location.href` up to `#`. Only pages of this shop are signed."""
    return jsonify(asdict(get_account().jssdk.sign(request.args.get("url", ""))))
