"""A follower's phone for tests of the shop's pages: WeChat's user agent, and a stand-in for its login."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.db import db
from app.core.errors import PlatformUnreachable
from app.followers.models import Follower
from app.wechat.jssdk import JsSdk
from app.wechat.oauth import CodeInvalid, CodeUsed, Visitor
from tests.factories import make_order, make_sku

BASE = "https://shop.example.cn"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; M2102J2SC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/122.0 Mobile Safari/537.36 MicroMessenger/8.0.50.2701(0x2800325B) NetType/WIFI Language/zh_CN"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"
)

HOME = {
    "receiver": "王小茶",
    "phone": "13800001234",
    "province": "福建省",
    "city": "厦门市",
    "district": "思明区",
    "detail": "湖滨南路 88 号",
}


@dataclass
class FakeOAuth:
    """WeChat's login: hands out codes that work once."""

    visitors: dict[str, Visitor] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    is_down: bool = False

    def authorize_url(self, redirect_uri: str, scope: str, state: str) -> str:
        """As WeChat wants it."""
        query = urlencode({"redirect_uri": redirect_uri, "scope": scope, "state": state})
        return f"https://open.example/connect/oauth2/authorize?{query}#wechat_redirect"

    def issue(self, openid: str, *, is_snapshot: bool = False) -> str:
        """A fresh code for this visitor."""
        code = f"code{len(self.visitors):04d}"
        self.visitors[code] = Visitor(openid, "snsapi_base", is_snapshot)
        return code

    def exchange(self, code: str) -> Visitor:
        """Who is behind the code."""
        if self.is_down:
            raise PlatformUnreachable(-1001, "down")
        if code not in self.visitors:
            raise CodeInvalid(40029, "invalid code")
        if code in self.used:
            raise CodeUsed(40163, "code been used")
        self.used.add(code)
        return self.visitors[code]


@dataclass
class FakeAccount:
    """The parts of the account that pages use."""

    oauth: FakeOAuth = field(default_factory=FakeOAuth)
    jssdk: JsSdk = field(
        default_factory=lambda: JsSdk(appid="wx1", base_url=BASE, find_ticket=lambda: "ticket")
    )


class Phone:
    """One follower's phone with its own cookies."""

    def __init__(
        self, app: Flask, openid: str = "oTeaShop_0000000000000000001", *, agent: str = WECHAT
    ) -> None:
        if not isinstance(app.extensions.get("wechat"), FakeAccount):
            app.extensions["wechat"] = FakeAccount()
        self.app, self.openid, self.agent = app, openid, agent
        self.oauth: FakeOAuth = app.extensions["wechat"].oauth
        self.client = app.test_client()

    def get(self, path: str, **query: object) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=BASE, headers=self._headers(), query_string=query or None)

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form with its CSRF token."""
        data = {name: value for name, value in fields.items() if value is not None}
        data["csrf_token"] = self._csrf_token()
        return self.client.post(path, base_url=BASE, headers=self._headers(), data=data)

    def post_bare(self, path: str, **fields: object) -> TestResponse:
        """Send a form without a token, as a stranger's page would."""
        return self.client.post(path, base_url=BASE, headers=self._headers(), data=fields)

    def log_in(self, to: str = "/shop/orders") -> "Phone":
        """Go through the silent login."""
        answer = self.come_back(self.get("/shop/login", to=to))
        assert answer.status_code == 302
        return self

    def come_back(self, sent_off: TestResponse, *, is_snapshot: bool = False, code: str = "") -> TestResponse:
        """What WeChat's redirect does after `/shop/login`."""
        state = state_of(sent_off)
        code = code or self.oauth.issue(self.openid, is_snapshot=is_snapshot)
        return self.get("/shop/login/callback", code=code, state=state)

    def session(self) -> dict[str, object]:
        """What the session cookie holds."""
        with self.client.session_transaction("/shop/", base_url=BASE) as session:
            return dict(session)

    def _headers(self) -> dict[str, str]:
        return {"User-Agent": self.agent, "Referer": f"{BASE}/shop/cart", "Accept-Language": "zh-CN"}

    def _csrf_token(self) -> str:
        with self.client.session_transaction("/shop/", base_url=BASE) as session:
            raw = session.setdefault("csrf_token", "a" * 40)
        return str(URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw))


def state_of(sent_off: TestResponse) -> str:
    """The state in the address that a login sends to."""
    assert sent_off.status_code in (302, 303), sent_off.status
    assert sent_off.location.startswith("https://open.example/"), sent_off.location
    return parse_qs(urlsplit(sent_off.location).query)["state"][0]


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return found.group(1)


def place_last_piece(phone: Phone) -> str:
    """Number of an unpaid order over ¥76.00, of the only follower there is."""
    with phone.app.app_context():
        follower = db.session.scalars(select(Follower)).one()
        return make_order(follower=follower, sku=make_sku(price_fen=6800, stock=1)).order_no
