"""What each recipient is told: the same card, or in automatic messages the one of his own cause."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.broadcasts.automatic.days import find_rule_id
from app.broadcasts.automatic.models import AutomaticCause, AutomaticRule, RuleKind
from app.broadcasts.automatic.people import OWNER
from app.broadcasts.automatic.words import make_article, name_of, ref_of
from app.broadcasts.content import Item, make_news, read_content
from app.broadcasts.models import Broadcast
from app.broadcasts.notices.making import make_told
from app.broadcasts.notices.telling import facts_of, make_notice_teller
from app.broadcasts.reasons import GOODS_GONE
from app.broadcasts.states import Way
from app.broadcasts.told import Teller, Told
from app.carts.models import CartLine
from app.catalog.models import Product, Sku
from app.catalog.news import Card
from app.core.db import db
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from app.notice_templates.filling import get_template
from app.notice_templates.models import NoticeTemplate
from app.promotions.cards import find_card_now
from app.wechat.client import AccountClient
from app.wechat.messages_out import ManySender
from app.wechat.replies import NewsReply


def make_teller(client: AccountClient, row: Broadcast, *, base_url: str) -> Teller:
    """May open a transaction. Raises: InputInvalid when a product is not on sale, NoTemplate."""
    rule_id = find_rule_id(row.id)
    if rule_id is not None:
        template = get_template(row.purpose) if row.way is Way.NOTICE else None
        return _OwnCards(client, row.id, rule_id, base_url, template)
    code = code_for(EntranceKind.BROADCAST, str(row.id), row.name)
    if row.way is Way.NOTICE:
        return make_notice_teller(client, row, base_url=base_url, code=code)
    news = make_news(read_content(row.content, row.way), base_url=base_url, entrance_code=code)
    return _SameCard(Told(news, ManySender(client, news)))


@dataclass(frozen=True, slots=True)
class _SameCard:
    silence = GOODS_GONE
    told: Told

    def find(self, follower_ids: Collection[int]) -> Mapping[int, Told]:
        return dict.fromkeys(follower_ids, self.told)


@dataclass(frozen=True, slots=True)
class _OwnCards:
    silence = GOODS_GONE
    client: AccountClient
    broadcast_id: int
    rule_id: int
    base_url: str
    template: NoticeTemplate | None  # None: as cards

    def find(self, follower_ids: Collection[int]) -> Mapping[int, Told]:
        if not follower_ids:
            return {}
        rule = db.session.get_one(AutomaticRule, self.rule_id)
        slugs = self._find_slugs(rule, follower_ids)
        code = code_for(EntranceKind.BROADCAST, ref_of(rule.id), name_of(rule))
        told = {}
        for slug in set(slugs.values()):
            if card := find_card_now(slug):
                told[slug] = self._tell(rule, card, code)
        return {number: told[slug] for number, slug in slugs.items() if slug in told}

    def _tell(self, rule: AutomaticRule, card: Card, code: str) -> Told:
        if self.template:
            facts = facts_of(self.template.purpose, Item(card.slug), card)
            url = card.link(self.base_url, code)
            return make_told(self.client, self.template, facts, url=url, client_msg_id="")
        news = NewsReply((make_article(rule, card, base_url=self.base_url, code=code),))
        return Told(news, ManySender(self.client, news))

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
