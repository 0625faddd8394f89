"""Reads a pasted address, such as `王小茶 13800001234 福建省厦门市思明区湖滨南路88号`, into its fields.

It only fills in a form that a person looks through before saving: what it cannot tell, it leaves empty.
"""

import re
from dataclasses import dataclass

MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
REGIONS = {
    "内蒙古": "自治区",
    "广西": "壮族自治区",
    "西藏": "自治区",
    "宁夏": "回族自治区",
    "新疆": "维吾尔自治区",
}
SPECIAL = {"香港": "特别行政区", "澳门": "特别行政区"}
_PROVINCES = (
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 "
    "陕西 甘肃 青海 台湾"
)
PROVINCES = {
    **dict.fromkeys(MUNICIPALITIES, "市"),
    **dict.fromkeys(_PROVINCES.split(), "省"),
    **REGIONS,
    **SPECIAL,
}

_PHONE = re.compile(r"(?:\+?86[-\s]?)?(1[3-9]\d[-\s]?\d{4}[-\s]?\d{4})(?!\d)")
_LABEL = re.compile(
    r"(收货人|收件人|姓名|联系人|手机号码?|联系电话|电话|所在地区|详细地址|收货地址|地址)\s*[:：]?"
)
_CITY = re.compile(r"\s*([^\s区县旗]{1,9}?(?:自治州|地区|市|盟|州(?=[^\s]{1,9}?[市县区])))")
_DISTRICT = re.compile(r"\s*([^\s路街道号]{1,9}?(?:自治县|自治旗|新区|区|县|市|旗))")


@dataclass(frozen=True, slots=True)
class ReadAddress:
    """What could be told from a text; the rest is empty."""

    receiver: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    detail: str = ""


def read_address(text: str) -> ReadAddress:
    """Take a pasted text apart. Never fails; `text` is cut at 300 characters."""
    rest = _LABEL.sub(" ", text[:300])
    rest, phone = _take_phone(rest)
    words = [word for word in re.split(r"[\s,，;；、]+", rest) if word]
    start = next((number for number, word in enumerate(words) if _find_province(word)), None)
    if start is None:
        return ReadAddress(receiver=_name_among(words), phone=phone, detail=_rest_without_name(words))
    receiver = _name_among(words[:start]) or (_name_among(words[-1:]) if len(words) > start + 1 else "")
    place = " ".join(word for word in words[start:] if word != receiver)
    return _read_place(place, receiver, phone)


def _take_phone(text: str) -> tuple[str, str]:
    found = _PHONE.search(text)
    if found is None:
        return text, ""
    return f"{text[: found.start()]} {text[found.end() :]}", re.sub(r"\D", "", found.group(1))


def _find_province(word: str) -> str:
    return next((name for name in PROVINCES if word.startswith(name)), "")


def _read_place(place: str, receiver: str, phone: str) -> ReadAddress:
    name = _find_province(place)
    province = name + PROVINCES[name]
    rest = place.removeprefix(name)
    for ending in (PROVINCES[name], "省", "市", "自治区"):
        if rest.startswith(ending):
            rest = rest[len(ending) :]
            break
    city, rest = (province, rest.lstrip()) if name in MUNICIPALITIES else _take(_CITY, rest)
    if name in MUNICIPALITIES:
        rest = rest.removeprefix(province).removeprefix("市辖区")
    district, rest = _take(_DISTRICT, rest)
    return ReadAddress(receiver, phone, province, city, district, rest.strip())


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.match(text)
    return (found.group(1), text[found.end() :]) if found else ("", text)


def _name_among(words: list[str]) -> str:
    return next((word for word in words if 2 <= len(word) <= 5 and not re.search(r"[\d号路街]", word)), "")


def _rest_without_name(words: list[str]) -> str:
    name = _name_among(words)
    return " ".join(word for word in words if word != name)
