"""`/mp/subscribemsg` of mp.weixin.qq.com: the follower is asked for one message, and goes back with his answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request

from simulator.platform.notices import once_key

if TYPE_CHECKING:
    from simulator.engine import Engine

MOST_SCENE = 10_000


def make_once_page(engine: Engine) -> Blueprint:
    pages = Blueprint("once", __name__, template_folder="templates")

    @pages.get("/mp/subscribemsg")
    def ask() -> Response:
        wrong = _wrong(engine)
        if wrong:
            return Response(render_template("simulator_notice.html", title="参数错误", text=wrong, code=""))
        account, query = engine.settings.account.name, request.query_string.decode()
        return Response(render_template("simulator_once.html", account=account, query=query))

    @pages.get("/mp/subscribemsg/<action>")
    def answer(action: str) -> Response:
        """Confirming counts for one message of this template and scene."""
        given = request.args
        wrong = _wrong(engine) or ("" if action in {"confirm", "cancel"} else "action")
        if wrong:
            return Response(render_template("simulator_notice.html", title="参数错误", text=wrong, code=""))
        openid = request.cookies["sim_openid"]
        if action == "confirm":
            engine.notices.agree(openid, once_key(given["template_id"], given["scene"]), accepted=True)
        told = {name: given.get(name, "") for name in ("template_id", "scene", "reserved")}
        parts = urlsplit(given["redirect_url"])
        query = [*parse_qsl(parts.query), ("openid", openid), ("action", action), *told.items()]
        target = parts._replace(query=urlencode(query), fragment="").geturl()
        made = redirect(target, 302)
        return Response(made.get_data(), status=302, headers=dict(made.headers))

    return pages


def _wrong(engine: Engine) -> str:
    """The parameter that cannot be, or nothing."""
    given = request.args
    scene = given.get("scene", "")
    checks = {
        "请在微信客户端打开链接": engine.followers.find(request.cookies.get("sim_openid", "")) is not None,
        "action": given.get("action") == "get_confirm",
        "appid": given.get("appid") == engine.settings.account.appid,
        "scene": scene.isdecimal() and int(scene) <= MOST_SCENE,
        "template_id": bool(given.get("template_id")),
        "redirect_url": engine.settings.is_allowed_host(given.get("redirect_url", "")),
    }
    return next((name for name, good in checks.items() if not good), "")
