"""Talking with followers: the reply desk, WeChat's own desk, service hours, the log of messages."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import OPERATOR, SERVICE, Right, RightGroup
from console.desk import messages, pages, quick_replies, sending, service_hours, wechat_desk

BLUEPRINTS = tuple(
    each.blueprint for each in (pages, sending, quick_replies, wechat_desk, messages, service_hours)
)
RIGHTS = RightGroup(
    _l("对话"),
    Right(
        _l("接待粉丝"),
        "console.desk.index",
        "console.desk.show_list",
        "console.desk.show",
        "console.desk.show_live",
        "console.desk.show_follower",
        "console.desk.show_picture",
        "console.desk.show_recording",
        "console.desk.take",
        "console.desk.take_over",
        "console.desk.give_back",
        "console.desk.keep_note",
        "console.desk_sending.say",
        "console.desk_sending.send_picture",
        "console.desk_sending.send_product",
        "console.desk_sending.send_order",
        "console.desk_sending.say_again",
        "console.desk_sending.typing",
        "console.desk_sending.choose_card",
        "console.order_talk.say",
        "console.order_talk.send_order",
        "console.order_talk.send_product",
        roles=(OPERATOR, SERVICE),
    ),
    Right(
        _l("编辑快捷回复"),
        "console.desk_quick_replies.index",
        "console.desk_quick_replies.add",
        "console.desk_quick_replies.change",
        "console.desk_quick_replies.move_up",
        "console.desk_quick_replies.remove",
        roles=(OPERATOR, SERVICE),
    ),
    Right(_l("查看消息记录"), "console.messages.index", "console.messages.detail", roles=(OPERATOR, SERVICE)),
    Right(
        _l("设置服务时间"),
        "console.service_hours.show",
        "console.service_hours.keep",
        "console.service_hours.keep_idle",
        roles=(OPERATOR,),
    ),
    Right(
        _l("设置微信客服"),
        "console.desk_wechat.index",
        "console.desk_wechat.keep",
        "console.desk_wechat.add",
        "console.desk_wechat.change",
        "console.desk_wechat.sessions",
        "console.desk_wechat.close",
        roles=(OPERATOR,),
    ),
)
