"""What the reader may not do is taken out of the page that goes to him: links and forms, on all pages alike.

Done here, once, no template can forget it, and none is cluttered with questions. It is a courtesy: what is refused is
refused by the door's guard. A template asks `may(...)` itself where words around a link or form have to go with it.
"""

import re

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
    """Take links and forms out of an HTML page; the owner's pages are left alone."""
    role = find_role_here()
    if role is None or role.is_owner or response.mimetype != "text/html" or response.is_streamed:
        return
    ways = current_app.url_map.bind(request.host)
    page = response.get_data(as_text=True)
    page = _FORM.sub(lambda form: form[0] if _is_open(ways, form["path"], _method_of(form)) else "", page)
    response.set_data(_LINK.sub(lambda link: _open_or_plain(ways, link), page))


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
