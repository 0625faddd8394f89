"""What the pages of bills call things."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.payments.gateways.contract import BillKind
from app.payments.gateways.names import name_console, name_gateway
from app.reconciliation.listing import WholeDay
from app.reconciliation.models import BillDay
from app.reconciliation.states import DayState, DifferenceState
from console.frame.labels import Labels

day_label = Labels(
    {
        DayState.WAITING: _l("等账单"),
        DayState.EQUAL: _l("已对平"),
        DayState.EMPTY: _l("没有账单"),
        DayState.DIFFERENT: _l("有差异"),
        DayState.EXPLAINED: _l("有说明"),
    }
)
day_tone = {
    DayState.WAITING: "azure",
    DayState.EQUAL: "green",
    DayState.EMPTY: "green",
    DayState.DIFFERENT: "red",
    DayState.EXPLAINED: "teal",
}
day_icon = {
    DayState.WAITING: "clock",
    DayState.EQUAL: "check",
    DayState.EMPTY: "check",
    DayState.DIFFERENT: "alert",
    DayState.EXPLAINED: "article",
}
difference_label = Labels(
    {
        DifferenceState.WAITING: _l("跨零点，等第二天的账单"),
        DifferenceState.OPEN: _l("待处理"),
        DifferenceState.ACCEPTED: _l("已说明"),
        DifferenceState.CLOSED: _l("已消失"),
    }
)
difference_tone = {
    DifferenceState.WAITING: "azure",
    DifferenceState.OPEN: "red",
    DifferenceState.ACCEPTED: "teal",
    DifferenceState.CLOSED: "secondary",
}
bill_label = Labels({BillKind.TRADE: _l("交易账单"), BillKind.FUNDS: _l("资金账单")})


def say_problem(code: str, gateway: str) -> str:
    """Why the bill of a gateway is not there, in a sentence; empty when it is."""
    names = {"gateway": name_gateway(gateway), "console": name_console(gateway)}
    sentences = {
        "": "",
        "absent": _("%(gateway)s说这一天没有账单：没有交易，或者问得太早。", **names),
        "not_ready": _(
            "%(gateway)s还在生成这一天的账单，一般第二天上午 10 点以后能下载；半小时后再问。", **names
        ),
        "unreachable": _("没有从%(gateway)s拿到完整、可信的账单文件；半小时后再试。", **names),
        "unreadable": _("下载到的文件不是完整的账单（列、汇总或内容不对），没有采用；半小时后重新下载。"),
        "midnight": _("有付款在零点前后，等第二天的账单再定。"),
        "elsewhere": _("这一天经%(gateway)s收过钱，它的账单还没有核对。", **names),
        "sums": _("逐笔都对得上，总额却对不上，请联系技术人员。"),
        "figures": _("流水和统计的数字不一样，请联系技术人员运行 flask figures rebuild。"),
        "NO_AUTH": _("这个商户号没有下载账单的权限，请到%(console)s开通。", **names),
        "isv.insufficient-isv-permissions": _("这个应用没有下载账单的权限，请在支付宝开放平台给它加上。"),
        "NO_APIV3_KEY": _(
            "没有设置 APIv3 密钥，账单要用它才下载得到：运行 make configure 填上，或到%(console)s核对。",
            **names,
        ),
        "NOT_CONFIGURED": _("本店已经没有%(gateway)s的设置，这一天的账单要到%(console)s核对。", **names),
        "INVALID_REQUEST": _("%(gateway)s不再提供这一天的账单。", **names),
    }
    return sentences.get(code) or _("%(gateway)s拒绝了下载（%(code)s）。", code=code, **names)


def say_day(row: BillDay | WholeDay | None, *, is_over: bool) -> str:
    """The mark of a day, in words."""
    if row is not None:
        return day_label(row.state)
    return _("未下载") if is_over else _("还没过完")
