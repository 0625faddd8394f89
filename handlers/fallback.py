"""What is answered when nothing else fits."""

from app.entrances.models import EntranceKind
from app.followers.service import record_chat
from app.wechat.callback.messages import Push
from app.wechat.replies import TextReply
from handlers.links import link_to
from handlers.speech import say


def reply(push: Push) -> TextReply:
    """Say what can be asked here."""
    record_chat(push.openid)
    return TextReply(
        say("fallback", shop_url=link_to("/shop/", EntranceKind.WELCOME, "fallback", "默认回复"))
    )
