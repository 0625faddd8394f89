"""What a product's page tells below its price: formatted text and our own pictures, and nothing that could act.

Whatever somebody types, pastes or imports goes through `clean`; what is shown goes through it once more.
"""

import re
from html import escape

import nh3
from flask_babel import gettext as _
from markupsafe import Markup

from app.catalog.pictures import NAME
from app.core.errors import InputInvalid

LONGEST = 60_000  # characters of HTML
PICTURES = "/shop/media/"
TAGS = {"p", "br", "strong", "b", "em", "i", "u", "h3", "h4", "ul", "ol", "li", "blockquote", "a", "img"}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}
_OUTSIDE = re.compile(r"^\s*(?!<(?:p|h3|h4|ul|ol|blockquote)[\s>])")
_EMPTY = re.compile(r"^(?:\s|&nbsp;|<br>|</?p>)*$")


def clean(text: str) -> str:
    """HTML that may be shown anywhere; empty when there is nothing to see. Plain text becomes paragraphs.

    Raises: InputInvalid when it is too long.
    """
    if len(text) > LONGEST:
        raise InputInvalid(_("商品详情太长，最多 %(n)s 字", n=LONGEST))
    html = _clean(text) if "<" in text else _paragraphs(text)
    return "" if _EMPTY.fullmatch(html) else html


def show(text: str) -> Markup:
    """The same for a page; what was kept as plain text is shown as paragraphs."""
    html = _clean(text) if text.lstrip().startswith("<") else _paragraphs(text)
    return Markup(html)  # noqa: S704 - it was cleaned on this very line


def _clean(text: str) -> str:
    html = nh3.clean(
        text,
        tags=TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes={"https"},
        set_tag_attribute_values={"img": {"loading": "lazy"}},
        link_rel="noopener nofollow",
    ).strip()
    return f"<p>{html}</p>" if html and _OUTSIDE.match(html) else html


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    """Pictures are ours alone, so that nobody else learns who looks at the page."""
    if (tag, name) == ("img", "src"):
        file = value.rpartition("/")[2]
        return f"{PICTURES}{file}" if NAME.fullmatch(file) else None
    return value


def _paragraphs(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)
