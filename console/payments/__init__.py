"""The recorder of payments: every notification as it came, and what WeChat says beside what we say."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, Right, RightGroup
from console.payments import asking, pages

BLUEPRINTS = (pages.blueprint,)
RIGHTS = RightGroup(
    _l("收款记录"),
    Right(
        _l("查看支付通知和每次付款"),
        "console.payments.index",
        "console.payments.notification",
        "console.payments.number",
        roles=(OPERATOR, FINANCE),
    ),
    Right(
        _l("重放通知、向支付平台核对付款"),
        "console.payments.replay",
        "console.payments.ask",
        roles=(FINANCE,),
    ),
)

__all__ = ["BLUEPRINTS", "RIGHTS", "asking"]
