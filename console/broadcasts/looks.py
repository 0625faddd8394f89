"""What a broadcast would be like: its cards on the phone, how many it reaches, which words to think about."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from app.broadcasts.audience import Audience
from app.broadcasts.content import Content, Item, find_cards, read_content, summary_of, title_of
from app.broadcasts.linter import Why, lint
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


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with words of one product; `words` is empty where it is about all of it."""

    place: int
    why: Why
    words: Sequence[str]


def find_remarks(content: Content, way: Way) -> Sequence[Remark]:
    """What to think about, product by product; words with the same fault stand together."""
    found: dict[tuple[int, Why], list[str]] = {}
    for each in lint(content, way, base_url=current_app.config["BASE_URL"]):
        found.setdefault((each.place, each.why), []).extend([each.word] if each.word else [])
    return [Remark(place, why, words) for (place, why), words in found.items()]


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
