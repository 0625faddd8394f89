"""What a customer chooses from before he orders: his coupons, pick-up points, and the terms he agrees to."""

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue

from api.door import api
from api.guards import customer_only, follower_id
from api.shown_orders import moment
from app.core.i18n import language_here
from app.delivery.points import list_open_points
from app.promotions import holding
from app.words.face import load_face
from app.words.reading import fill_in, title_of
from app.words.service import AGREED_TO, mark_of_terms, read_page


@api.get("/coupons")
@customer_only
def list_coupons() -> ResponseReturnValue:
    """His coupons that may be used now, the ones that end first on top; a quote says what each would do."""
    rows = [(copy, holding.rule_of(copy)) for copy in holding.list_usable(follower_id())]
    return jsonify(
        coupons=[
            {
                "coupon_id": rule.id,
                "title": rule.title,
                "kind": str(rule.kind),
                "value": rule.value,
                "threshold_fen": rule.threshold_fen,
                "most_fen": rule.most_fen,
                "expires_at": moment(copy.expires_at),
            }
            for copy, rule in rows
        ]
    )


@api.get("/pickup-points")
@customer_only
def list_pickup_points() -> ResponseReturnValue:
    """Where goods may be fetched now; empty when the shop only sends them."""
    return jsonify(
        pickup_points=[
            {
                "pickup_point_id": point.id,
                "title": point.title,
                "address": point.address,
                "phone": point.phone,
                "hours": point.hours,
            }
            for point in list_open_points()
        ]
    )


@api.get("/terms")
@customer_only
def show_terms() -> ResponseReturnValue:
    """The wordings an order agrees to, and the mark that says which ones the customer had before him."""
    language, shop_name = language_here(), load_face(current_app.config["SHOP_NAME"]).name
    pages = [read_page(kind, language) for kind in AGREED_TO]
    shown = [
        {"kind": str(page.kind), "title": title_of(page.kind), "body": fill_in(page.body, shop_name)}
        for page in pages
    ]
    return jsonify(terms=mark_of_terms(language), pages=shown)
