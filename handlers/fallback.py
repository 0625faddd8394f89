"""What is answered when nothing else fits; not again and again, and not over a person's head."""

from app.conversations.models import Holder
from app.core import clock
from app.entrances.models import EntranceKind
from app.keywords.standing import Occasion
from app.wechat.callback.messages import Push
from app.wechat.replies import TextReply
from handlers.answers import QUIET, WITH_A_PERSON, Answer, Prepared, prepare
from handlers.doors import Door
from handlers.links import link_to
from handlers.ready import Ready
from handlers.speaking import speak
from handlers.speech import say

DOOR = Door(EntranceKind.WELCOME, "fallback", "默认回复")


def reply(push: Push, ready: Ready) -> Answer:
    """Say what can be asked here, once within the cool-down."""
    asker = ready.asker(push.openid)
    if asker.holder is not Holder.BOT:
        return WITH_A_PERSON
    since = clock.now() - ready.setup.cool_down
    if asker.was_told_since(since):
        return QUIET
    return Answer("fallback", _words(Occasion.FALLBACK, push, ready), once_since=since)


def reply_to_media(push: Push, ready: Ready) -> Answer:
    """Answer a picture, a voice or a place: with its own words where the merchant set some up."""
    if Occasion.MEDIA not in ready.setup.standing:
        return reply(push, ready)
    if ready.asker(push.openid).holder is not Holder.BOT:
        return WITH_A_PERSON
    return Answer("media", _words(Occasion.MEDIA, push, ready))


def reply_to_event(push: Push, ready: Ready) -> Answer:
    """Answer a tap or a scan nothing is set up for: he waits for something, cool-down or not."""
    return Answer("fallback", _words(Occasion.FALLBACK, push, ready))


def _words(occasion: Occasion, push: Push, ready: Ready) -> tuple[Prepared, ...]:
    standing = ready.setup.standing.get(occasion)
    if standing is not None:
        return speak(standing.replies, DOOR, push, ready, mode=standing.reply_mode)
    return ready.prepared("fallback", lambda: _default(ready))


def _default(ready: Ready) -> tuple[Prepared, ...]:
    return (prepare(TextReply(say("fallback", shop_url=link_to("/shop/", DOOR, ready)))),)
