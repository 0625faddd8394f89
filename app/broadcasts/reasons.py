"""Why somebody did not get it: our own words; WeChat's are its numbers."""

from app.wechat import template_messages

OPTED_OUT = "opted_out"
USED_UP = "used_up"  # had his mass messages of this month
NO_WINDOW = "no_window"  # cannot be written to as a customer now
NO_CONSENT = "no_consent"  # never agreed to this notification, or had as many as he agreed to
NOT_CONCERNED = "not_concerned"  # a notification about orders, and none of his is meant
CAPPED = "capped"  # had as many automatic messages as the merchant allows
GOODS_GONE = "goods_gone"  # of an automatic message: what it was about cannot be bought any more
LEFT = "left"  # stopped following, or was blacklisted, after the list was made
STOPPED = "stopped"  # had not got it when a person stopped it

# How WeChat's event ends a notification that it took.
BLOCKED = template_messages.BLOCKED
FAILED = template_messages.FAILED
SILENT = "silent"  # sent as far as anybody knows: the event never came
