"""What an order may contain: fields and limits, the expiry rule, the form compared on re-entry."""

from __future__ import annotations

import copy
import re
from datetime import datetime
from typing import Any

from simulator.pay.errors import param_error

OUT_TRADE_NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
GOODS_ID = re.compile(r"[0-9A-Za-z_\-]{1,32}")
DAY = 86_400
TEXTS = {  # pointer: (longest, required)
    "/appid": (32, True),
    "/mchid": (32, True),
    "/description": (127, True),
    "/attach": (128, False),
    "/notify_url": (255, True),
    "/goods_tag": (32, False),
    "/amount/currency": (16, False),
    "/detail/invoice_id": (32, False),
    "/scene_info/payer_client_ip": (45, False),
    "/scene_info/device_id": (32, False),
    "/scene_info/store_info/id": (32, False),
    "/scene_info/store_info/name": (256, False),
    "/scene_info/store_info/area_code": (32, False),
    "/scene_info/store_info/address": (512, False),
}
# What a way to pay asks for besides: pointer: (longest, required)
TEXTS_OF: dict[str, dict[str, tuple[int, bool]]] = {
    "JSAPI": {"/payer/openid": (128, True)},
    "NATIVE": {},
    "MWEB": {"/scene_info/payer_client_ip": (45, True), "/scene_info/h5_info/type": (32, True)},
    "APP": {},
}
OBJECTS_OF = {"JSAPI": ("/payer",), "MWEB": ("/scene_info", "/scene_info/h5_info")}
H5_TYPES = ("iOS", "Android", "Wap")
BOOLEANS = ("/support_fapiao", "/settle_info/profit_sharing")


def check_order(body: dict[str, Any], trade_type: str) -> None:
    """Raises: PayError PARAM_ERROR with the field that is wrong."""
    _check_characters(body)
    for pointer in ("/amount", *OBJECTS_OF.get(trade_type, ())):
        if not isinstance(_at(body, pointer), dict):
            raise param_error(pointer, _at(body, pointer), "is required and must be an object")
    for pointer, (longest, required) in {**TEXTS, **TEXTS_OF[trade_type]}.items():
        _check_text(pointer, _at(body, pointer), longest, required=required)
    number = body.get("out_trade_no")
    if not isinstance(number, str) or not OUT_TRADE_NO.fullmatch(number):
        raise param_error("/out_trade_no", number, "6 to 32 of digits, letters and _-|*")
    _check_amount(body["amount"])
    for pointer in BOOLEANS:
        if not isinstance(_at(body, pointer), bool | None):
            raise param_error(pointer, _at(body, pointer), "must be a boolean")
    _check_notify_url(body["notify_url"])
    _check_goods(body.get("detail"))
    if body.get("scene_info") is not None and not _at(body, "/scene_info/payer_client_ip"):
        raise param_error("/scene_info/payer_client_ip", None, "is required in scene_info")
    kind = _at(body, "/scene_info/h5_info/type")
    if trade_type == "MWEB" and kind not in H5_TYPES:
        raise param_error("/scene_info/h5_info/type", kind, f"must be one of {', '.join(H5_TYPES)}")
    if body.get("time_expire") is not None:
        parse_time(body["time_expire"])


def life_of(body: dict[str, Any], wall: float) -> float:
    """Seconds the buyer has. Under a minute is raised to one, over 90 days is cut, absent means seven days.

    The shop wrote `time_expire` by its own clock, so it is held against the wall clock.
    """
    if body.get("time_expire") is None:
        return 7 * DAY
    return min(max(parse_time(body["time_expire"]) - wall, 60), 90 * DAY)


def parse_time(text: Any) -> float:
    """Epoch seconds of an RFC 3339 time with offset. Raises: PayError."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise param_error("/time_expire", text, "must be RFC 3339") from error
    if moment.tzinfo is None or "T" not in text:
        raise param_error("/time_expire", text, "must be RFC 3339 with an offset")
    return moment.timestamp()


def canonical_form(body: dict[str, Any]) -> dict[str, Any]:
    """The request in the form in which two of them are the same request."""
    form = copy.deepcopy(body)
    form["amount"].setdefault("currency", "CNY")
    if form.get("time_expire") is not None:
        form["time_expire"] = parse_time(form["time_expire"])
    return {name: value for name, value in form.items() if value is not None}


def _at(body: dict[str, Any], pointer: str) -> Any:
    value: Any = body
    for name in pointer.strip("/").split("/"):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _check_text(pointer: str, value: Any, longest: int, *, required: bool) -> None:
    if value is None or value == "":
        if required:
            raise param_error(pointer, value, "is required")
        return
    if not isinstance(value, str):
        raise param_error(pointer, value, "must be a string")
    if len(value) > longest:
        raise param_error(pointer, value[:64], f"longer than {longest} characters")


def _check_characters(body: Any, pointer: str = "") -> None:
    """Only characters of one to three UTF-8 bytes: an emoji anywhere is refused."""
    if isinstance(body, dict):
        for name, value in body.items():
            _check_characters(value, f"{pointer}/{name}")
    elif isinstance(body, list):
        for position, value in enumerate(body):
            _check_characters(value, f"{pointer}/{position}")
    elif isinstance(body, str) and any(ord(character) > 0xFFFF for character in body):
        raise param_error(pointer, body[:64], "contains characters of four UTF-8 bytes")


def _check_amount(amount: dict[str, Any]) -> None:
    total = amount.get("total")
    if not isinstance(total, int) or isinstance(total, bool):
        raise param_error("/amount/total", total, "must be an integer of fen")
    if total < 1:
        raise param_error("/amount/total", total, "minimum is 1")
    if amount.get("currency", "CNY") != "CNY":
        raise param_error("/amount/currency", amount["currency"], "must be CNY")


def _check_notify_url(url: str) -> None:
    if not re.fullmatch(r"https?://[^\s?#]+", url):
        raise param_error("/notify_url", url, "must be an http(s) address without a query string")


def _check_goods(detail: Any) -> None:
    if detail is None:
        return
    goods = detail.get("goods_detail", []) if isinstance(detail, dict) else None
    if not isinstance(goods, list):
        raise param_error("/detail", detail, "must be an object with a list of goods_detail")
    for position, item in enumerate(goods):
        pointer = f"/detail/goods_detail/{position}"
        if not isinstance(item, dict) or not GOODS_ID.fullmatch(str(item.get("merchant_goods_id", ""))):
            raise param_error(f"{pointer}/merchant_goods_id", None, "is required: 1 to 32 of A-Z a-z 0-9 _ -")
        for name in ("quantity", "unit_price"):
            if not isinstance(item.get(name), int) or isinstance(item.get(name), bool):
                raise param_error(f"{pointer}/{name}", item.get(name), "must be an integer")
