"""Answers menu buttons: `PRODUCT_<slug>`, `NEWS_NEW`, `CONTACT`, `ORDERS`, `RULE_<id>`, and scanned goods."""

from app.catalog.scanning import find_scanned_slug
from app.entrances.models import EntranceKind
from app.keywords.replies import ReplyKind, ReplySpec
from app.wechat.callback.messages import ClickEvent, ScanCodeEvent
from handlers import fallback
from handlers.answers import Answer, prepare
from handlers.doors import Door
from handlers.keyword_replies import answer_by_rule
from handlers.preparing import show_products
from handlers.ready import Ready
from handlers.speaking import speak

PRODUCT = "PRODUCT_"
RULE = "RULE_"
FIXED = {
    "NEWS_NEW": ReplySpec(ReplyKind.NEWEST),
    "CONTACT": ReplySpec(ReplyKind.HAND_OVER),
    "ORDERS": ReplySpec(ReplyKind.ORDER_STATUS),
}


def reply(push: ClickEvent, ready: Ready) -> Answer:
    """What the button's key stands for, or the fallback."""
    key = push.key
    if key.startswith(RULE) and (rule := ready.setup.matcher.find_rule(_number(key.removeprefix(RULE)))):
        answer = answer_by_rule(rule, push, ready)
        return Answer(f"menu:{key}", answer.replies)
    spec = FIXED.get(key)
    if key.startswith(PRODUCT):
        spec = ReplySpec(ReplyKind.PRODUCT, slugs=(key.removeprefix(PRODUCT),))
    if spec is None:
        return fallback.reply_to_event(push, ready)
    return Answer(f"menu:{key[:70]}", speak([spec], _door(key, ready), push, ready))


def reply_to_scan(push: ScanCodeEvent, ready: Ready) -> Answer:
    """The card of the goods whose code was scanned: the phone shows a spinner until something comes."""
    with ready.shop():
        slug = find_scanned_slug(push.result)
    card = ready.cards.get(slug) if slug else None
    if card is None:
        return fallback.reply_to_event(push, ready)
    shown = show_products([card], _door(push.key, ready), ready)
    return Answer(f"menu:{push.key[:70]}", (prepare(shown),))


def _door(key: str, ready: Ready) -> Door:
    return Door(EntranceKind.MENU, key, f"菜单：{ready.setup.button_names.get(key) or key}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
