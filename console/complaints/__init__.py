"""WeChat's complaints: a list by the time that is left, one with its conversation, an answer, the address for news."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import OPERATOR, SERVICE, Right, RightGroup
from console.complaints import acts, notify_address, pages

BLUEPRINTS = (pages.blueprint,)
RIGHTS = RightGroup(
    _l("微信投诉"),
    Right(
        _l("查看投诉"),
        "console.complaints.index",
        "console.complaints.show",
        "console.complaints.picture",
        "console.complaints.sync",
        roles=(OPERATOR, SERVICE),
    ),
    Right(
        _l("回复投诉、标为处理完成"),
        "console.complaints.reply",
        "console.complaints.complete",
        roles=(OPERATOR, SERVICE),
    ),
    Right(_l("决定投诉的退款"), "console.complaints.decide", roles=(OPERATOR,)),
    Right(_l("查看投诉人的手机号"), "console.complaints.show_phone", roles=(OPERATOR, SERVICE)),
    Right(
        _l("设置投诉通知地址"),
        "console.complaints.address",
        "console.complaints.set_address",
        "console.complaints.remove_address",
        roles=(OPERATOR,),
    ),
)

__all__ = ["BLUEPRINTS", "RIGHTS", "acts", "notify_address"]
