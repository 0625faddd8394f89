"""Greets who follows: by the code he came by, by whether he was here before, or as everybody."""

from app.keywords.standing import Occasion
from app.wechat.callback.messages import SubscribeEvent
from handlers import scene_codes
from handlers.answers import Answer
from handlers.greeting import greet
from handlers.ready import Ready


def reply(push: SubscribeEvent, ready: Ready) -> Answer:
    """The code's own reply, else the welcome."""
    if (answer := scene_codes.find_answer(push.scene, push, ready)) is not None:
        return answer
    is_back = ready.asker(push.openid).is_returning
    return greet(Occasion.WELCOME_BACK if is_back else Occasion.WELCOME, push, ready)
