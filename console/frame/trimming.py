"""What the reader may not do is taken out of the page that goes to him: links and forms, on all pages alike,
and in the pieces of pages that scripts fetch inside JSON.

Done here, once, no template can forget it, and none is cluttered with questions. It is a courtesy: what is refused is
refused by the door's guard. A template asks `may(...)` itself where words around a link or form have to go with it.
"""

import re
from typing import Any

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from console.frame.member import find_role_here, may

_FORM = re.compile(r'<form\b[^>]*\baction="(?P<path>/console/[^"]*)"[^>]*>.*?</form>', re.DOTALL)
_LINK = re.compile(
    r'<a\b(?P<first>[^>]*)\bhref="(?P<path>/console/[^"]*)"(?P<last>[^>]*)>(?P<words>.*?)</a>', re.DOTALL
)
HOME = "console.overview.show"  # leads everybody to the first page that he may see
_METHOD = re.compile(r'<form\b[^>]*\bmethod="post"')
_CLASSES = re.compile(r'\bclass="([^"]*)"')
_NO_WORDS_WITHOUT = frozenset(
    {"btn", "trail", "dropdown-item"}
)  # links that are nothing but a way to somewhere


def trim(response: Response) -> None:
    """Take links and forms out of an HTML page, or a JSON answer; the owner's are left alone."""
    role = find_role_here()
    if role is None or role.is_owner or response.is_streamed:
        return
    ways = current_app.url_map.bind(request.host)
    if response.mimetype == "text/html":
        response.set_data(_trim_html(response.get_data(as_text=True), ways))
    elif response.mimetype == "application/json":
        answer = response.get_json()
        if (trimmed := _trim_within(answer, ways)) != answer:
            response.set_data(current_app.json.dumps(trimmed))


def _trim_within(answer: Any, ways: MapAdapter) -> Any:
    if isinstance(answer, dict):
        return {name: _trim_within(each, ways) for name, each in answer.items()}
    if isinstance(answer, list):
        return [_trim_within(each, ways) for each in answer]
    return _trim_html(answer, ways) if isinstance(answer, str) else answer


def _trim_html(page: str, ways: MapAdapter) -> str:
    page = _FORM.sub(lambda form: form[0] if _is_open(ways, form["path"], _method_of(form)) else "", page)
    return _LINK.sub(lambda link: _open_or_plain(ways, link), page)


def _method_of(form: re.Match[str]) -> str:
    return "POST" if _METHOD.match(form[0]) else "GET"


def _open_or_plain(ways: MapAdapter, link: re.Match[str]) -> str:
    if _is_open(ways, link["path"], "GET"):
        return link[0]
    classes = _CLASSES.search(link["first"] + link["last"])
    names = classes[1] if classes else ""
    if _NO_WORDS_WITHOUT.intersection(names.split()):
        return ""
    return f'<span class="{names}">{link["words"]}</span>' if names else f"<span>{link['words']}</span>"


def _is_open(ways: MapAdapter, path: str, method: str) -> bool:
    """Whether the reader may go there; what leads nowhere is somebody else's worry."""
    try:
        endpoint, _values = ways.match(re.split(r"[?#]", path, maxsplit=1)[0], method)
    except (RequestRedirect, HTTPException):
        return True
    return endpoint == HOME or may(endpoint)
