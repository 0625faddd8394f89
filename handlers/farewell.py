"""Remembers that somebody stopped following. Nothing can be said to him any more."""

from app.followers.service import record_unfollow
from app.wechat.callback.messages import UnsubscribeEvent


def record(push: UnsubscribeEvent) -> None:
    """Note it with WeChat's own time, for pushes may arrive out of order."""
    record_unfollow(push.openid, push.sent_at)
