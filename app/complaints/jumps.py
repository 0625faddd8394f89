"""The button under a reply, as a person writes it: to a page or to a mini-program."""

import re
from collections.abc import Mapping

from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.payments.gateways.complaints import Jump

LONGEST_TEXT, LONGEST_ADDRESS = 10, 512  # characters
_FIELDS = ("text", "url", "appid", "path")
NONE, PAGE, MINI_PROGRAM = "", "page", "mini"
_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")  # WeChat itself refuses http, except the one we play with
_APPID = re.compile(r"wx[0-9a-f]{16}")


def read_jump(form: Mapping[str, str]) -> Jump | None:
    """From the fields jump, jump_text, jump_url, jump_appid, jump_path. Raises: InputInvalid with a sentence."""
    kind, given = form.get("jump", NONE), {name: form.get(f"jump_{name}", "").strip() for name in _FIELDS}
    if kind not in (PAGE, MINI_PROGRAM):
        return None
    if not 0 < len(given["text"]) <= LONGEST_TEXT:
        raise InputInvalid(_("按钮上的字：1 到 %(most)s 个", most=LONGEST_TEXT))
    if kind == PAGE:
        if len(given["url"]) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(given["url"]):
            raise InputInvalid(_("网页地址要以 https:// 开头，最多 %(most)s 个字符", most=LONGEST_ADDRESS))
        return Jump(given["text"], url=given["url"])
    if not _APPID.fullmatch(given["appid"]):
        raise InputInvalid(_("小程序的 AppID 是 wx 开头的 18 位"))
    if not 0 < len(given["path"]) <= LONGEST_ADDRESS:
        raise InputInvalid(_("请填写小程序的页面路径，例如 pages/index/index"))
    return Jump(given["text"], appid=given["appid"], path=given["path"])
