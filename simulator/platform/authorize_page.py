"""`/connect/oauth2/authorize` of open.weixin.qq.com: silent redirect, consent page, or what is wrong."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request

from simulator.wirelog import Verdicts, flatten

if TYPE_CHECKING:
    from simulator.engine import Engine

SCOPES = {"snsapi_base", "snsapi_userinfo"}
STATE = re.compile(r"[A-Za-z0-9]{0,128}")


def make_authorize(engine: Engine) -> Blueprint:
    pages = Blueprint("authorize", __name__, template_folder="templates")

    @pages.get("/connect/oauth2/authorize")
    def authorize() -> Response:
        started, verdicts = time.monotonic(), Verdicts()
        openid = request.cookies.get("sim_openid", "")
        response = _authorize(engine, openid, verdicts)
        engine.wire.record(
            "to_wechat",
            f"网页授权 {request.args.get('scope', '')}",
            request={
                "method": "GET",
                "url": request.full_path,
                "headers": flatten(request.headers.items()),
                "body": "",
            },
            response={
                "status": response.status_code,
                "headers": flatten(response.headers.items()),
                "body": response.get_data() if response.status_code != 200 else "（页面）",
            },
            ms=(time.monotonic() - started) * 1000,
            verdicts=verdicts,
            openid=openid or None,
        )
        return response

    @pages.get("/connect/oauth2/consented")
    def consented() -> Response:
        """The consent page's 允许: only for a redirect_uri that authorize would accept, too."""
        verdicts = Verdicts()
        follower = engine.followers.find(request.cookies.get("sim_openid", ""))
        if follower is None or not _is_acceptable(engine, verdicts):
            return _page("网页授权失败", "请重新打开页面", code="10003")
        return _hand_over(engine, follower, verdicts)

    return pages


def _authorize(engine: Engine, openid: str, verdicts: Verdicts) -> Response:
    follower = engine.followers.find(openid)
    if not verdicts.add("在微信里打开", follower is not None, openid) or follower is None:
        return _page("请在微信客户端打开链接", "这个页面要在模拟器的手机里打开")
    if not _is_acceptable(engine, verdicts):
        failed = verdicts.rows[-1]["check"]
        if failed == "redirect_uri 的域名":
            return _page(
                "redirect_uri 域名与后台配置不一致", request.args.get("redirect_uri", ""), code="10003"
            )
        if failed == "scope":
            return _page("该公众号没有这个 scope 的权限", request.args.get("scope", ""), code="10005")
        return _page("参数错误", f"{failed}：{verdicts.rows[-1]['detail']}")
    # Followers who come from the account's chat are not asked again; `forcePopup` asks all the same.
    asks = request.args["scope"] == "snsapi_userinfo" and (
        request.args.get("forcePopup") == "true" or not follower["subscribed"]
    )
    if asks and not _is_snapshot(engine):
        query = request.query_string.decode()
        page = render_template(
            "simulator_consent.html", account=engine.settings.account.name, follower=follower, query=query
        )
        return Response(page)
    return _hand_over(engine, follower, verdicts)


def _is_acceptable(engine: Engine, verdicts: Verdicts) -> bool:
    given = request.args
    redirect_uri, state = given.get("redirect_uri", ""), given.get("state", "")
    scheme = urlsplit(redirect_uri).scheme
    return (
        verdicts.add("appid", given.get("appid") == engine.settings.account.appid, given.get("appid", "缺少"))
        and verdicts.add(
            "response_type", given.get("response_type") == "code", given.get("response_type", "缺少")
        )
        and verdicts.add("scope", given.get("scope") in SCOPES, given.get("scope", "缺少"))
        and verdicts.add("state", STATE.fullmatch(state) is not None, state)
        and verdicts.add("redirect_uri", scheme in {"http", "https"}, redirect_uri or "缺少")
        and verdicts.add("redirect_uri 的域名", engine.settings.is_allowed_host(redirect_uri), redirect_uri)
    )


def _is_snapshot(engine: Engine) -> bool:
    asked = request.args.get("forceSnapShot") == "true" or request.cookies.get("sim_snapshot") == "1"
    return asked or engine.faults.peek("oauth_snapshot") == "on"


def _hand_over(engine: Engine, follower: dict[str, Any], verdicts: Verdicts) -> Response:
    """Back to the shop with a code."""
    asked = request.args.get("forceSnapShot") == "true" or request.cookies.get("sim_snapshot") == "1"
    snapshot = asked or engine.faults.strikes("oauth_snapshot")
    code = engine.oauth.make_code(follower["openid"], request.args["scope"], snapshot=snapshot)
    verdicts.add("访客", None if snapshot else True, "快照页" if snapshot else follower["openid"])
    target = _with_query(request.args["redirect_uri"], code=code, state=request.args.get("state", ""))
    if engine.faults.strikes("oauth_double"):
        verdicts.add("故障开关", None, "回调地址会被请求两次")
        return Response(render_template("simulator_double.html", target=target))
    response = redirect(target, 302)
    response.headers["Cache-Control"] = "no-store"
    return Response(response.get_data(), status=302, headers=dict(response.headers))


def _with_query(url: str, **added: str) -> str:
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return parts._replace(query=urlencode(query), fragment="").geturl()


def _page(title: str, text: str, code: str = "") -> Response:
    return Response(render_template("simulator_notice.html", title=title, text=text, code=code))
