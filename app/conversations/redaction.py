"""A push as it may be shown: what names, finds or unlocks a person is masked."""

import re

_OPENIDS = ("FromUserName", "OpenID", "openid", "UnionID", "unionid")
_PLACES = (
    "Location_X",
    "Location_Y",
    "Latitude",
    "Longitude",
    "Precision",
    "Label",
    "Poiname",
)
_KEYS = ("Ticket", "MediaId", "MediaId16K", "ThumbMediaId", "PicUrl", "ThumbUrl", "PicMd5Sum")
_BREAK_AFTER = re.compile(r"(</\w+>|<xml>)(?=<)")
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_HOUSE = re.compile(r"\d{1,5}(?=\s*[-－]?\s*(?:号|弄|栋|幢|座|单元|室|楼|层))")
MASK = "***"


def redact_payload(xml: str) -> str:
    """The XML with one element on a line; openids shortened, phones, places, addresses and tickets masked."""
    text = _BREAK_AFTER.sub(r"\1\n", xml)
    text = _inside(_OPENIDS).sub(lambda found: f"{found[1]}{_short(found[2])}{found[3]}", text)
    text = _inside((*_PLACES, *_KEYS)).sub(rf"\1{MASK}\3", text)
    return redact_words(text)


def redact_words(text: str) -> str:
    """Words with phone numbers and house numbers masked."""
    return _HOUSE.sub("**", _PHONE.sub(r"\1****\2", text))


def _inside(names: tuple[str, ...]) -> re.Pattern[str]:
    """The text of these elements, with or without CDATA."""
    return re.compile(rf"(<(?:{'|'.join(names)})>(?:<!\[CDATA\[)?)([^<\]]+)((?:\]\]>)?<)")


def _short(openid: str) -> str:
    return f"{openid[:4]}…{openid[-4:]}" if len(openid) > 10 else MASK
