"""The few addresses of the web port that are not the shop's: entering as a follower, bridge, JS-SDK."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from simulator.webview.rewriting import JWEIXIN_PATH, OWN_PATH

_STATIC = Path(__file__).parent / "static"
_BRIDGE_PARTS = (
    "identity.js",
    "wire.js",
    "page.js",
    "text_zoom.js",
    "darkness.js",
    "open_tags.js",
    "start.js",
)
_VENDOR = Path(__file__).parents[1] / "vendor" / "weixin-js-sdk" / "index.js"
_YEAR_SECONDS = 365 * 24 * 3600

OwnRoute = Callable[[Any, Request], Response]


def enter(gateway: Any, request: Request) -> Response:
    """Remember whose phone this browser is, then open the page he wanted."""
    openid = request.args.get("openid", "")
    if gateway.surroundings.platform_of(openid) is None:
        return _plain_page(404, "没有这位粉丝", "请回到模拟器，重新选择一位粉丝。")
    target = _landing(request.args.get("url", "/"), gateway.surroundings)
    if target is None:
        return _plain_page(400, "这个地址打不开", "网页地址要以 http 或 https 开头。")
    snapshot = request.args.get("snapshot") == "1"
    if request.args.get("fresh") == "1" or snapshot:
        gateway.jars.forget(f"{openid}#snapshot" if snapshot else openid)
    response = redirect(target, 302)
    response.headers["Cache-Control"] = "no-store"
    for name, value in (("sim_openid", openid), ("sim_snapshot", "1" if snapshot else "")):
        response.set_cookie(
            name, value, max_age=_YEAR_SECONDS if value else 0, path="/", httponly=True, samesite="Lax"
        )
    return response


def _landing(url: str, surroundings: Any) -> str | None:
    parts = urlsplit(url)
    if not parts.scheme and not parts.netloc:
        return url if url.startswith("/") and not url.startswith("//") else f"/{url.lstrip('/')}"
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    ours = {urlsplit(base).netloc for base in (surroundings.upstream, surroundings.web_base)}
    if parts.netloc in ours:
        return parts._replace(scheme="", netloc="").geturl() or "/"
    return url


def bridge_script(gateway: Any, request: Request) -> Response:
    """Serve the bridge: its parts share one function scope and leave nothing else in the page."""
    parts = "\n".join((_STATIC / name).read_text("utf-8") for name in _BRIDGE_PARTS)
    return _script(f"(function () {{\n'use strict';\n{parts}\n}})();\n")


def jweixin_script(gateway: Any, request: Request) -> Response:
    """Serve the untouched JS-SDK of the npm package as the script tag a page expects."""
    if not _VENDOR.exists():
        return _script("console.error('weixin-js-sdk is missing: run the set-up again');", 503)
    source = _VENDOR.read_text("utf-8")
    return _script(
        f"(function () {{ var module = {{ exports: {{}} }};\n{source}\n"
        "window.wx = window.jWeixin = module.exports; })();\n"
    )


def beacon(gateway: Any, request: Request) -> Response:
    """Take the report the JS-SDK sends to WeChat after each configuration; nothing leaves this machine."""
    return Response(status=204)


def _script(source: str, status: int = 200) -> Response:
    response = Response(source, status, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


def shop_is_down(upstream: str) -> Response:
    """Say in plain words that the shop itself does not answer."""
    return _plain_page(
        502, "店铺还没有开门", f"在 {upstream} 没有等到店铺的回答。请确认它正在运行，然后刷新。"
    )


def _plain_page(status: int, title: str, sentence: str) -> Response:
    page = (_STATIC / "plain_page.html").read_text("utf-8")
    body = page.replace("{title}", escape(title)).replace("{sentence}", escape(sentence))
    return Response(body, status, mimetype="text/html", headers={"Cache-Control": "no-store"})


OWN_ROUTES: dict[str, OwnRoute] = {
    f"{OWN_PATH}/enter": enter,
    f"{OWN_PATH}/bridge.js": bridge_script,
    JWEIXIN_PATH: jweixin_script,
    f"{OWN_PATH}/report": beacon,
}
