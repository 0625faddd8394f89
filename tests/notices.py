"""Builders and players for tests of notifications by template."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from app.broadcasts.audience import Audience, Condition
from app.broadcasts.composing import Draft, create
from app.broadcasts.content import Content, Item
from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.notices import consents
from app.broadcasts.notices.outcomes import record_notice_event
from app.broadcasts.states import Way
from app.conversations.models import UnsettledPush
from app.conversations.settling import NOTICE_EVENT
from app.core import clock
from app.core.db import db, transaction
from app.notice_templates.assigned import assign, find_template_id
from app.notice_templates.purposes import Purpose
from app.notice_templates.values import guess_fields, read_keywords
from app.orders.models import Order
from app.orders.service import mark_paid
from app.tasks import HANDLERS
from app.wechat.callback.flat_xml import parse
from app.wechat.callback.messages import Push
from app.wechat.callback.reading import read_push
from app.wechat.template_messages import Template
from tests.factories import make_order
from tests.fake_platform import Asked, FakePlatform
from tests.messages import make_message

SEND_TEMPLATE, SEND_SUBSCRIPTION = "/cgi-bin/message/template/send", "/cgi-bin/message/subscribe/bizsend"
CONTENTS = {
    Purpose.BACK_IN_STOCK: "商品名称:{{thing1.DATA}}\n商品价格:{{amount2.DATA}}\n备注:{{thing4.DATA}}\n",
    Purpose.OPENING: "预约内容:{{thing1.DATA}}\n预约时间:{{time2.DATA}}\n",
    Purpose.DELAY: "订单号:{{character_string1.DATA}}\n商品名称:{{thing2.DATA}}\n说明:{{thing5.DATA}}\n",
    Purpose.RECALL: "订单号:{{character_string1.DATA}}\n商品名称:{{thing2.DATA}}\n说明:{{thing5.DATA}}\n",
    Purpose.SHIPPED: "商品名称:{{thing1.DATA}}\n快递单号:{{character_string2.DATA}}\n快递公司:{{thing3.DATA}}\n"
    "订单号:{{character_string4.DATA}}\n发货时间:{{time5.DATA}}\n",
    Purpose.REFUNDED: "订单号:{{character_string1.DATA}}\n退款金额:{{amount2.DATA}}\n退款原因:{{thing3.DATA}}\n"
    "退款方式:{{thing4.DATA}}\n到账时间:{{time5.DATA}}\n",
}
FINISH = "TEMPLATESENDJOBFINISH"
_numbers = count(1)


def use_template(purpose: Purpose, *, is_lasting: bool = False) -> str:
    """Let a template serve this purpose; returns its id."""
    content = CONTENTS[purpose]
    template = Template(f"TeaTpl{purpose.title()}", "通知", content, is_lasting)
    fields = guess_fields(read_keywords(content), purpose)
    assign(purpose, template, fields, version=0, actor="staff:1")
    return template.template_id


def agree(*openids: str, purpose: Purpose = Purpose.OPENING) -> None:
    """Each agrees once more."""
    with transaction():
        for openid in openids:
            consents.record_accepted(next(_numbers), openid, find_template_id(purpose), clock.now())


def make_notice(purpose: Purpose, slug: str, *conditions: Condition, title: str = "", words: str = "") -> int:
    """A draft of a notification about this product; returns its number."""
    content = Content((Item(slug, title, words),))
    draft = Draft("通知", Way.NOTICE, content, Audience(conditions), purpose=purpose)
    return create(draft, actor="staff:1")


def make_paid(**more: Any) -> Order:
    """An order whose money is here."""
    order = make_order(**more)
    with transaction():
        mark_paid(order, paid_at=clock.now(), cause="notification")
    return order


def write(event: str, openid: str, inner: str) -> str:
    """WeChat's event, pushed now."""
    return (
        f"<xml><ToUserName>gh_1a2b3c4d5e6f</ToUserName><FromUserName>{openid}</FromUserName>"
        f"<CreateTime>{int(clock.now().timestamp())}</CreateTime><MsgType>event</MsgType><Event>{event}</Event>{inner}</xml>"
    )


def read(text: str) -> Push:
    return read_push(parse(text.encode()))


def tell(event: str, openid: str, inner: str) -> None:
    """WeChat's event, as it is settled."""
    record_notice_event(read(write(event, openid, inner)), next(_numbers))


def tell_sent(openid: str, msg_id: int, status: str = "success") -> None:
    """What became of a template message."""
    tell(FINISH, openid, f"<MsgID>{msg_id}</MsgID><Status>{status}</Status>")


def hear_sent(openid: str, msg_id: int, status: str = "success") -> None:
    """The same, by the way it takes from the log of messages to whatever sent the message."""
    payload = write(FINISH, openid, f"<MsgID>{msg_id}</MsgID><Status>{status}</Status>")
    push = make_message("", openid=openid, kind=read(payload).kind, payload=payload, answered_by="")
    HANDLERS[NOTICE_EVENT](message_id=push.id)


def write_notified(openid: str, status: str = "success", *, msg_id: int = 0, template_id: str = "T") -> str:
    """What became of a subscription notification; a message of its own unless `msg_id` says which."""
    head = f"<TemplateId>{template_id}</TemplateId><MsgID>{msg_id or next(_numbers)}</MsgID>"
    row = f"{head}<ErrorCode>0</ErrorCode><ErrorStatus>{status}</ErrorStatus>"
    inner = f"<SubscribeMsgSentEvent><List>{row}</List></SubscribeMsgSentEvent>"
    return write("subscribe_msg_sent_event", openid, inner)


def tell_notified(openid: str, status: str = "success", **more: Any) -> None:
    """The same, as it is settled."""
    record_notice_event(read(write_notified(openid, status, **more)), next(_numbers))


def push_notified(openid: str) -> None:
    """The same, at the door: answered, and not settled yet."""
    text = write_notified(openid)
    push = read(text)
    row = UnsettledPush(
        number=next(_numbers), dedupe_key=push.dedupe_key, at=clock.now(), openid=openid, kind=push.kind
    )
    row.content, row.payload, row.answered_by = "", text, "event"
    with transaction() as session:
        session.add(row)


def sent_by_template(platform: FakePlatform) -> list[Mapping[str, Any]]:
    """The bodies of template messages that WeChat was asked for."""
    return [asked.json for asked in platform.asked if asked.path == SEND_TEMPLATE]


def number_of(broadcast_id: int, openid: str) -> int:
    """WeChat's number of his template message."""
    row = db.session.query(BroadcastRecipient).filter_by(broadcast_id=broadcast_id, openid=openid).one()
    return row.msg_id or 0


def notified(platform: FakePlatform) -> list[str]:
    """To whom WeChat was asked to send a subscription notification, in order."""
    return sorted(asked.json["touser"] for asked in platform.asked if asked.path == SEND_SUBSCRIPTION)


def numbered(start: int = 500) -> Callable[[Asked], dict[str, Any]]:
    """Answers of `template/send`: the same message has the same number."""
    known: dict[str, int] = {}

    def answer(asked: Asked) -> dict[str, Any]:
        key = f"{asked.json['touser']}:{asked.json['client_msg_id']}"
        return {"errcode": 0, "errmsg": "ok", "msgid": known.setdefault(key, start + len(known))}

    return answer
