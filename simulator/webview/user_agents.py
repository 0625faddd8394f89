"""How WeChat's built-in browser introduces itself on each kind of phone."""

LANGUAGES = {"zh": "zh_CN", "en": "en"}
ACCEPT_LANGUAGES = {"zh": "zh-CN,zh-Hans;q=0.9", "en": "en-US,en;q=0.9"}

_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.50(0x18003233) NetType/WIFI Language/{language}"
)
_ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; 23127PN0CC Build/UKQ1.230804.001; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.188 Mobile Safari/537.36 XWEB/1260183 "
    "MMWEBSDK/20240501 MMWEBID/4090 "
    "MicroMessenger/8.0.50.2701(0x2800325B) WeChat/arm64 Weixin NetType/WIFI Language/{language} ABI/arm64"
)


def user_agent_for(platform: str, language: str = "zh") -> str:
    """Return the user agent of a follower's phone; `platform` is "ios" or "android"."""
    template = _ANDROID if platform == "android" else _IPHONE
    return template.format(language=LANGUAGES.get(language, "zh_CN"))
