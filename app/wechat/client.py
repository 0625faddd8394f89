"""Calls to the account's interface: wechatpy's client behind stable_token, one bounded retry and time-outs.

wechatpy knows the calls; who holds the token, how often a call is repeated and where it goes is decided here.
Source: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
"""

from typing import Any

import requests
from wechatpy.client import WeChatClient

from app.core.errors import PlatformError
from app.core.outgoing import write_json
from app.wechat import transport
from app.wechat.platform_errors import make_unreadable, raise_for_errcode
from app.wechat.token_store import Fresh, SharedCredential

OFFICIAL_BASE = "https://api.weixin.qq.com"  # wechatpy writes this host into many of its calls
TOKEN_REFUSED = (40001, 40014, 42001)
TOKEN_TIMEOUT = (3, 5)
ANSWERED_WITH_FILES = ("/media/get", "/media/get/jssdk", "/material/get_material")


class AccountClient(WeChatClient):
    """The account's interface: `client.get("menu/get")`, `client.post("…", data={…})`, wechatpy's calls.

    Every call raises PlatformError when WeChat says no and PlatformUnreachable when it cannot be understood.
    None of them may be made inside a transaction.
    """

    def __init__(self, *, appid: str, secret: str, api_base: str, session: requests.Session) -> None:
        super().__init__(appid, secret, timeout=transport.TIMEOUT, auto_retry=False)
        self._http.close()
        self._http = session
        self.api_base = api_base
        self.API_BASE_URL = f"{api_base}/cgi-bin/"
        self.token = SharedCredential("access_token", self._fetch_token)
        self.ticket = SharedCredential("jsapi_ticket", self._fetch_ticket)

    @property
    def access_token(self) -> str:
        """The token all processes share."""
        return self.token.get()

    def check_credentials(self) -> None:
        """Ask WeChat for the token past what is kept: the stable channel hands out the same one, so nothing changes.

        Raises: PlatformError, PlatformUnreachable.
        """
        self._fetch_token(False)

    def fetch_access_token(self) -> None:
        """wechatpy's way of renewing, closed: tokens come from the store alone."""
        raise NotImplementedError("tokens are renewed by the token store")

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        """One call; once more, with another token, when WeChat refuses the token."""
        url = self._locate(url_or_endpoint, kwargs.pop("api_base_url", self.API_BASE_URL))
        process = kwargs.pop("result_processor", None)
        if "json" in kwargs:
            raise TypeError("use data={…}: json= would escape Chinese characters")
        if isinstance(kwargs.get("data"), dict | list):
            kwargs["data"] = write_json(kwargs["data"])
        result = self._call_with_token(method, url, kwargs)
        return process(result) if process else result

    def _call_with_token(self, method: str, url: str, kwargs: dict[str, Any]) -> Any:
        params = dict(kwargs.pop("params", None) or {})
        own_token = params.pop("access_token", None)
        token = own_token or self.access_token
        try:
            return self._call(method, url, params | {"access_token": token}, kwargs)
        except PlatformError as error:
            if own_token or error.errcode not in TOKEN_REFUSED:
                raise
            other = self.token.replace(refused=token)
            if other is None:
                raise
        _rewind(kwargs)
        return self._call(method, url, params | {"access_token": other}, kwargs)

    def _call(self, method: str, url: str, params: dict[str, Any], kwargs: dict[str, Any]) -> Any:
        response = transport.send(self._http, method, url, params=params, **kwargs)
        if url.endswith(ANSWERED_WITH_FILES) and not response.content.startswith(b"{"):
            return response
        result = transport.read_json(response)
        raise_for_errcode(result)
        return result

    def _locate(self, url_or_endpoint: str, base: str) -> str:
        is_full = url_or_endpoint.startswith(("http://", "https://"))
        url = url_or_endpoint if is_full else f"{base}{url_or_endpoint}"
        return f"{self.api_base}{url[len(OFFICIAL_BASE) :]}" if url.startswith(OFFICIAL_BASE) else url

    def _fetch_token(self, force: bool) -> Fresh:
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": force,
        }
        url = f"{self.api_base}/cgi-bin/stable_token"
        data = write_json(body)
        answer = transport.call(self._http, "POST", url, data=data, timeout=TOKEN_TIMEOUT)
        return _fresh(answer, "access_token")

    def _fetch_ticket(self, force: bool) -> Fresh:
        return _fresh(self.get("ticket/getticket", params={"type": "jsapi"}), "ticket")


def _fresh(answer: dict[str, Any], key: str) -> Fresh:
    value, lives = answer.get(key), answer.get("expires_in")
    if not isinstance(value, str) or not value or not isinstance(lives, int) or lives <= 0:
        raise make_unreadable(f"no {key} in the answer")
    return Fresh(value, lives)


def _rewind(kwargs: dict[str, Any]) -> None:
    """Put files to be uploaded back to their beginning before they are sent again."""
    files = kwargs.get("files") or {}
    for part in files.values():
        for item in part if isinstance(part, tuple) else (part,):
            if hasattr(item, "seek"):
                item.seek(0)
