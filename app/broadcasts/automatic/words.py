"""What automatic messages are called, and what they say when the merchant wrote nothing."""

from flask_babel import gettext as _

from app.broadcasts.automatic.models import AutomaticRule, RuleKind
from app.broadcasts.content import MAX_SUMMARY, MAX_TITLE
from app.catalog.news import Card
from app.wechat.replies import Article

GOODS = "{商品}"  # in the merchant's words: the product's title
CART = "/shop/cart"


def name_of(rule: AutomaticRule) -> str:
    """For the merchant."""
    if rule.kind is RuleKind.WELCOME:
        return _("欢迎新粉丝（第 %(step)d 条）", step=rule.step)
    return _("购物车提醒") if rule.kind is RuleKind.CART_LEFT else _("到货提醒")


def ref_of(rule_id: int) -> str:
    """Which of the broadcasts' entrances its links carry: all days of a rule share one."""
    return f"automatic:{rule_id}"


def make_article(rule: AutomaticRule, card: Card, *, base_url: str, code: str) -> Article:
    """The card of this product in the words of this rule; about a cart it opens the cart."""
    title = (rule.title.replace(GOODS, card.title) or _usual_title(rule, card))[:MAX_TITLE]
    summary = (rule.summary.replace(GOODS, card.title) or card.summary)[:MAX_SUMMARY]
    is_cart = rule.kind is RuleKind.CART_LEFT
    link = f"{base_url}{CART}?e={code}" if is_cart else card.link(base_url, code)
    return Article(title, summary, card.picture_url(base_url), link)


def _usual_title(rule: AutomaticRule, card: Card) -> str:
    if rule.kind is RuleKind.WELCOME:
        return card.headline
    if rule.kind is RuleKind.CART_LEFT:
        return _("购物车里的%(title)s还在等您", title=card.title)
    return _("到货了：%(title)s", title=card.headline)
