"""The platform port's Flask app: WeChat's hosts by path, the control API, the phone and the lab."""

from __future__ import annotations

from flask import Flask, Response, request

from simulator.alipay.gateway import make_gateway
from simulator.alipay.pages import make_pages
from simulator.control_api import add_control_api
from simulator.control_api.access import EXTENSION
from simulator.engine import Engine
from simulator.http_faults import DroppingMiddleware
from simulator.pay import bills, complaint_calls, complaint_talk, refund_calls, transactions, transport
from simulator.pay.h5_page import make_h5_page
from simulator.payv2 import calls as payv2_calls
from simulator.payv2 import door as payv2
from simulator.payv2 import refund_calls as payv2_refunds
from simulator.phone import blueprint as phone
from simulator.platform import (
    agent_sessions,
    blacklist,
    custom_messages,
    mass_calls,
    materials,
    qrcodes,
    tags,
    tickets,
    users,
)
from simulator.platform.articles import make_articles
from simulator.platform.authorize_page import make_authorize
from simulator.platform.dispatch import dispatch
from simulator.platform.once_page import make_once_page
from simulator.platform.pictures import make_pictures

ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]
REGISTERED = (
    agent_sessions,
    bills,
    blacklist,
    complaint_calls,
    complaint_talk,
    custom_messages,
    mass_calls,
    materials,
    payv2_calls,
    payv2_refunds,
    refund_calls,
    tags,
    tickets,
    transactions,
    users,
)  # importing them filled the route tables


def create_app(engine: Engine) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 16 * 2**20
    app.json.sort_keys, app.json.ensure_ascii = False, False  # type: ignore[attr-defined]

    def platform_api(path: str) -> Response:
        return dispatch(engine, request.path, request, request.get_data())

    def pay_api(path: str) -> Response:
        return transport.handle(engine)

    app.register_blueprint(make_h5_page(engine))
    app.register_blueprint(make_gateway(engine))
    app.register_blueprint(make_pages(engine))
    for prefix in ("/cgi-bin", "/sns", "/customservice", "/datacube", "/wxaapi"):
        app.add_url_rule(f"{prefix}/<path:path>", f"platform_{prefix}", platform_api, methods=ANY_METHOD)

    def payv2_api(path: str) -> Response:
        return payv2.handle(engine)

    for prefix in ("/pay", "/secapi"):
        app.add_url_rule(f"{prefix}/<path:path>", f"payv2_{prefix}", payv2_api, methods=ANY_METHOD)
    app.add_url_rule("/v3/<path:path>", "pay", pay_api, methods=ANY_METHOD, merge_slashes=False)
    app.add_url_rule(
        "/cgi-bin/showqrcode", "showqrcode", lambda: qrcodes.picture(engine, request.args.get("ticket", ""))
    )
    app.add_url_rule("/sdk/report", "report", lambda: Response(status=204))
    app.register_blueprint(make_authorize(engine))
    app.register_blueprint(make_once_page(engine))
    app.register_blueprint(make_pictures(engine))
    app.register_blueprint(make_articles(engine))
    app.extensions[EXTENSION] = engine
    add_control_api(app)
    app.register_blueprint(phone)
    app.wsgi_app = DroppingMiddleware(app.wsgi_app)  # type: ignore[method-assign]
    return app
