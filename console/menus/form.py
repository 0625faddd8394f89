"""The form of one menu button: its fields into WeChat's words and back. Answers are chosen, not typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.wechat.menus.limits import KEY_TYPES, REQUIRED, Button
from console.menus.choices import (
    CATEGORY_PAGE,
    FIXED_KEYS,
    PAGES,
    PRODUCT,
    PRODUCT_PAGE,
    RULE,
    category_page,
    product_page,
)

DEFAULT_KEYS = {
    "scancode_push": "SCAN",
    "scancode_waitmsg": "SCAN_WAIT",
    "pic_sysphoto": "CAMERA",
    "pic_photo_or_album": "PICTURE",
    "pic_weixin": "ALBUM",
    "location_select": "LOCATION",
}
ADDRESS = "address"  # any other page, by its address
OTHER = "other"  # a key some other program answers


@dataclass(frozen=True, slots=True)
class FormValues:
    """What the form shows for a button; what does not belong to its type is empty."""

    name: str
    kind: str
    answer: str = ""  # `newest`, `contact`, `orders`, `product`, `rule`, `other`
    product: str = ""
    rule: str = ""
    key: str = ""
    page: str = ""  # a name of PAGES, `category`, `product`, `address`
    page_category: str = ""
    page_product: str = ""
    url: str = ""
    media_id: str = ""
    article_id: str = ""
    appid: str = ""
    pagepath: str = ""


def show_values(button: Button) -> FormValues:
    """The form filled in with this button."""
    texts = {name: str(value) for name, value in button.items() if not isinstance(value, list)}
    kind = texts.get("type", "click")
    own = {name: texts.get(name, "") for name in ("media_id", "article_id", "appid", "pagepath")}
    if kind == "click":
        own |= _show_answer(texts.get("key", ""))
    elif kind in KEY_TYPES:
        own["key"] = texts.get("key", "")
    elif kind == "view":
        own |= _show_page(texts.get("url", ""))
    elif kind == "miniprogram":
        own["url"] = texts.get("url", "")
    return FormValues(texts.get("name", ""), kind, **own)


def read_fields(form: Mapping[str, str]) -> dict[str, str]:
    """The button the form describes, as complete or incomplete as it was filled in."""
    kind = form.get("type", "")
    kind = kind if kind in REQUIRED else "click"
    fields = {"name": form.get("name", "").strip(), "type": kind}
    if kind == "click":
        return fields | {"key": _read_key(form)}
    if kind in KEY_TYPES:
        kept = form.get("kept_key", "") if form.get("kept_kind") == kind else ""
        return fields | {"key": kept or DEFAULT_KEYS[kind]}
    if kind == "view":
        return fields | {"url": _read_page(form)}
    if kind == "miniprogram":
        fields["url"] = form.get("mini_url", "").strip()
    own = (name for name in REQUIRED[kind] if name != "url")
    return fields | {name: form.get(name, "").strip() for name in own}


def _show_answer(key: str) -> dict[str, str]:
    for answer, fixed in FIXED_KEYS.items():
        if key == fixed:
            return {"answer": answer}
    if key.startswith(PRODUCT):
        return {"answer": "product", "product": key.removeprefix(PRODUCT)}
    if key.startswith(RULE):
        return {"answer": "rule", "rule": key.removeprefix(RULE)}
    return {"answer": OTHER, "key": key} if key else {}


def _read_key(form: Mapping[str, str]) -> str:
    answer = form.get("answer", "")
    if answer in FIXED_KEYS:
        return FIXED_KEYS[answer]
    chosen = {"product": (PRODUCT, form.get("product", "")), "rule": (RULE, form.get("rule", ""))}
    if answer in chosen:
        prefix, value = chosen[answer]
        return f"{prefix}{value}" if value else ""
    return form.get("other_key", "").strip() if answer == OTHER else ""


def _show_page(url: str) -> dict[str, str]:
    for page, path in PAGES.items():
        if url == path:
            return {"page": page}
    if url.startswith(CATEGORY_PAGE):
        return {"page": "category", "page_category": url.removeprefix(CATEGORY_PAGE)}
    if url.startswith(PRODUCT_PAGE):
        return {"page": "product", "page_product": url.removeprefix(PRODUCT_PAGE)}
    return {"page": ADDRESS, "url": url} if url else {}


def _read_page(form: Mapping[str, str]) -> str:
    page = form.get("page", "")
    if page in PAGES:
        return PAGES[page]
    if page == "category":
        return category_page(value) if (value := form.get("page_category", "")) else ""
    if page == "product":
        return product_page(value) if (value := form.get("page_product", "")) else ""
    return form.get("url", "").strip() if page == ADDRESS else ""
