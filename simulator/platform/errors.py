"""The platform's error codes with their English texts, and the `rid` it appends."""

from __future__ import annotations

import secrets
import time

TEXTS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",  # spelt so by the platform
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40015: "invalid menu type",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub_menu level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40032: "invalid openid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid args size",
    40052: "invalid action name",
    40053: "invalid action info, please check document",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40066: "invalid url",
    40092: "invalid remark name",
    40118: "invalid media_id size",
    40125: "invalid appsecret",
    40163: "code been used",
    40201: "invalid check url",
    40202: "invalid check action",
    40203: "invalid check operator",
    41001: "access_token missing",
    41002: "appid missing",
    41003: "refresh_token missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41008: "missing code",
    41009: "missing openid",
    42001: "access_token expired",
    42002: "refresh_token expired",
    42003: "code expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    44001: "empty media data",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45010: "create menu limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45029: "qrcode count out of limit",
    45047: "out of response count limit",
    45064: "no permission to use weapp in menu",
    45072: "invalid command",
    45080: "no interaction with the user in the last 30 seconds",
    45081: "the typing state is already shown",
    45098: "msgmenu list size is out of limit",
    45099: "msgmenu item content size is out of limit",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
    48002: "user block receive message",
    48006: "forbid to clear quota because of reaching the limit",
    53600: "article_id invalid",
    65301: "this menu is not conditionalmenu",
    65302: "no such user",
    65303: "there is no selfmenu, please create selfmenu first",
    65304: "match rule empty",
    65305: "menu count limit",
    65307: "conditional menu is empty",
    65308: "exist empty button act",
    65316: "domain count reach limit",
    65317: "contain invalid url",
    65318: "must use utf-8 charset",
    65320: "the privacy fields of a match rule are no longer supported",
    76001: "rid not found",
    76003: "cgi_path not found",
}


class PlatformError(Exception):
    """An answer with an errcode; `detail` replaces the standard text."""

    def __init__(self, errcode: int, detail: str = "", **extra: object) -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.errmsg = detail or TEXTS[errcode]
        self.extra = extra

    def body(self, rid: str) -> dict[str, object]:
        return {"errcode": self.errcode, "errmsg": f"{self.errmsg} rid: {rid}", **self.extra}


def make_rid() -> str:
    return f"{int(time.time()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
