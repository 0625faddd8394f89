"""Greets: with the merchant's own words for the occasion, else with ours."""

from app.entrances.models import EntranceKind
from app.keywords.standing import Occasion
from app.wechat.callback.messages import Push
from app.wechat.replies import TextReply
from handlers.answers import Answer, Prepared, prepare
from handlers.doors import Door
from handlers.links import link_to
from handlers.ready import Ready
from handlers.speaking import speak
from handlers.speech import say

DOORS = {
    Occasion.WELCOME: Door(EntranceKind.WELCOME, "subscribe", "关注欢迎语"),
    Occasion.WELCOME_BACK: Door(EntranceKind.WELCOME, "subscribe_back", "再次关注欢迎语"),
}


def greet(occasion: Occasion, push: Push, ready: Ready) -> Answer:
    """The welcome, or the welcome back."""
    door, standing = DOORS[occasion], ready.setup.standing.get(occasion)
    if standing is not None:
        return Answer(occasion.value, speak(standing.replies, door, push, ready, mode=standing.reply_mode))
    key = occasion, "default", ready.setup.shop_name
    return Answer(occasion.value, ready.prepared(key, lambda: _default(occasion, door, ready)))


def _default(occasion: Occasion, door: Door, ready: Ready) -> tuple[Prepared, ...]:
    words = say(occasion.value, shop_name=ready.setup.shop_name, shop_url=link_to("/shop/", door, ready))
    return (prepare(TextReply(words)),)
