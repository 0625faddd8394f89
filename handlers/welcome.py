"""Greets who follows, and remembers that he does."""

from flask import current_app

from app.entrances.models import EntranceKind
from app.followers.service import record_follow
from app.wechat.callback.messages import SubscribeEvent
from app.wechat.replies import TextReply
from handlers.links import link_to
from handlers.speech import say


def reply(push: SubscribeEvent) -> TextReply:
    """The welcome, with a link that says where this visit came from."""
    record_follow(push.openid, push.sent_at)
    door = (EntranceKind.WELCOME, "subscribe", "关注欢迎语")
    return TextReply(
        say("welcome", shop_name=current_app.config["SHOP_NAME"], shop_url=link_to("/shop/", *door))
    )
