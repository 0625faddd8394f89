"""What WeChat's browser changes about a page: the bridge goes in first, and the phone may frame it."""

import re
from html import escape

OWN_PATH = "/__wechat__"
JWEIXIN_PATH = f"{OWN_PATH}/jweixin.js"

_JWEIXIN_URL = re.compile(rb"(?:https?:)?//res2?\.wx\.qq\.com/open/js/jweixin-[0-9.]+\.js")
_HEAD = re.compile(rb"<head(?:\s[^>]*)?>", re.IGNORECASE)
_HTML = re.compile(rb"<html(?:\s[^>]*)?>", re.IGNORECASE)
_DOCTYPE = re.compile(rb"^\s*<!doctype[^>]*>", re.IGNORECASE)
_NONCE = re.compile(r"'nonce-([A-Za-z0-9+/=_-]+)'")
_QQ_SOURCES = frozenset({"https://*.qq.com", "*.qq.com", "https:", "*"})
_WECHAT_SCRIPT_HOST = re.compile(r"(?:https?://)?res2?\.wx\.qq\.com(?=[\s;]|$)")


def looks_like_document(body: bytes) -> bool:
    """Tell a page from a piece of one that a script fetched."""
    start = body[:2048]
    return bool(_DOCTYPE.search(start) or _HTML.search(start) or _HEAD.search(start))


def prepare_page(body: bytes, facts: dict[str, str], csp: str = "") -> bytes:
    """Put the bridge before every other script and let the page load the JS-SDK from here.

    `facts` become the data attributes of the bridge's script tag: what it must know before the page runs.
    """
    body = _JWEIXIN_URL.sub(JWEIXIN_PATH.encode(), body)
    tag = _bridge_tag(facts, csp)
    for pattern in (_HEAD, _HTML, _DOCTYPE):
        found = pattern.search(body)
        if found:
            return body[: found.end()] + tag + body[found.end() :]
    return tag + body


def _bridge_tag(facts: dict[str, str], csp: str) -> bytes:
    facts = facts if allows_open_tags(csp) else {**facts, "tags": "shut-out"}
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in facts.items())
    nonce = _NONCE.search(csp)
    if nonce:
        attributes += f' nonce="{nonce.group(1)}"'
    return f'<script src="{OWN_PATH}/bridge.js"{attributes}></script>'.encode()


def allows_open_tags(csp: str) -> bool:
    """WeChat builds its tags with frames of its own, which a page with a policy has to let in."""
    rules = {words[0].lower(): words[1:] for part in reversed(csp.split(";")) if (words := part.split())}
    names = ("frame-src", "child-src", "default-src")
    sources = next((rules[name] for name in names if name in rules), None)
    return sources is None or ("webcompt:" in sources and not _QQ_SOURCES.isdisjoint(sources))


def relax_framing(csp: str, platform_base: str) -> str:
    """Let only the phone frame the page, and look for WeChat's script where we serve it; keep the rest."""
    kept = []
    for directive in filter(None, (part.strip() for part in csp.split(";"))):
        name = directive.split()[0].lower()
        if name == "frame-ancestors":
            directive = f"frame-ancestors {platform_base}"
        elif name.startswith("script-src"):
            directive = _WECHAT_SCRIPT_HOST.sub("'self'", directive)
        kept.append(directive)
    return "; ".join(kept)
