"""The gateway in front of a shop that repeats what it was asked; no browser here."""

import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from simulator.webview import create_gateway

PAGE = (
    "<!DOCTYPE html><html><HEAD lang=zh><title>店</title>"
    "<script src='{sdk}'></script></HEAD><body></body></html>"
)
SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
CSP = "default-src 'self'; script-src 'nonce-a1B2' https://res.wx.qq.com; frame-ancestors 'none'"


class MemoryStore:
    """The engine's store without its file."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.kept: dict[tuple[str, str], dict[str, Any]] = {}

    def find(self, kind: str, key: str) -> dict[str, Any] | None:
        return self.kept.get((kind, key))

    def put(self, kind: str, key: str, document: dict[str, Any]) -> dict[str, Any]:
        self.kept[kind, key] = document
        return document

    def remove(self, kind: str, key: str) -> None:
        self.kept.pop((kind, key), None)


class FakeFollowers:
    """Two people: anna has an iPhone, ben an Android phone."""

    platforms = {"anna": "ios", "ben": "android"}  # noqa: RUF012

    def find(self, openid: str) -> dict[str, str] | None:
        platform = self.platforms.get(openid)
        return {"openid": openid, "platform": platform} if platform else None


class Shop:
    """Answers by path, and remembers what came."""

    def __init__(self) -> None:
        self.seen: list[SimpleNamespace] = []
        self.base = ""

    @property
    def last(self) -> SimpleNamespace:
        return self.seen[-1]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        self.seen.append(
            SimpleNamespace(
                method=request.method,
                target=environ["REQUEST_URI"],
                headers=request.headers,
                body=request.get_data(),
            )
        )
        return self.answer(request)(environ, start_response)

    def answer(self, request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        make = getattr(self, f"show_{name.replace('-', '_')}", None)
        return make() if make else Response(json.dumps({"path": request.path}), mimetype="application/json")

    def show_page(self) -> Response:
        headers = {"X-Frame-Options": "DENY", "Content-Security-Policy": CSP, "ETag": '"1"'}
        return Response(PAGE.replace("{sdk}", SDK), mimetype="text/html", headers=headers)

    def show_piece(self) -> Response:
        return Response("<li>一行</li>", mimetype="text/html")

    def show_cookies(self) -> Response:
        response = Response("ok", mimetype="text/plain")
        response.set_cookie("session", "s1", path="/")
        response.set_cookie("cart", "c1", path="/shop/cart")
        return response

    def show_forget(self) -> Response:
        response = Response("ok", mimetype="text/plain")
        response.delete_cookie("session", path="/")
        return response

    def show_absolute(self) -> Response:
        return Response(status=303, headers={"Location": f"{self.base}/shop/page?a=1"})

    def show_elsewhere(self) -> Response:
        return Response(
            status=302, headers={"Location": "https://open.weixin.qq.com/connect?x=%2F#wechat_redirect"}
        )

    def show_bytes(self) -> Response:
        return Response(bytes(range(256)) * 64, status=206, mimetype="application/octet-stream")


@pytest.fixture(scope="session")
def shop_server() -> Iterator[BaseWSGIServer]:
    server = make_server("127.0.0.1", 0, Shop(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()  # closes its socket as well
    thread.join()


@pytest.fixture
def shop(shop_server: BaseWSGIServer) -> Shop:
    """A shop that has seen nobody yet, on the one port that listens."""
    made = Shop()
    made.base = f"http://127.0.0.1:{shop_server.server_port}"
    shop_server.app = made
    return made


@pytest.fixture
def engine(shop: Shop) -> SimpleNamespace:
    settings = SimpleNamespace(
        upstream=shop.base, base="http://127.0.0.1:8001", web_base="http://127.0.0.1:8002"
    )
    return SimpleNamespace(settings=settings, followers=FakeFollowers(), store=MemoryStore())


@pytest.fixture
def outsider(engine: SimpleNamespace) -> Client:
    """A browser that is nobody's phone."""
    return Client(create_gateway(engine))


@pytest.fixture
def anna(engine: SimpleNamespace) -> Client:
    return phone_of(engine, "anna")


@pytest.fixture
def ben(engine: SimpleNamespace) -> Client:
    return phone_of(engine, "ben")


def phone_of(engine: SimpleNamespace, openid: str) -> Client:
    client = Client(create_gateway(engine))
    client.get(
        "/__wechat__/enter", query_string={"openid": openid, "url": "/"}, base_url="http://127.0.0.1:8002"
    )
    return client
