"""What each recipient of a notification is told: about a product, or about his own order."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.broadcasts.content import Item, find_cards, read_content
from app.broadcasts.models import Broadcast
from app.broadcasts.notices.concerns import find_orders
from app.broadcasts.notices.making import make_told, usual_words
from app.broadcasts.reasons import NOT_CONCERNED
from app.broadcasts.told import Teller, Told
from app.catalog.news import Card
from app.core import clock
from app.core.errors import InputInvalid
from app.notice_templates.filling import get_template
from app.notice_templates.models import NoticeTemplate
from app.notice_templates.purposes import ABOUT_ORDERS, Purpose
from app.notice_templates.values import Facts
from app.wechat.client import AccountClient

SAMPLE_ORDER = "20260101-0001"  # where a number only shows what it will look like


def facts_of(purpose: Purpose, item: Item, card: Card, *, order_no: str = "") -> Facts:
    """What a message about this product knows, as of now."""
    words = item.summary or usual_words(purpose)
    return Facts(item.title or card.title, words, card.lowest_fen or 0, clock.now(), order_no)


def make_notice_teller(client: AccountClient, row: Broadcast, *, base_url: str, code: str) -> Teller:
    """For what a merchant composed. Raises: InputInvalid when the product is not on sale, NoTemplate."""
    template = get_template(row.purpose)
    for item, card in find_cards(read_content(row.content, row.way), purpose=row.purpose):
        if card:
            return NoticeTeller(client, row.id, template, item, card, base_url, code)
    raise InputInvalid(_("有商品没有上架，先换掉它"))


@dataclass(frozen=True, slots=True)
class NoticeTeller:
    """A merchant's notification. `code`: of the door its links go in by."""

    silence = NOT_CONCERNED
    client: AccountClient
    broadcast_id: int
    template: NoticeTemplate
    item: Item
    card: Card
    base_url: str
    code: str

    def find(self, follower_ids: Collection[int]) -> Mapping[int, Told]:
        """By follower; whose order is not meant any more is not in it."""
        purpose = self.template.purpose
        if purpose in ABOUT_ORDERS:
            orders = find_orders(purpose, self.item.slug, follower_ids)
            return {number: self._tell(number, order_no) for number, order_no in orders.items()}
        return {number: self._tell(number) for number in follower_ids}

    def _tell(self, follower_id: int, order_no: str = "") -> Told:
        facts = facts_of(self.template.purpose, self.item, self.card, order_no=order_no)
        order = f"{self.base_url}/shop/orders/{order_no}?e={self.code}"
        url = order if order_no else self.card.link(self.base_url, self.code)
        client_msg_id = f"b{self.broadcast_id}-{follower_id}"  # asked again, WeChat sends it once
        return make_told(self.client, self.template, facts, url=url, client_msg_id=client_msg_id)
