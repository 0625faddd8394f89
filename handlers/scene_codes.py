"""Answers who scanned a scene QR code: with the code's own replies, or its product's card."""

from app.entrances.models import EntranceKind
from app.keywords.replies import ReplyKind, ReplyMode, ReplySpec, read_specs
from app.keywords.standing import Occasion
from app.wechat.callback.messages import Push, ScanEvent
from handlers.answers import Answer
from handlers.doors import Door
from handlers.greeting import greet
from handlers.ready import Ready
from handlers.speaking import speak


def reply(push: ScanEvent, ready: Ready) -> Answer:
    """What this code says; a greeting for one that says nothing of its own: he asked nothing that we missed."""
    return find_answer(push.scene, push, ready) or greet(Occasion.WELCOME_BACK, push, ready)


def find_answer(scene: str, push: Push, ready: Ready) -> Answer | None:
    """The answer of this code's own; None when it has none."""
    code = ready.setup.scenes.get(scene) if scene else None
    if code is None:
        return None
    specs = read_specs(code.replies)
    if not specs and code.product_slug:
        specs = (ReplySpec(ReplyKind.PRODUCT, slugs=(code.product_slug,)),)
    if not specs:
        return None
    door = Door(EntranceKind.SCENE, str(code.id), f"渠道码：{code.label}")
    return Answer(f"scene:{code.id}", speak(specs, door, push, ready, mode=ReplyMode(code.reply_mode)))
