"""Tells a follower that somebody is writing. It is a courtesy: whatever goes wrong with it is nobody's concern.

Source: https://developers.weixin.qq.com/doc/service/api/customer/message/api_typing.html
"""

from datetime import timedelta

from app.conversations.models import Conversation
from app.core import clock
from app.core.errors import PlatformError
from app.wechat.client import AccountClient

ENDPOINT = "message/custom/typing"
RECENT = timedelta(seconds=30)  # WeChat shows it only to who did something so lately
TIMEOUT = (2, 2)  # seconds; a later answer helps nobody


def show_typing(client: AccountClient, conversation: Conversation) -> bool:
    """Show it for some seconds; False when WeChat would not, or did not. Calls the network."""
    last = max(filter(None, (conversation.last_message_at, conversation.last_event_at)), default=None)
    if last is None or last < clock.now() - RECENT:
        return False
    body = {"touser": conversation.openid, "command": "Typing"}
    try:
        client.post(ENDPOINT, data=body, timeout=TIMEOUT)
    except PlatformError:
        return False
    return True
