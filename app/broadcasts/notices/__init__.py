"""Notifications by template (模板消息 and 订阅通知): for the purposes WeChat allows, outside the 48 hours too."""
