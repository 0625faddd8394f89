"""What a broadcast would be like: its cards on the phone, how many it reaches, which words to think about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app

from app.broadcasts.audience import Audience
from app.broadcasts.content import Content, Item, find_cards, read_content, summary_of, title_of
from app.broadcasts.linter import Finding, lint
from app.broadcasts.models import Broadcast
from app.broadcasts.reach import Reach, forecast
from app.broadcasts.states import Way
from app.catalog.news import Card
from app.core.i18n import counted


@dataclass(frozen=True, slots=True)
class Shown:
    """A product as it would be sent; `card` is None when it is not on sale."""

    item: Item
    card: Card | None
    title: str
    summary: str


def show_items(content: Content) -> Sequence[Shown]:
    """The cards with the words that would stand on them now."""
    return [
        Shown(item, card, title_of(item, card), summary_of(item, card))
        if card
        else Shown(item, None, item.title or item.slug, item.summary)
        for item, card in find_cards(content)
    ]


def content_of(row: Broadcast) -> Content:
    """What is kept of it; what was kept is not judged again."""
    return read_content(row.content, row.way)


def find_findings(content: Content, way: Way) -> Mapping[int, Sequence[Finding]]:
    """What to think about, by the product's place."""
    found = lint(content, way, base_url=current_app.config["BASE_URL"])
    return {
        place: [each for each in found if each.place == place] for place in {each.place for each in found}
    }


def say_reach(audience: Audience, way: Way) -> tuple[Reach, Sequence[str]]:
    """How many it reaches, and the sentence in pieces: who is meant, who is left out and why, who gets it."""
    reach = forecast(audience, way)
    pieces = [counted("符合条件 %(n)s 人", reach.matched, n=f"{reach.matched:,}")]
    if reach.opted_out:
        pieces.append(counted("%(n)s 人关了商品消息", reach.opted_out, n=f"{reach.opted_out:,}"))
    if reach.used_up:
        pieces.append(counted("%(n)s 人本月已收满 4 次", reach.used_up, n=f"{reach.used_up:,}"))
    if reach.no_window:
        pieces.append(counted("%(n)s 人现在不能收客服消息", reach.no_window, n=f"{reach.no_window:,}"))
    pieces.append(counted("%(n)s 人会收到", reach.reached, n=f"{reach.reached:,}"))
    return reach, pieces
