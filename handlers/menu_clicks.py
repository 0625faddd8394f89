"""Answers menu buttons: `PRODUCT_<slug>`, `NEWS_NEW`, `CONTACT`."""

from flask import current_app

from app.entrances.models import EntranceKind
from app.wechat.callback.messages import ClickEvent
from app.wechat.menu import find_button_name
from app.wechat.replies import Reply, TextReply
from handlers import fallback
from handlers.links import link_to
from handlers.product_news import reply_with_newest, reply_with_product
from handlers.speech import say

PRODUCT = "PRODUCT_"
NEWEST = "NEWS_NEW"
CONTACT = "CONTACT"


def reply(push: ClickEvent) -> Reply:
    """What the button's key stands for, or the fallback."""
    if push.key == CONTACT:
        orders_url = f"{current_app.config['BASE_URL']}/shop/orders"
        return TextReply(say("contact", orders_url=orders_url))
    if push.key == NEWEST or push.key.startswith(PRODUCT):
        return _show_products(push.key)
    return fallback.reply(push)


def _show_products(key: str) -> Reply:
    door = EntranceKind.MENU, key, f"菜单：{find_button_name(key)}"
    slug = key.removeprefix(PRODUCT)
    news = reply_with_newest(*door) if key == NEWEST else reply_with_product(slug, *door)
    return news or TextReply(say("off_sale", shop_url=link_to("/shop/", *door)))
