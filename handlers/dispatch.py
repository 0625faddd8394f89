"""Which push goes where. Everything that is not in the table is kept and answered with `success`."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from app.followers.service import record_chat
from app.wechat.callback.messages import Push
from app.wechat.replies import Reply
from handlers import fallback, farewell, keyword_replies, menu_clicks, welcome

logger = logging.getLogger(__name__)

Handler = Callable[[Any], Reply | None]  # each takes the type of its own kind of push

TABLE: Mapping[str, Handler] = {
    "text": keyword_replies.reply,
    "image": fallback.reply,
    "voice": fallback.reply,
    "video": fallback.reply,
    "shortvideo": fallback.reply,
    "location": fallback.reply,
    "link": fallback.reply,
    "event:subscribe": welcome.reply,
    "event:unsubscribe": farewell.record,
    "event:click": menu_clicks.reply,
    "event:scan": fallback.reply,
    "event:scancode_waitmsg": fallback.reply,  # the phone shows a spinner until something comes
}

COMING_AND_GOING = ("event:subscribe", "event:unsubscribe")  # everything else in the table is a chat


def dispatch(push: Push) -> Reply | None:
    """The reply to this push; None when nothing is to be said."""
    logger.info("push", extra={"kind": push.kind, "openid": push.openid})
    handler = TABLE.get(push.kind)
    if handler is None:
        return None
    if push.kind not in COMING_AND_GOING:
        record_chat(push.openid)
    return handler(push)
