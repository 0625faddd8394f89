"""The web port: a reverse proxy that makes the follower's browser look like WeChat's to the shop.

Without the cookie of a simulated phone a request passes through untouched: an outside browser, WeChat's
pushes and payment notifications reach the shop's public address this way.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from simulator.webview.cookie_jar import CookieJars
from simulator.webview.own_pages import OWN_ROUTES, shop_is_down
from simulator.webview.rewriting import OWN_PATH, looks_like_document, prepare_page, relax_framing
from simulator.webview.surroundings import Surroundings, surroundings_of
from simulator.webview.upstream import (
    HOP_BY_HOP,
    Headers,
    UpstreamAnswer,
    UpstreamUnreachable,
    send_upstream,
)
from simulator.webview.user_agents import ACCEPT_LANGUAGES, user_agent_for

WsgiApp = Callable[..., Iterable[bytes]]

_NOT_FORWARDED = HOP_BY_HOP | {"content-length", "accept-encoding"}
_FRAME_BLOCKERS = frozenset({"x-frame-options", "set-cookie"})
_OF_THE_UNCHANGED_PAGE = frozenset({"content-length", "etag", "last-modified"})
_CSP_HEADERS = frozenset({"content-security-policy", "content-security-policy-report-only"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """The follower whose phone asks, and whether he only sees a snapshot page."""

    openid: str
    platform: str
    language: str
    is_snapshot: bool

    @property
    def jar(self) -> str:
        """Name of his cookie jar; a snapshot page has a storage of its own."""
        return f"{self.openid}#snapshot" if self.is_snapshot else self.openid


def create_gateway(engine: object) -> WsgiApp:
    """Build the WSGI app of the web port on top of a running engine."""
    return Gateway(surroundings_of(engine))


class Gateway:
    """Answers its own few addresses and hands everything else to the shop."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.jars = CookieJars(surroundings.store)

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._answer(request)
        except HTTPException as refused:
            response = refused.get_response(environ)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        own = OWN_ROUTES.get(request.path)
        if own is not None:
            return own(self, request)
        if request.path.startswith(f"{OWN_PATH}/"):
            return Response("not found", 404, mimetype="text/plain")
        visitor = self._visitor(request)
        try:
            answer = self._forward(request, visitor)
        except UpstreamUnreachable:
            return self._excuse(visitor)
        if visitor is None:
            return _pass_on(answer, answer.headers)
        self.jars.keep(visitor.jar, _all(answer.headers, "set-cookie"), request.path)
        return self._dress(request, visitor, answer)

    def _visitor(self, request: Request) -> Visitor | None:
        openid = request.cookies.get("sim_openid", "")
        platform = self.surroundings.platform_of(openid) if openid else None
        if platform is None:
            return None
        return Visitor(
            openid,
            platform,
            request.cookies.get("sim_lang", "zh"),
            request.cookies.get("sim_snapshot") == "1",
        )

    def _forward(self, request: Request, visitor: Visitor | None) -> UpstreamAnswer:
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _NOT_FORWARDED]
        if visitor is not None:
            cookies = self.jars.header_for(visitor.jar, request.path)
            headers = _phone_headers(headers, visitor, cookies, self.surroundings.web_base)
        else:
            headers += [("Accept-Encoding", v) for v in request.headers.getlist("Accept-Encoding")]
        headers = _with_forwarded(headers, request)
        body = request.get_data(cache=False)
        return send_upstream(self.surroundings.upstream, request.method, _raw_target(request), headers, body)

    def _dress(self, request: Request, visitor: Visitor, answer: UpstreamAnswer) -> Response:
        csp = "; ".join(_all(answer.headers, "content-security-policy"))
        headers = [self._dress_header(k, v) for k, v in answer.headers if k.lower() not in _FRAME_BLOCKERS]
        if not _is_page(request, answer):
            return _pass_on(answer, headers)
        body = answer.read_all()
        if looks_like_document(body):
            body = prepare_page(body, self._bridge_facts(visitor), csp)
        headers = [(k, v) for k, v in headers if k.lower() not in _OF_THE_UNCHANGED_PAGE]
        # What the browser keeps belongs to this follower's phone only.
        return _response(body, answer, [*headers, ("Vary", "Cookie")])

    def _bridge_facts(self, visitor: Visitor) -> dict[str, str]:
        return {
            "phone": self.surroundings.platform_base,
            "platform": visitor.platform,
            "agent": user_agent_for(visitor.platform, visitor.language),
        }

    def _excuse(self, visitor: Visitor | None) -> Response:
        page = shop_is_down(self.surroundings.upstream)
        if visitor is not None:
            page.set_data(prepare_page(page.get_data(), self._bridge_facts(visitor)))
        return page

    def _dress_header(self, name: str, value: str) -> tuple[str, str]:
        lowered = name.lower()
        if lowered in _CSP_HEADERS:
            return name, relax_framing(value, self.surroundings.platform_base)
        if lowered == "location":
            return name, _to_web_host(value, self.surroundings)
        return name, value


def _phone_headers(headers: Headers, visitor: Visitor, cookies: str, web_base: str) -> Headers:
    replaced = {"cookie", "user-agent", "accept-language"}
    kept = [_as_top_window(k, v) for k, v in headers if k.lower() not in replaced]
    kept = [(k, v) for k, v in kept if k.lower() != "referer" or v.startswith(web_base)]
    kept.append(("User-Agent", user_agent_for(visitor.platform, visitor.language)))
    kept.append(("Accept-Language", ACCEPT_LANGUAGES.get(visitor.language, ACCEPT_LANGUAGES["zh"])))
    kept.append(("Accept-Encoding", "identity"))  # the page must be readable here
    return [*kept, ("Cookie", cookies)] if cookies else kept


def _as_top_window(name: str, value: str) -> tuple[str, str]:
    """The phone shows a page in a frame of ours; to the shop it is a window of its own."""
    lowered, shown = name.lower(), value.lower()
    if lowered == "sec-fetch-dest" and shown == "iframe":
        return name, "document"
    if lowered == "sec-fetch-site" and shown in {"same-site", "cross-site"}:
        return name, "none"
    return name, value


def _with_forwarded(headers: Headers, request: Request) -> Headers:
    earlier = [v for k, v in headers if k.lower() == "x-forwarded-for"]
    kept = [(k, v) for k, v in headers if not k.lower().startswith("x-forwarded-")]
    return [
        *kept,
        ("X-Forwarded-For", ", ".join([*earlier, request.remote_addr or "127.0.0.1"])),
        ("X-Forwarded-Proto", request.scheme),
        ("X-Forwarded-Host", request.host),
    ]


def _raw_target(request: Request) -> str:
    """Path and query exactly as they came: decoding and encoding again could break a signature."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if raw and raw.startswith("/"):
        return raw
    return request.full_path.rstrip("?") if not request.query_string else request.full_path


def _is_page(request: Request, answer: UpstreamAnswer) -> bool:
    kinds = _all(answer.headers, "content-type")
    has_body = request.method != "HEAD" and answer.status not in {204, 304}
    return has_body and any(kind.lower().startswith("text/html") for kind in kinds)


def _all(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def _pass_on(answer: UpstreamAnswer, headers: Headers) -> Response:
    return _response(answer.stream(), answer, headers)


def _response(body: bytes | Iterable[bytes], answer: UpstreamAnswer, headers: Headers) -> Response:
    response = Response(body, f"{answer.status} {answer.reason}")
    response.headers.clear()
    for name, value in headers:
        response.headers.add(name, value)
    if isinstance(body, bytes):
        response.headers["Content-Length"] = str(len(body))
    response.autocorrect_location_header = False
    return response


def _to_web_host(location: str, surroundings: Surroundings) -> str:
    there, shop = urlsplit(location), urlsplit(surroundings.upstream)
    if there.netloc and there.netloc == shop.netloc:
        web = urlsplit(surroundings.web_base)
        return there._replace(scheme=web.scheme, netloc=web.netloc).geturl()
    return location
