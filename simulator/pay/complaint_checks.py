"""What WeChat checks of a merchant's words in a complaint: length, pictures, buttons."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from simulator.pay.errors import param_error
from simulator.pay.transport import PayCall

MOST_PICTURES, MOST_ADDRESS, MOST_BUTTON = 4, 512, 10


def check_text(call: PayCall, pointer: str, text: Any) -> None:
    most = call.engine.limits.get("complaint_reply")
    if not isinstance(text, str) or not 1 <= len(text) <= most:
        raise param_error(pointer, "", f"needs 1 to {most} characters")
    if any(ord(char) > 0xFFFF for char in text):
        raise param_error(pointer, "", "holds characters of four bytes")
    call.verdicts.add("内容长度", True, f"{len(text)}/{most}")


def check_pictures(call: PayCall, pointer: str, pictures: Any) -> None:
    if not isinstance(pictures, list) or len(pictures) > MOST_PICTURES:
        raise param_error(pointer, "", f"at most {MOST_PICTURES}")
    unknown = [each for each in pictures if call.engine.complaints.find_picture(str(each)) is None]
    if unknown:
        raise param_error(pointer, unknown[0], "was never uploaded")


def page_button(call: PayCall, pointer: str, url: Any, text: Any) -> dict[str, str]:
    """A button to a page: `{text, url}`."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or len(str(url)) > MOST_ADDRESS:
        raise param_error(pointer, url, f"must be an https address of at most {MOST_ADDRESS} characters")
    if parts.scheme == "http":
        call.verdicts.add("https", None, "真实服务只收 https")
    return {"text": _label(f"{pointer}_text", text), "url": str(url)}


def mini_button(pointer: str, given: Any) -> dict[str, str]:
    """A button to a mini-program: `{text, appid, path}`."""
    wanted = given if isinstance(given, dict) else {}
    for name in ("appid", "path"):
        if not isinstance(wanted.get(name), str) or not wanted[name]:
            raise param_error(f"{pointer}/{name}", wanted.get(name), "is required")
    label = _label(f"{pointer}/text", wanted.get("text"))
    return {"text": label, "appid": wanted["appid"], "path": wanted["path"]}


def _label(pointer: str, text: Any) -> str:
    if not isinstance(text, str) or not 1 <= len(text) <= MOST_BUTTON:
        raise param_error(pointer, text, f"needs 1 to {MOST_BUTTON} characters")
    return text
