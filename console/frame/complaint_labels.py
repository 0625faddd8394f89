"""What complaints, and the lines of their history, are called."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.clock import warn_before
from app.core import clock
from app.core.i18n import counted
from app.payments.gateways.complaints import TheirState
from console.frame.labels import Labels

complaint_label = Labels(
    {
        TheirState.PENDING: _l("待处理"),
        TheirState.PROCESSING: _l("处理中"),
        TheirState.PROCESSED: _l("已处理完成"),
    }
)
complaint_tone = {TheirState.PENDING: "red", TheirState.PROCESSING: "orange", TheirState.PROCESSED: "green"}
problem_label = Labels(
    {"REFUND": _l("要求退款"), "SERVICE_NOT_WORK": _l("服务没有生效"), "OTHERS": _l("其他")}
)
tag_label = Labels({"TRUSTED": _l("微信认为可信"), "HIGH_RISK": _l("微信认为有风险")})
entry_label = Labels(  # by WeChat's own words, misspellings included
    {
        "USER_CREATE_COMPLAINT": _l("买家发起投诉"),
        "USER_CONTINUE_COMPLAINT": _l("买家继续投诉"),
        "USER_RESPONSE": _l("买家留言"),
        "PLATFORM_RESPONSE": _l("平台留言"),
        "MERCHANT_RESPONSE": _l("商家回复"),
        "MERCHANT_CONFIRM_COMPLETE": _l("商家标为处理完成"),
        "USER_CREATE_COMPLAINT_SYSTEM_MESSAGE": _l("系统消息"),
        "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE": _l("订单已全额退款"),
        "USER_CONTINUE_COMPLAINT_SYSTEM_MESSAGE": _l("系统消息"),
        "USER_REVOKE_COMPLAINT": _l("买家撤销投诉"),
        "USER_COMFIRM_COMPLAINT": _l("买家确认已解决"),
        "PLATFORM_HELP_APPLICATION": _l("平台催办"),
        "USER_APPLY_PLATFORM_HELP": _l("买家申请平台帮助"),
        "MERCHANT_APPROVE_REFUND": _l("商家同意退款"),
        "MERCHANT_REFUSE_RERUND": _l("商家拒绝退款"),
        "USER_SUBMIT_SATISFACTION": _l("买家提交满意度"),
        "SERVICE_ORDER_CANCEL": _l("服务订单已取消"),
        "SERVICE_ORDER_COMPLETE": _l("服务订单已完成"),
        "COMPLAINT_PARTIAL_REFUNDED_SYSTEM_MESSAGE": _l("订单已部分退款"),
        "COMPLAINT_REFUND_RECEIVED_SYSTEM_MESSAGE": _l("退款已到账"),
        "COMPLAINT_ENTRUSTED_REFUND_SYSTEM_MESSAGE": _l("平台代为退款"),
        "USER_APPLY_PLATFORM_SERVICE": _l("买家申请平台协助"),
        "USER_CANCEL_PLATFORM_SERVICE": _l("买家取消平台协助"),
        "PLATFORM_SERVICE_FINISHED": _l("平台协助结束"),
        "USER_CLICK_RESPONSE": _l("买家点了按钮"),
    }
)


def say_clock(due_at: datetime | None) -> str:
    """How long is left to answer; empty when nobody waits."""
    if due_at is None:
        return ""
    minutes = int((due_at - clock.now()).total_seconds()) // 60
    if minutes < 0:
        late = -minutes // 60
        return counted("超时 %(n)s 小时", late) if late else _("已超时")
    if minutes < 60:
        return counted("还剩 %(n)s 分钟", minutes)
    return counted("还剩 %(n)s 小时", minutes // 60)


def clock_tone(due_at: datetime | None) -> str:
    """A colour name of the kit: red when it is nearly over."""
    if due_at is None:
        return "secondary"
    left, soon = due_at - clock.now(), warn_before()
    return "red" if left < soon else "orange" if left < 2 * soon else "azure"
