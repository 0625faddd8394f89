"""Greets who follows: by the code he came by, by whether he was here before, or as everybody."""

from app.entrances.models import EntranceKind
from app.keywords.standing import Occasion
from app.wechat.callback.messages import SubscribeEvent
from app.wechat.replies import TextReply
from handlers import scene_codes
from handlers.answers import Answer, Prepared, prepare
from handlers.doors import Door
from handlers.links import link_to
from handlers.ready import Ready
from handlers.speaking import speak
from handlers.speech import say

DOOR = Door(EntranceKind.WELCOME, "subscribe", "关注欢迎语")
DOOR_BACK = Door(EntranceKind.WELCOME, "subscribe_back", "再次关注欢迎语")


def reply(push: SubscribeEvent, ready: Ready) -> Answer:
    """The code's own reply, else the welcome."""
    if (answer := scene_codes.find_answer(push.scene, push, ready)) is not None:
        return answer
    is_back = ready.asker(push.openid).is_returning
    occasion, door = (Occasion.WELCOME_BACK, DOOR_BACK) if is_back else (Occasion.WELCOME, DOOR)
    standing = ready.setup.standing.get(occasion)
    if standing is not None:
        return Answer(occasion.value, speak(standing.replies, door, push, ready, mode=standing.reply_mode))
    return Answer(
        occasion.value, ready.prepared((occasion, "default"), lambda: _default(occasion, door, ready))
    )


def _default(occasion: Occasion, door: Door, ready: Ready) -> tuple[Prepared, ...]:
    words = say(occasion.value, shop_name=ready.shop_name, shop_url=link_to("/shop/", door, ready))
    return (prepare(TextReply(words)),)
