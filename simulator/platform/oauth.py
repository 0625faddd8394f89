"""Web authorisation: codes, sns tokens, snapshot visitors (https://developers.weixin.qq.com/doc/service/guide/h5/auth.html)."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, Any

from simulator.platform.app_login import app_openid
from simulator.platform.errors import PlatformError
from simulator.platform.routing import OK, Call, route

if TYPE_CHECKING:
    from simulator.engine import Engine

CODE_SECONDS = 300
TOKEN_SECONDS = 7200
REFRESH_SECONDS = 30 * 86400
LANGUAGES = {"", "zh_CN", "zh_TW", "en"}


class OAuth:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make_code(self, openid: str, scope: str, *, snapshot: bool = False) -> str:
        code = "0" + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(31))
        document = {
            "code": code,
            "openid": self._virtual_openid(openid) if snapshot else openid,
            "scope": scope,
            "snapshot": snapshot,
            "expires_at": self._engine.clock.now() + CODE_SECONDS,
            "used": False,
            "appid": self._engine.settings.account.appid,
        }
        spoilt = self._engine.faults.take("oauth_code")
        if spoilt == "used":
            document["used"] = True
        elif spoilt == "expired":
            document["expires_at"] = self._engine.clock.now() - 1
        if spoilt != "invalid":
            self._engine.store.put("codes", code, document)
        return code

    def make_app_code(self, follower: dict[str, Any]) -> str:
        """What WeChat's SDK gives the merchant's app for this person: there he has another openid."""
        code = self.make_code(app_openid(follower["openid"]), "snsapi_userinfo")
        if self._engine.store.find("codes", code) is not None:
            appid = self._engine.settings.account.app_appid
            self._engine.store.change("codes", code, appid=appid, unionid=follower.get("unionid", ""))
        return code

    def redeem(self, code: str, appid: str) -> dict[str, Any]:
        """Raises: PlatformError 41008, 40029, 40163, 42003."""
        if not code:
            raise PlatformError(41008)
        with self._engine.store.lock:
            document = self._engine.store.find("codes", code)
            if document is None or document.get("appid", appid) != appid:
                raise PlatformError(40029)
            if document["used"]:
                raise PlatformError(40163)
            if document["expires_at"] <= self._engine.clock.now():
                raise PlatformError(42003)
            self._engine.store.change("codes", code, used=True)
        return document

    def make_tokens(self, grant: dict[str, Any]) -> dict[str, Any]:
        now = self._engine.clock.now()
        document = {
            "access_token": f"89_{secrets.token_urlsafe(80)}",
            "refresh_token": grant.get("refresh_token") or f"89_{secrets.token_urlsafe(80)}",
            "openid": grant["openid"],
            "scope": grant["scope"],
            "snapshot": grant["snapshot"],
            "unionid": grant.get("unionid", ""),
            "expires_at": now + TOKEN_SECONDS,
            "refresh_until": grant.get("refresh_until") or now + REFRESH_SECONDS,
        }
        return self._engine.store.put("sns", document["access_token"], document)

    def find_by_refresh(self, refresh_token: str) -> dict[str, Any] | None:
        found = [row for row in self._engine.store.all("sns") if row["refresh_token"] == refresh_token]
        return found[-1] if found else None

    def _virtual_openid(self, openid: str) -> str:
        """A snapshot visitor's openid: of the right shape, nobody's, and another one each time."""
        virtual = openid[:6] + secrets.token_urlsafe(32)[:22]
        self._engine.store.put("snapshots", virtual, {"openid": virtual, "real": openid})
        return virtual


@route(
    "GET",
    "/sns/oauth2/access_token",
    "用 code 换网页授权 token",
    needs_token=False,
)
def exchange_code(call: Call) -> dict[str, Any]:
    call.engine.tokens.check_login_credentials(call, call.arg("appid"), call.arg("secret"))
    if call.arg("grant_type") != "authorization_code":
        raise PlatformError(40002)
    grant = call.engine.oauth.redeem(call.arg("code"), call.arg("appid"))
    call.verdicts.add("code 未用过、未过期", True, grant["scope"])
    token = call.engine.oauth.make_tokens(grant)
    answer = _token_answer(token)
    if token["unionid"]:
        answer["unionid"] = token["unionid"]
    if token["snapshot"]:
        answer["is_snapshotuser"] = 1
    return answer


@route("GET", "/sns/oauth2/refresh_token", "刷新网页授权 token", needs_token=False)
def refresh_token(call: Call) -> dict[str, Any]:
    if call.arg("appid") != call.engine.settings.account.appid:
        raise PlatformError(40013 if call.arg("appid") else 41002)
    if call.arg("grant_type") != "refresh_token":
        raise PlatformError(40002)
    if not call.arg("refresh_token"):
        raise PlatformError(41003)
    old = call.engine.oauth.find_by_refresh(call.arg("refresh_token"))
    if old is None:
        raise PlatformError(40030)
    if old["refresh_until"] <= call.engine.clock.now():
        raise PlatformError(42002)
    return _token_answer(call.engine.oauth.make_tokens(old))


@route("GET", "/sns/userinfo", "取网页授权的用户资料", needs_token=False)
def get_profile(call: Call) -> dict[str, Any]:
    token = _sns_token(call)
    if token["scope"] != "snsapi_userinfo" or token["snapshot"]:
        raise PlatformError(48001)
    if call.arg("lang") not in LANGUAGES:
        raise PlatformError(40035)
    follower = call.engine.followers.find(token["openid"])
    if follower is None:
        raise PlatformError(40003)
    return {
        "openid": follower["openid"],
        "nickname": follower["nickname"],
        "sex": 0,
        "language": "",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": call.engine.settings.base + follower["avatar"],
        "privilege": [],
    }


@route("GET", "/sns/auth", "检验网页授权 token", needs_token=False)
def check_sns_token(call: Call) -> dict[str, Any]:
    _sns_token(call)
    return OK


def _sns_token(call: Call) -> dict[str, Any]:
    """Raises: PlatformError 41001, 40001, 42001, 41009, 40003."""
    if not call.arg("access_token"):
        raise PlatformError(41001)
    token = call.engine.store.find("sns", call.arg("access_token"))
    if token is None:
        raise PlatformError(40001)
    if token["expires_at"] <= call.engine.clock.now():
        raise PlatformError(42001)
    if not call.arg("openid"):
        raise PlatformError(41009)
    if call.arg("openid") != token["openid"]:
        raise PlatformError(40003)
    call.verdicts.add("网页授权 token", True, token["scope"])
    return token


def _token_answer(token: dict[str, Any]) -> dict[str, Any]:
    return {
        "access_token": token["access_token"],
        "expires_in": TOKEN_SECONDS,
        "refresh_token": token["refresh_token"],
        "openid": token["openid"],
        "scope": token["scope"],
    }
