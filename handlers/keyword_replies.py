"""Answers a text by the keyword rules."""

from app.entrances.models import EntranceKind
from app.keywords.matching import Match
from app.keywords.models import ReplyKind
from app.keywords.service import find_reply
from app.wechat.callback.messages import TextMessage
from app.wechat.replies import Reply, TextReply
from handlers import fallback
from handlers.links import link_to
from handlers.product_news import reply_with_product
from handlers.speech import say


def reply(push: TextMessage) -> Reply:
    """The matching rule's answer, or the fallback."""
    match = find_reply(push.content)
    return _speak(match) if match else fallback.reply(push)


def _speak(match: Match) -> Reply:
    if match.reply_kind is ReplyKind.TEXT:
        return TextReply(match.reply)
    door = EntranceKind.KEYWORD, str(match.rule_id), f"关键词：{match.rule_name}"
    news = reply_with_product(match.reply, *door)
    return news or TextReply(say("off_sale", shop_url=link_to("/shop/", *door)))
