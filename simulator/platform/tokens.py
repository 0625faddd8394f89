"""Access tokens of both channels, the IP list and the check of the callback's network."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from simulator.clock import beijing_day
from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call, route

if TYPE_CHECKING:
    from simulator.engine import Engine

LIFE_SECONDS = 7200
RENEW_BEFORE_SECONDS = 300  # the stable channel renews by itself
OVERLAP_SECONDS = 300  # the classic channel's old token and a renewed stable one still work this long
FORCED_PER_DAY = 20
FORCED_SPACING_SECONDS = 30
SECRET_SHAPE = re.compile(r"[0-9a-f]{32}")
TOKEN_SHAPE = re.compile(r"\d{2}_[\w-]{40,512}")


class Tokens:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- issuing

    def issue_classic(self) -> dict[str, Any]:
        with self._engine.store.lock:
            old = self._latest("classic")
            if old:
                until = min(old["expires_at"], self._engine.clock.now() + OVERLAP_SECONDS)
                self._engine.store.change(
                    "tokens", old["token"], expires_at=until, latest=False, replaced=True
                )
            token = self._make("classic", "87")
        return {"access_token": token["token"], "expires_in": LIFE_SECONDS}

    def issue_stable(self, *, forced: bool) -> dict[str, Any]:
        now = self._engine.clock.now()
        with self._engine.store.lock:
            old = self._latest("stable")
            if forced:
                self._check_forced(now)
                if old:
                    self._engine.store.change(
                        "tokens", old["token"], expires_at=now, latest=False, replaced=True
                    )
                token = self._make("stable", "88")
            elif old and old["expires_at"] - now > RENEW_BEFORE_SECONDS:
                token = old
            else:
                if old:
                    self._engine.store.change("tokens", old["token"], latest=False)
                token = self._make("stable", "88")
        return {"access_token": token["token"], "expires_in": int(token["expires_at"] - now)}

    def expire_all(self) -> int:
        """For the lab: every access token is over now. Answers how many."""
        now = self._engine.clock.now()
        living = [token for token in self._engine.store.all("tokens") if token["expires_at"] > now]
        for token in living:
            self._engine.store.change("tokens", token["token"], expires_at=now)
        return len(living)

    # -- checking

    def check(self, call: Call) -> None:
        """Raises: PlatformError 41001, 40014, 40001, 42001."""
        value = call.arg("access_token")
        if not value:
            call.verdicts.add("access_token", False, "缺少")
            raise PlatformError(41001)
        if not TOKEN_SHAPE.fullmatch(value):
            call.verdicts.add("access_token", False, "格式不对")
            raise PlatformError(40014)
        token = self._engine.store.find("tokens", value)
        if token is None or (token.get("replaced") and token["expires_at"] <= self._engine.clock.now()):
            call.verdicts.add("access_token", False, "不认识，或已被新的代替")
            raise PlatformError(40001)
        if token["expires_at"] <= self._engine.clock.now():
            call.verdicts.add("access_token", False, "已过期")
            raise PlatformError(42001)
        call.verdicts.add("access_token", True, f"{token['channel']}，还有 {self._left(token)} 秒")

    def check_credentials(self, call: Call, appid: str, secret: str, *, wrong: int = 40125) -> None:
        """Raises: PlatformError 41002, 41004, 40013, 40125, or `wrong` for a well-formed but wrong secret."""
        account = self._engine.settings.account
        self._check(call, appid, secret, {account.appid: account.appsecret}, wrong)

    def check_login_credentials(self, call: Call, appid: str, secret: str) -> None:
        """The same for web authorisation, which the mobile app may use, too."""
        account = self._engine.settings.account
        known = {account.appid: account.appsecret, account.app_appid: account.app_secret}
        self._check(call, appid, secret, known, 40125)

    def _check(self, call: Call, appid: str, secret: str, known: dict[str, str], wrong: int) -> None:
        if not appid:
            raise PlatformError(41002)
        if appid not in known:
            call.verdicts.add("appid", False, appid)
            raise PlatformError(40013)
        if not secret:
            raise PlatformError(41004)
        if secret != known[appid]:
            call.verdicts.add("appsecret", False, "与账号不符")
            raise PlatformError(wrong if SECRET_SHAPE.fullmatch(secret) else 40125)
        call.verdicts.add("appid 与 appsecret", True)

    def check_address(self, call: Call) -> None:
        """The IP list of the console, played by a switch. Raises: PlatformError 40164."""
        if self._engine.faults.strikes("api_40164"):
            address = call.request.remote_addr or "127.0.0.1"
            call.verdicts.add("IP 白名单", False, address)
            raise PlatformError(40164, f"invalid ip {address} ipv6 ::ffff:{address}, not in whitelist")
        call.verdicts.add("IP 白名单", True)

    def _latest(self, channel: str) -> dict[str, Any] | None:
        tokens = self._engine.store.all("tokens")
        return next((token for token in tokens if token["channel"] == channel and token["latest"]), None)

    def _make(self, channel: str, prefix: str) -> dict[str, Any]:
        token: dict[str, Any] = {
            "token": f"{prefix}_{secrets.token_urlsafe(100)}",
            "channel": channel,
            "expires_at": self._engine.clock.now() + LIFE_SECONDS,
            "latest": True,
        }
        return self._engine.store.put("tokens", token["token"], token)

    def _check_forced(self, now: float) -> None:
        day = beijing_day(now)
        forced = self._engine.store.find("forced", day) or {"times": 0, "last": 0.0}
        if forced["times"] >= FORCED_PER_DAY:
            raise PlatformError(45009)
        if now - forced["last"] < FORCED_SPACING_SECONDS:
            raise PlatformError(45011)
        self._engine.store.put("forced", day, {"times": forced["times"] + 1, "last": now})

    def _left(self, token: dict[str, Any]) -> int:
        return int(token["expires_at"] - self._engine.clock.now())


@route("GET", "/cgi-bin/token", "取 access_token（旧通道）", needs_token=False, daily_limit=2000)
def get_token(call: Call) -> dict[str, Any]:
    if call.arg("grant_type") != "client_credential":
        raise PlatformError(40002)
    call.engine.tokens.check_credentials(call, call.arg("appid"), call.arg("secret"), wrong=40001)
    call.engine.tokens.check_address(call)
    return call.engine.tokens.issue_classic()


@route("POST", "/cgi-bin/stable_token", "取 stable_token", needs_token=False, daily_limit=500_000)
def get_stable_token(call: Call) -> dict[str, Any]:
    body = call.json()
    if body.get("grant_type") != "client_credential":
        raise PlatformError(40002)
    appid, secret = str(body.get("appid", "")), str(body.get("secret", ""))
    call.engine.tokens.check_credentials(call, appid, secret, wrong=40001)
    call.engine.tokens.check_address(call)
    return call.engine.tokens.issue_stable(forced=body.get("force_refresh") is True)


@route("GET", "/cgi-bin/getcallbackip", "取推送来源地址")
def get_callback_addresses(call: Call) -> dict[str, Any]:
    return {"ip_list": ["127.0.0.1", "101.226.103.0/25"]}


@route("GET", "/cgi-bin/get_api_domain_ip", "取接口服务器地址")
def get_api_addresses(call: Call) -> dict[str, Any]:
    return {"ip_list": ["127.0.0.1"]}


@route("POST", "/cgi-bin/callback/check", "检查回调网络")
def check_callback(call: Call) -> dict[str, Any]:
    body = call.json()
    if body.get("action") not in {"dns", "ping", "all"}:
        raise PlatformError(40202)
    if body.get("check_operator") not in {"CHINANET", "UNICOM", "CAP", "DEFAULT"}:
        raise PlatformError(40203)
    dns = [{"ip": "127.0.0.1", "real_operator": "UNICOM"}]
    ping = [{"ip": "127.0.0.1", "from_operator": "UNICOM", "package_loss": "0%", "time": "0.042ms"}]
    return {
        **({"dns": dns} if body["action"] != "ping" else {}),
        **({"ping": ping} if body["action"] != "dns" else {}),
    }
