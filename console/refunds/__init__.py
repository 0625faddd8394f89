"""Refunds: asking for one, deciding about one, what became of each."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, SERVICE, Right, RightGroup
from console.refunds import asking, deciding, pages

BLUEPRINTS = (pages.blueprint,)
RIGHTS = RightGroup(
    _l("退款"),
    Right(
        _l("查看退款"),
        "console.refunds.index",
        "console.refunds.detail",
        roles=(OPERATOR, SERVICE, FINANCE),
    ),
    Right(
        _l("申请退款（超过上限的要另一位同事批准）"),
        "console.refunds.new",
        "console.refunds.send",
        "console.refunds.again",
        "console.refunds.ask",
        "console.refunds.withdraw",
        roles=(OPERATOR, SERVICE, FINANCE),
    ),
    Right(
        _l("批准别人的退款"),
        "console.refunds.approve",
        "console.refunds.refuse",
        roles=(OPERATOR, FINANCE),
    ),
    Right(
        _l("处理异常退款"),
        "console.refunds.resend",
        "console.refunds.handled",
        roles=(OPERATOR, FINANCE),
    ),
)

__all__ = ["BLUEPRINTS", "RIGHTS", "asking", "deciding"]
