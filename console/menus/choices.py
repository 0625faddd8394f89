"""What a menu button can be given to do, by name: goods, rules, pages of the shop, materials, tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from flask import current_app
from flask_babel import gettext as _

from app.catalog.service import list_all, list_categories
from app.catalog.states import ProductState
from app.followers.tags import list_tags
from app.keywords import service as keywords
from app.materials.models import MaterialKind
from app.materials.service import list_materials
from app.wechat.menus.buttons import walk
from app.wechat.menus.limits import Button, Problem, name_of
from app.wechat.menus.prediction import PLATFORMS
from app.wechat.menus.words import say_action, say_platform, say_type

PRODUCT, RULE = "PRODUCT_", "RULE_"
FIXED_KEYS = {"newest": "NEWS_NEW", "contact": "CONTACT", "orders": "ORDERS"}
PAGES = {"home": "/shop/", "cart": "/shop/cart", "orders": "/shop/orders", "addresses": "/shop/addresses"}
CATEGORY_PAGE, PRODUCT_PAGE = "/shop/?c=", "/shop/p/"


@dataclass(frozen=True, slots=True)
class Choices:
    """Value → what it is called, in the order of the lists."""

    products: Mapping[str, str]  # by slug
    categories: Mapping[str, str]
    rules: Mapping[str, str]
    materials: Mapping[str, str]  # permanent ones that WeChat has, by media_id
    tags: Mapping[str, str]  # by WeChat's id
    unavailable: frozenset[str]  # keys of buttons that would answer with nothing now


def load_choices() -> Choices:
    """Everything there is to choose from now."""
    products, rules = list_all(), keywords.list_all()
    kinds = (MaterialKind.IMAGE, MaterialKind.VOICE, MaterialKind.VIDEO)
    lasting = [each for each in list_materials(*kinds) if each.media_id and each.expires_at is None]
    off_sale = {f"{PRODUCT}{each.slug}" for each in products if each.state != ProductState.ON_SALE}
    return Choices(
        products={each.slug: each.title for each in products},
        categories={str(each.id): each.title for each in list_categories()},
        rules={str(each.id): each.name for each in rules},
        materials={each.media_id: each.title for each in lasting},
        tags={
            str(each.wechat_id): each.name for each in list_tags() if each.wechat_id and not each.is_removed
        },
        unavailable=frozenset(off_sale | {f"{RULE}{each.id}" for each in rules if not each.is_active}),
    )


def list_platforms() -> list[tuple[str, str]]:
    """WeChat's number of each kind of phone and what it is called; the empty one is any phone."""
    return [(each, say_platform(each)) for each in ("", *PLATFORMS)]


def category_page(category_id: str) -> str:
    """The shop's page of one category."""
    return f"{CATEGORY_PAGE}{quote(category_id)}"


def product_page(slug: str) -> str:
    """The shop's page of one product."""
    return f"{PRODUCT_PAGE}{quote(slug)}"


def say_button(button: Button, choices: Choices) -> str:
    """What the button does, in the names the merchant knows."""
    kind = str(button.get("type", ""))
    if kind == "click":
        return _say_key(str(button.get("key", "")), choices)
    if kind == "view":
        url = str(button.get("url", ""))
        return str(_("打开：%(page)s", page=say_page(url, choices)) if url else _("还没有选打开哪一页"))
    if kind == "media_id":
        media_id = str(button.get("media_id", ""))
        return str(_("发送素材：%(name)s", name=choices.materials.get(media_id, media_id)))
    if kind.startswith(("scancode", "pic", "location")):
        return say_type(kind)
    return say_action(button)


def say_page(url: str, choices: Choices) -> str:
    """The name of a page of the shop, or the address as it is."""
    path = own_path(url)
    names = {
        "home": _("商城首页"),
        "cart": _("购物车"),
        "orders": _("我的订单"),
        "addresses": _("收货地址"),
    }
    for page, own in PAGES.items():
        if path == own:
            return str(names[page])
    if path.startswith(CATEGORY_PAGE):
        number = path.removeprefix(CATEGORY_PAGE)
        return str(_("分类“%(name)s”", name=choices.categories.get(number, number)))
    if path.startswith(PRODUCT_PAGE):
        slug = path.removeprefix(PRODUCT_PAGE)
        return str(_("商品“%(name)s”", name=choices.products.get(slug, slug)))
    return path


def own_path(url: str) -> str:
    """The path of a page of the shop, without where a visit came from; any other address as it is."""
    base = current_app.config["BASE_URL"]
    is_own = url == base or url.startswith((f"{base}/", "/"))
    return _without_entrance(url.removeprefix(base) or "/") if is_own else url


def find_empty_answers(definition: Mapping[str, Any], choices: Choices) -> list[Problem]:
    """Buttons that WeChat takes but that would answer with nothing: goods off sale, rules gone or off."""
    found = []
    for place, button in walk(definition):
        key = str(button.get("key", "")) if button.get("type") == "click" else ""
        if key.startswith(PRODUCT) and key.removeprefix(PRODUCT) not in choices.products:
            found.append(Problem(place, _("“%(name)s”回复的商品已经不在", name=name_of(button))))
        elif key.startswith(RULE) and key.removeprefix(RULE) not in choices.rules:
            found.append(Problem(place, _("“%(name)s”回复的规则已经不在", name=name_of(button))))
        elif key in choices.unavailable:
            found.append(
                Problem(place, _("“%(name)s”回复的商品没有在售，或规则没有启用", name=name_of(button)))
            )
    return found


def _say_key(key: str, choices: Choices) -> str:
    if key.startswith(PRODUCT):
        slug = key.removeprefix(PRODUCT)
        return str(_("回复商品：%(name)s", name=choices.products.get(slug, slug)))
    if key.startswith(RULE):
        number = key.removeprefix(RULE)
        return str(_("回复规则：%(name)s", name=choices.rules.get(number, number)))
    words = {
        "NEWS_NEW": _("回复最新商品"),
        "CONTACT": _("转人工客服"),
        "ORDERS": _("回复我的订单"),
        "": _("还没有选回复什么"),
    }
    return str(words.get(key, _("点击回复（%(key)s）", key=key)))


def _without_entrance(path: str) -> str:
    """Without the code that says where a visit came from."""
    parts = urlsplit(path)
    kept = {name: values[0] for name, values in parse_qs(parts.query).items() if name != "e"}
    query = "&".join(f"{name}={value}" for name, value in kept.items())
    return f"{parts.path}?{query}" if query else parts.path
