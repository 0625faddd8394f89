"""Signatures for the JS-SDK: what a page needs to call `wx.config`.

Source: https://developers.weixin.qq.com/doc/service/guide/h5/jssdk.html
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import InputInvalid


@dataclass(frozen=True, slots=True)
class PageSignature:
    """The four values `wx.config` wants, under the names it wants."""

    appId: str
    timestamp: int
    nonceStr: str
    signature: str


class JsSdk:
    """Signs addresses of one account's pages, with a ticket all processes share."""

    def __init__(self, *, appid: str, base_url: str, find_ticket: Callable[[], str]) -> None:
        self._appid = appid
        self._host = urlsplit(base_url).netloc.lower()
        self._find_ticket = find_ticket

    def sign(self, url: str) -> PageSignature:
        """Sign the full address of a page of ours; what follows `#` is left out.

        Raises: InputInvalid when the page is not ours, PlatformError when there is no ticket to be had.
        """
        page = url.split("#", 1)[0]
        if not self._is_ours(page):
            raise InputInvalid(_("只能为本店的页面签名"))
        nonce, timestamp = secrets.token_hex(8), int(clock.now().timestamp())
        signature = compute_signature(self._find_ticket(), nonce, timestamp, page)
        return PageSignature(self._appid, timestamp, nonce, signature)

    def _is_ours(self, page: str) -> bool:
        try:
            parts = urlsplit(page)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and parts.netloc.lower() == self._host


def compute_signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """SHA-1 over the four values in WeChat's order, none of them URL-encoded."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
