"""What a broadcast would be like: its cards on the phone, how many it reaches, which words to think about."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from app.broadcasts.audience import Audience
from app.broadcasts.content import Content, Item, find_cards, read_content, words_of
from app.broadcasts.linter import FORBIDDEN, Why, lint
from app.broadcasts.models import Broadcast
from app.broadcasts.notices.telling import SAMPLE_ORDER, facts_of
from app.broadcasts.reach import Reach, forecast
from app.broadcasts.states import Way
from app.catalog.news import Card
from app.core.i18n import counted
from app.notice_templates.assigned import find_template
from app.notice_templates.filling import Filled, fill_in
from app.notice_templates.purposes import ABOUT_ORDERS, Purpose


@dataclass(frozen=True, slots=True)
class Shown:
    """A product as it would be sent; `card` is None when it is not on sale."""

    item: Item
    card: Card | None
    title: str
    summary: str


def show_items(content: Content, way: Way = Way.CARD, purpose: Purpose | None = None) -> Sequence[Shown]:
    """The cards with the words that would stand on them now."""
    return [
        Shown(item, card, *words_of(item, card, way))
        if card
        else Shown(item, None, item.title or item.slug, item.summary)
        for item, card in find_cards(content, purpose=purpose)
    ]


def show_notice(content: Content, purpose: Purpose | None) -> Filled | None:
    """What a notification would say now; None without a template or a product."""
    template = find_template(purpose) if purpose else None
    pairs = [(item, card) for item, card in find_cards(content, purpose=purpose) if card]
    if template is None or purpose is None or not pairs:
        return None
    order_no = SAMPLE_ORDER if purpose in ABOUT_ORDERS else ""
    return fill_in(template, facts_of(purpose, *pairs[0], order_no=order_no))


def content_of(row: Broadcast) -> Content:
    """What is kept of it; what was kept is not judged again."""
    return read_content(row.content, row.way)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with words of one product; `words` is empty where it is about all of it."""

    place: int
    why: Why
    words: Sequence[str]


def find_remarks(content: Content, way: Way, purpose: Purpose | None = None) -> Sequence[Remark]:
    """What to think about, product by product; words with the same fault stand together."""
    found: dict[tuple[int, Why], list[str]] = {}
    for each in lint(content, way, base_url=current_app.config["BASE_URL"], purpose=purpose):
        why = Why.NOT_IN_NOTICE if each.why in FORBIDDEN.get(way, ()) else each.why
        found.setdefault((each.place, why), []).extend([each.word] if each.word else [])
    return [Remark(place, why, words) for (place, why), words in found.items()]


def say_reach(
    audience: Audience, way: Way, purpose: Purpose | None = None, slug: str = ""
) -> tuple[Reach, Sequence[str]]:
    """How many it reaches, and the sentence in pieces: who is meant, who is left out and why, who gets it."""
    reach = forecast(audience, way, purpose, slug)
    pieces = [counted("符合条件 %(n)s 人", reach.matched, n=f"{reach.matched:,}")]
    if reach.opted_out:
        pieces.append(counted("%(n)s 人关了商品消息", reach.opted_out, n=f"{reach.opted_out:,}"))
    if reach.used_up:
        pieces.append(counted("%(n)s 人本月已收满 4 次", reach.used_up, n=f"{reach.used_up:,}"))
    if reach.no_window:
        pieces.append(counted("%(n)s 人现在不能收客服消息", reach.no_window, n=f"{reach.no_window:,}"))
    if reach.no_consent:
        pieces.append(counted("%(n)s 人没有同意这种通知", reach.no_consent, n=f"{reach.no_consent:,}"))
    if reach.not_concerned:
        pieces.append(counted("%(n)s 人没有相关的订单", reach.not_concerned, n=f"{reach.not_concerned:,}"))
    pieces.append(counted("%(n)s 人会收到", reach.reached, n=f"{reach.reached:,}"))
    return reach, pieces
