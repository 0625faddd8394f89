"""What is answered when nothing else fits."""

from app.entrances.models import EntranceKind
from app.wechat.callback.messages import Push
from app.wechat.replies import TextReply
from handlers.links import link_to
from handlers.speech import say


def reply(_push: Push) -> TextReply:
    """Say what can be asked here."""
    return TextReply(
        say("fallback", shop_url=link_to("/shop/", EntranceKind.WELCOME, "fallback", "默认回复"))
    )
