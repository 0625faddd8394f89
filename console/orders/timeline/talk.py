"""What was said around an order: its buyer's talk with the shop while it was under way."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app.conversations.log import messages_between
from app.conversations.models import Direction, Message, Sending
from app.conversations.redaction import redact_words
from app.conversations.reply_words import words_of_reply
from app.core import clock
from app.followers.names import tame
from app.orders.models import Order
from app.orders.states import OrderState
from app.wechat.replies import bring_back
from console.frame.audit_words import say_actor
from console.frame.message_kinds import say_kind
from console.frame.speaking import say_refusal
from console.orders.timeline.line import Line

BEFORE, AFTER = timedelta(hours=2), timedelta(days=15)
MOST_MESSAGES = 40
LONGEST = 200  # characters of one message


def tell_messages(order: Order, names: Mapping[str, str]) -> Iterator[Line]:
    """From shortly before the order until two weeks after its last step; notices are told by themselves."""
    messages = messages_between(
        order.follower.openid, order.created_at - BEFORE, _last_step(order) + AFTER, MOST_MESSAGES
    )
    for message in messages:
        if message.answered_by.startswith("notice:"):
            continue
        yield _tell_sent(message, names) if message.direction == Direction.OUT else _tell_said(message)


def _last_step(order: Order) -> datetime:
    if order.state in (OrderState.UNPAID, OrderState.PAID):
        return clock.now()
    moments = [order.created_at, order.paid_at, order.cancelled_at]
    moments += [parcel.shipped_at for parcel in order.shipments]
    moments += [order.pickup.handed_at] if order.pickup else []
    return max(moment for moment in moments if moment)


def _tell_said(message: Message) -> Line:
    words = _("买家发来消息") if message.kind == "text" else say_kind(message.kind)
    answer = words_of_reply(bring_back(message.reply)) if message.reply else ""
    details = ((_("自动回复"), _quote(answer)),) if answer else ()
    return Line(message.at, words, _("买家"), "reply", "azure", details, _quote(message.content))


def _tell_sent(message: Message, names: Mapping[str, str]) -> Line:
    by = message.answered_by
    who = say_actor(by, names) if by.startswith("staff:") else _("自动回复")
    details: tuple[tuple[str, str], ...] = ()
    words = _("给买家发了%(kind)s", kind=say_kind(message.kind))
    if message.sending == Sending.REFUSED:
        reason, remedy = say_refusal(message.errcode or 0)
        words = _("给买家发%(kind)s，没有送达", kind=say_kind(message.kind))
        details = ((_("原因"), reason), (_("可以怎么办"), remedy))
    elif message.sending == Sending.DUE:
        words = _("正在给买家发%(kind)s", kind=say_kind(message.kind))
    tone = "red" if message.sending == Sending.REFUSED else "azure"
    return Line(message.at, words, who, "headset", tone, details, _quote(message.content))


def _quote(text: str) -> str:
    return tame(redact_words(text), LONGEST)
