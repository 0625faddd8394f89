"""Which push is answered by whom. Everything that is not in the table is kept and answered with `success`.

A handler finds an answer and changes nothing: it may be asked twice about the same push, and only one of its
answers will count. What follows from a push is done by `app/conversations/settling.py`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.wechat.callback.messages import Push
from handlers import fallback, keyword_replies, menu_clicks, scene_codes, welcome
from handlers.answers import SILENCE, Answer
from handlers.ready import Ready

Handler = Callable[[Any, Ready], Answer]  # each takes the type of its own kind of push

TABLE: Mapping[str, Handler] = {
    "text": keyword_replies.reply,
    "image": fallback.reply_to_media,
    "voice": fallback.reply_to_media,
    "video": fallback.reply_to_media,
    "shortvideo": fallback.reply_to_media,
    "location": fallback.reply_to_media,
    "link": fallback.reply_to_media,
    "miniprogrampage": fallback.reply_to_media,
    "event:subscribe": welcome.reply,
    "event:scan": scene_codes.reply,
    "event:click": menu_clicks.reply,
    "event:scancode_waitmsg": menu_clicks.reply_to_scan,
}


def dispatch(push: Push, ready: Ready) -> Answer:
    """The answer to this push."""
    handler = TABLE.get(push.kind)
    return handler(push, ready) if handler is not None else SILENCE
