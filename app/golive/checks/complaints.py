"""Where WeChat sends news of complaints: to this shop, elsewhere, or nowhere.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012467250
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.complaints.address import our_address
from app.core.errors import GatewayRefused, GatewayUnreachable
from app.golive.checks.contract import Check, Copy, Details, Finding, Group, Surroundings, ok, unknown, warn
from app.payments.gateways import get_complaint_desk


def _look(around: Surroundings) -> Finding:
    """Without it complaints still come, read from WeChat's list: so it is a warning and no failure."""
    try:
        theirs = get_complaint_desk().notify_address()
    except GatewayRefused as error:
        code = error.their_code[:40]
        return unknown("no_right") if code == "NO_AUTH" else unknown("not_told", code=code)
    except GatewayUnreachable:
        return unknown("silent")
    if not theirs:
        return warn("none")
    return ok("ours") if theirs == our_address(around.base_url) else warn("elsewhere", url=theirs[:255])


def _copies(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    return (Copy(_l("投诉通知地址"), our_address(config["BASE_URL"])),)


CHECKS = (
    Check(
        name="complaint_address",
        group=Group.PAY,
        title=_l("投诉通知地址"),
        meaning=_l("买家投诉时微信支付马上通知这里。没有登记，投诉要等每 10 分钟一次的读取才看得到。"),
        place=_l("本店后台 → 微信投诉 → 通知地址"),
        says={
            "ours": _l("登记的就是本店的地址"),
            "none": _l("还没有登记：到后台“微信投诉”的“通知地址”点一下就好"),
            "elsewhere": _l("登记的是别处：%(url)s。换过域名的话，到后台“微信投诉”的“通知地址”重新设置"),
            "no_right": _l("商户号没有开通投诉接口的权限：到商户平台开通"),
            "not_told": _l("微信支付拒绝了（%(code)s）"),
            "silent": _l("微信支付没有应答，稍后再查一次"),
        },
        look=_look,
        copies=_copies,
    ),
)
