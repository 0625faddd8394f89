"""What each recipient is told: the same card, or in automatic messages the one of his own cause."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from app.broadcasts.automatic.days import find_rule_id
from app.broadcasts.automatic.models import AutomaticCause, AutomaticRule, RuleKind
from app.broadcasts.automatic.people import OWNER
from app.broadcasts.automatic.words import make_article, name_of, ref_of
from app.broadcasts.content import make_news, read_content
from app.broadcasts.models import Broadcast
from app.carts.models import CartLine
from app.catalog.models import Product, Sku
from app.core.db import db
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from app.promotions.cards import find_card_now
from app.wechat.client import AccountClient
from app.wechat.messages_out import ManySender
from app.wechat.replies import NewsReply


@dataclass(frozen=True, slots=True)
class Told:
    """What one is told, and who says it."""

    news: NewsReply
    sender: ManySender


class Teller(Protocol):
    """Knows what each recipient of one broadcast is told."""

    def find(self, follower_ids: Collection[int]) -> Mapping[int, Told]:
        """By follower; who is not in it has nothing to be told any more."""


def make_teller(client: AccountClient, row: Broadcast, *, base_url: str) -> Teller:
    """May open a transaction. Raises: InputInvalid when a product is not on sale."""
    rule_id = find_rule_id(row.id)
    if rule_id is not None:
        return _OwnCards(client, row.id, rule_id, base_url)
    code = code_for(EntranceKind.BROADCAST, str(row.id), row.name)
    news = make_news(read_content(row.content, row.way), base_url=base_url, entrance_code=code)
    return _SameCard(Told(news, ManySender(client, news)))


@dataclass(frozen=True, slots=True)
class _SameCard:
    told: Told

    def find(self, follower_ids: Collection[int]) -> Mapping[int, Told]:
        return dict.fromkeys(follower_ids, self.told)


@dataclass(frozen=True, slots=True)
class _OwnCards:
    client: AccountClient
    broadcast_id: int
    rule_id: int
    base_url: str

    def find(self, follower_ids: Collection[int]) -> Mapping[int, Told]:
        if not follower_ids:
            return {}
        rule = db.session.get_one(AutomaticRule, self.rule_id)
        slugs = self._find_slugs(rule, follower_ids)
        code = code_for(EntranceKind.BROADCAST, ref_of(rule.id), name_of(rule))
        told = {}
        for slug in set(slugs.values()):
            if card := find_card_now(slug):
                news = NewsReply((make_article(rule, card, base_url=self.base_url, code=code),))
                told[slug] = Told(news, ManySender(self.client, news))
        return {number: told[slug] for number, slug in slugs.items() if slug in told}

    def _find_slugs(self, rule: AutomaticRule, follower_ids: Collection[int]) -> Mapping[int, str]:
        """Whose card is which product's. What has gone from a cart meanwhile, bought or thrown out, is left out."""
        cause = AutomaticCause
        mine = (cause.broadcast_id == self.broadcast_id) & cause.follower_id.in_(follower_ids)
        slugs = dict(db.session.execute(select(cause.follower_id, cause.slug).where(mine)).all())
        if rule.kind is not RuleKind.CART_LEFT:
            return slugs
        owners = [f"{OWNER}{number}" for number in slugs]
        carts = (
            select(CartLine.owner, Product.slug)
            .join(Sku, Sku.id == CartLine.sku_id)
            .join(Product, Product.id == Sku.product_id)
            .where(CartLine.owner.in_(owners))
        )
        lying = {(owner, slug) for owner, slug in db.session.execute(carts)}
        return {number: slug for number, slug in slugs.items() if (f"{OWNER}{number}", slug) in lying}
