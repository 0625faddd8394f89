"""The merchant's own mobile app at WeChat: there everybody has another openid (https://developers.weixin.qq.com/doc/oplatform/Mobile_App/WeChat_Login/Development_Guide.html)."""

from __future__ import annotations

from hashlib import sha256


def app_openid(openid: str) -> str:
    """Whom the account knows by `openid` has this one in the mobile app: always the same, and no other's."""
    return "oApp" + sha256(openid.encode()).hexdigest()[:24]
