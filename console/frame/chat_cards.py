"""Cards that a colleague sends into a chat, from the desk or from an order; their links remember who sent them."""

from flask import current_app
from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from app.orders.cards import order_card
from app.orders.models import Order
from app.promotions.cards import find_card_now
from app.wechat.replies import Article, NewsReply
from console.frame.member import get_member_here


def product_reply(slug: str) -> NewsReply:
    """The card of a product with its price of now. Raises: InputInvalid when it is not on sale."""
    card = find_card_now(slug[:60])
    if card is None:
        raise InputInvalid(_("这件商品不在架上"))
    base = current_app.config["BASE_URL"]
    link, picture = card.link(base, _entrance_code()), card.picture_url(base)
    return NewsReply((Article(card.headline, card.summary, picture, link),))


def order_reply(order: Order) -> NewsReply:
    """The card of an order; only its buyer can open it."""
    base = current_app.config["BASE_URL"]
    return NewsReply((order_card(order, base_url=base, entrance_code=_entrance_code()),))


def _entrance_code() -> str:
    member = get_member_here()
    return code_for(EntranceKind.DESK, member.actor, f"客服：{member.username}")
