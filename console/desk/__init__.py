"""Talking with followers: the reply desk, WeChat's own desk, service hours, the log of messages."""

from console.desk import messages, pages, quick_replies, sending, service_hours, wechat_desk

BLUEPRINTS = tuple(
    each.blueprint for each in (pages, sending, quick_replies, wechat_desk, messages, service_hours)
)
