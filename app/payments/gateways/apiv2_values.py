"""What APIv2 writes, read: flat XML, its moments and numbers, and its words for no, in APIv3's spelling.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011941150 (2026-11-30)
"""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import GatewayRefused, GatewayUnreachable
from app.wechat.callback.flat_xml import ROOT, XmlRefused, parse

_COMPACT, _DASHED = "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S"

# What leaves the result open: ask again with the same numbers.
_OPEN = {
    "SYSTEMERROR": "SYSTEM_ERROR",
    "BANKERROR": "BANK_ERROR",
    "BIZERR_NEED_RETRY": "SYSTEM_ERROR",
    "FREQUENCY_LIMITED": "FREQUENCY_LIMITED",
    "INVALID_REQ_TOO_MUCH": "FREQUENCY_LIMITED",
    "": "UNKNOWN",
}
# The same no has another spelling in APIv3, which the shop knows; what is not here is spelt alike.
_SPELT = {
    "APPID_NOT_EXIST": "APPID_MCHID_NOT_MATCH",
    "LACK_PARAMS": "PARAM_ERROR",
    "MCHID_NOT_EXIST": "MCH_NOT_EXISTS",
    "NOAUTH": "NO_AUTH",
    "NOTENOUGH": "NOT_ENOUGH",
    "ORDERCLOSED": "ORDER_CLOSED",
    "ORDERNOTEXIST": "ORDER_NOT_EXIST",
    "REFUNDNOTEXIST": "RESOURCE_NOT_EXISTS",
    "SIGNERROR": "SIGN_ERROR",
    "XML_FORMAT_ERROR": "PARAM_ERROR",
}
# A refusal before anything was read has no code, and is not signed.
_SAID = (
    ("签名", "SIGN_ERROR"),
    ("appid", "APPID_MCHID_NOT_MATCH"),
    ("mch_id", "MCH_NOT_EXISTS"),
    ("证书", "CERT_ERROR"),
    ("参数", "PARAM_ERROR"),
)


def read_flat(body: bytes, *, root: str = ROOT) -> dict[str, str]:
    """Texts by name, none of which occurs twice. Raises: XmlRefused."""
    fields = parse(body, root=root)
    if any(len(texts) > 1 or "/" in path for path, texts in fields.items()):
        raise XmlRefused("a field occurs twice, or holds others")
    if any("\0" in texts[0] for texts in fields.values()):
        raise XmlRefused("holds what no text holds")
    return {name: texts[0] for name, texts in fields.items()}


def write_flat(fields: Mapping[str, str]) -> str:
    """The same the other way, as an answer to WeChat. Text that would end a CDATA section is taken apart."""
    inner = (f"<{name}><![CDATA[{text.replace(']]>', ']] >')}]]></{name}>" for name, text in fields.items())
    return f"<xml>{''.join(inner)}</xml>"


def error_of(code: str, words: str) -> GatewayRefused | GatewayUnreachable:
    """What a no that names its reason means."""
    if code in _OPEN:
        their_code = _OPEN[code]
        return GatewayUnreachable(_("微信支付暂时繁忙（%(code)s）", code=their_code), their_code=their_code)
    return GatewayRefused(_SPELT.get(code, code), words)


def refusal_of(words: str) -> GatewayRefused | GatewayUnreachable:
    """What a no without a code means; what nobody here knows leaves the result open."""
    for part, code in _SAID:
        if part in words.lower():
            return GatewayRefused(code, words)
    return GatewayUnreachable(_("微信支付没有受理：%(words)s", words=words[:80]))


def text_of(fields: Mapping[str, str], name: str) -> str:
    """A text that has to be there. Raises: KeyError, ValueError."""
    if not fields[name]:
        raise ValueError(name)
    return fields[name]


def whole_of(text: str) -> int:
    """A whole number of fen. Raises: ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ValueError("amount")
    return int(text)


def moment_of(text: str | None) -> datetime | None:
    """A moment, which is told in Beijing's time; None for nothing. Raises: ValueError."""
    if not text:
        return None
    form = _DASHED if "-" in text else _COMPACT
    return datetime.strptime(text, form).replace(tzinfo=clock.BEIJING)
