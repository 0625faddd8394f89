"""Web authorisation: sends a visitor to WeChat and turns the code he comes back with into his openid.

Source: https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote

import requests

from app.core.errors import PlatformError
from app.wechat import transport
from app.wechat.platform_errors import make_unreadable

SCOPES = ("snsapi_base", "snsapi_userinfo")
_STATE = re.compile(r"[a-zA-Z0-9]{1,128}")
_CODE = re.compile(r"[\w-]{1,512}", re.ASCII)
_OPENID = re.compile(r"[\w-]{1,64}", re.ASCII)

CODE_USED = 40163
CODE_INVALID = (40029, 41008, 42003)


class CodeUsed(PlatformError):
    """The code was exchanged before: a reload, the back button, or a page opened twice."""

    code = "oauth_code_used"
    http_status = 400


class CodeInvalid(PlatformError):
    """The code is unknown to WeChat, too old or missing."""

    code = "oauth_code_invalid"
    http_status = 400


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came back from WeChat. A snapshot visitor's openid is made up: never store it."""

    openid: str
    scope: str
    is_snapshot: bool
    unionid: str = ""
    sns_token: str = field(default="", repr=False)  # of this visit alone, for `fetch_profile`


@dataclass(frozen=True, slots=True)
class VisitorProfile:
    """What a visitor agreed to show. Hostile text and an address of WeChat's that may die."""

    nickname: str
    avatar_url: str
    unionid: str = ""


class OAuth:
    """Web authorisation of one account."""

    def __init__(
        self, *, appid: str, secret: str, api_base: str, open_base: str, session: requests.Session
    ) -> None:
        self._appid, self._secret = appid, secret
        self._api_base, self._open_base = api_base, open_base
        self._session = session

    def authorize_url(self, redirect_uri: str, scope: str, state: str) -> str:
        """Where to send the visitor's browser. WeChat insists on this order and on the fragment.

        `state`: 1 to 128 letters and digits, given back unchanged.
        """
        if scope not in SCOPES or not _STATE.fullmatch(state):
            raise ValueError("scope must be one of WeChat's and state 1 to 128 letters and digits")
        return (
            f"{self._open_base}/connect/oauth2/authorize?appid={self._appid}"
            f"&redirect_uri={quote(redirect_uri, safe='')}&response_type=code&scope={scope}&state={state}"
            "#wechat_redirect"
        )

    def exchange(self, code: str) -> Visitor:
        """The visitor behind `code`, which works once and for five minutes.

        Raises: CodeUsed, CodeInvalid, PlatformError, PlatformUnreachable.
        """
        if not _CODE.fullmatch(code):
            raise CodeInvalid(40029, "invalid code")
        try:
            answer = transport.call(
                self._session,
                "GET",
                f"{self._api_base}/sns/oauth2/access_token",
                params={
                    "appid": self._appid,
                    "secret": self._secret,
                    "code": code,
                    "grant_type": "authorization_code",
                },
            )
        except PlatformError as error:
            raise _name(error) from error
        openid = answer.get("openid")
        if not isinstance(openid, str) or not _OPENID.fullmatch(openid):
            raise make_unreadable("no openid in the answer")
        return Visitor(
            openid=openid,
            scope=str(answer.get("scope", "")),
            is_snapshot=str(answer.get("is_snapshotuser", 0)) == "1",
            unionid=str(answer.get("unionid") or ""),
            sns_token=str(answer.get("access_token") or ""),
        )

    def fetch_profile(self, visitor: Visitor) -> VisitorProfile:
        """Nickname and avatar of somebody who has just agreed to it (scope snsapi_userinfo).

        Raises: PlatformError, PlatformUnreachable.
        """
        answer = transport.call(
            self._session,
            "GET",
            f"{self._api_base}/sns/userinfo",
            params={"access_token": visitor.sns_token, "openid": visitor.openid, "lang": "zh_CN"},
        )
        if answer.get("openid") != visitor.openid:
            raise make_unreadable("another openid in the answer")
        return VisitorProfile(
            nickname=str(answer.get("nickname") or ""),
            avatar_url=str(answer.get("headimgurl") or ""),
            unionid=str(answer.get("unionid") or visitor.unionid),
        )


def _name(error: PlatformError) -> PlatformError:
    if error.errcode == CODE_USED:
        return CodeUsed(error.errcode, error.errmsg, error.message)
    if error.errcode in CODE_INVALID:
        return CodeInvalid(error.errcode, error.errmsg, error.message)
    return error
