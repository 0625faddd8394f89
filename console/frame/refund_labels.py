"""What refunds are called on the screens: their states, who began them, why they wait or ended."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.states import StateEvent
from app.payments.gateways.names import name_console, name_gateway
from app.payments.refunds.models import Refund
from app.payments.refunds.states import RefundSource, RefundState
from console.frame.labels import Labels

refund_label = Labels(
    {
        RefundState.WAITING: _l("待批准"),
        RefundState.REQUESTED: _l("正在提交"),
        RefundState.SUBMITTED: _l("退款中"),
        RefundState.DONE: _l("已到账"),
        RefundState.ABNORMAL: _l("退款异常"),
        RefundState.CLOSED: _l("没有退成"),
        RefundState.REFUSED: _l("未批准"),
        RefundState.HANDLED: _l("已线下处理"),
    }
)
_source_label = Labels(
    {
        RefundSource.CONSOLE: _l("同事申请"),
        RefundSource.AUTOMATIC: _l("自动退回"),
        RefundSource.EXTERNAL: _l("商户平台"),
    }
)
REFUND_COLOURS = {
    RefundState.WAITING: "orange",
    RefundState.REQUESTED: "azure",
    RefundState.SUBMITTED: "azure",
    RefundState.DONE: "green",
    RefundState.ABNORMAL: "red",
    RefundState.CLOSED: "secondary",
    RefundState.REFUSED: "secondary",
    RefundState.HANDLED: "green",
}


def say_source(refund: Refund) -> str:
    """Who began it; made elsewhere: where."""
    if refund.source == RefundSource.EXTERNAL:
        return name_console(refund.gateway)
    return _source_label(refund.source)


def say_problem(refund: Refund) -> str:
    """Why it waits or ended, in a sentence; empty when all is well."""
    if not refund.problem:
        return ""
    names = {"gateway": name_gateway(refund.gateway), "console": name_console(refund.gateway)}
    kind = _KINDS.get(refund.problem, refund.problem)
    sentences = {
        "no_balance": _("商户号的可用余额不足，充值后会自动再发"),
        "no_right": _("商户号没有退款权限，请到%(console)s开通，之后会自动再发", **names),
        "signature": _("签名没有通过，请看“检查”页；修好后会自动再发"),
        "UNREACHABLE": _("%(gateway)s暂时没有应答，会用同一个单号再问，不会重复退", **names),
        "too_often": _("%(gateway)s说太频繁，过一会儿自动再试", **names),
        "busy": _("%(gateway)s系统繁忙，会用同一个单号再问，不会重复退", **names),
        "USER_ACCOUNT_ABNORMAL": _("买家的微信账户已注销或被冻结，收不了款"),
        "ABNORMAL": _("买家的银行卡或账户收不了款"),
        "CLOSED": _("%(gateway)s关闭了这笔退款，钱没有动", **names),
        "too_much": _("%(gateway)s不接受：多半是已经全额退过，或超过了能退的期限", **names),
        "no_payment": _("%(gateway)s没有找到原来的付款", **names),
        "parameters": _("%(gateway)s不接受申请里的内容", **names),
        "NOT_CONFIGURED": _("本店已经没有%(gateway)s的设置；设好以后会自动再发", **names),
    }
    return str(sentences.get(kind) or _("%(gateway)s答 %(code)s", code=refund.problem, **names))


_KINDS = {  # what gateways answer, by what it means
    **dict.fromkeys(
        ("NOT_ENOUGH", "NOTENOUGH", "RESOURCE_INSUFFICIENT", "ACQ.SELLER_BALANCE_NOT_ENOUGH"), "no_balance"
    ),
    **dict.fromkeys(("NO_AUTH", "NOAUTH", "isv.insufficient-isv-permissions"), "no_right"),
    **dict.fromkeys(("SIGN_ERROR", "isv.invalid-signature", "isv.invalid-app-id"), "signature"),
    **dict.fromkeys(("FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED"), "too_often"),
    **dict.fromkeys(("SYSTEM_ERROR", "ACQ.SYSTEM_ERROR"), "busy"),
    **dict.fromkeys(
        (
            *("INVALID_REQUEST", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "ACQ.TRADE_HAS_FINISHED"),
            *("ACQ.TRADE_HAS_CLOSE", "ACQ.TRADE_STATUS_ERROR"),
        ),
        "too_much",
    ),
    **dict.fromkeys(("RESOURCE_NOT_EXISTS", "ACQ.TRADE_NOT_EXIST"), "no_payment"),
    **dict.fromkeys(("PARAM_ERROR", "ACQ.INVALID_PARAMETER"), "parameters"),
}


def say_next(refund: Refund) -> str:
    """What happens next, and what a person can do."""
    gateway = name_gateway(refund.gateway)
    sentences = {
        RefundState.WAITING: _("超过申请人的上限，等另一位同事批准。批准之前商品不会发出，钱也不会动。"),
        RefundState.REQUESTED: _("正在交给%(gateway)s，不用管；没有成功的会自动再试。", gateway=gateway),
        RefundState.SUBMITTED: _(
            "%(gateway)s已受理。退到零钱或余额一般几分钟，退到银行卡 1 到 3 个工作日。", gateway=gateway
        ),
        RefundState.DONE: _("钱已到买家账上。"),
        RefundState.ABNORMAL: _("钱没有送到买家。请改退到他的另一张银行卡，或用其他方式退给他后在这里记下。"),
        RefundState.CLOSED: _("钱没有动，商品也放开了。需要的话请重新申请。"),
        RefundState.REFUSED: _("没有批准，钱没有动，商品也放开了。"),
        RefundState.HANDLED: _("已用其他方式退给买家。"),
    }
    return sentences[refund.state]


def say_whose(refund: Refund, state: str) -> str:
    """Whose doing a step was that no colleague did."""
    own = (RefundState.WAITING, RefundState.REQUESTED)
    is_ours = state in own and refund.source != RefundSource.EXTERNAL
    return _("系统") if is_ours else name_gateway(refund.gateway)


def say_step(refund: Refund, event: StateEvent) -> str:
    """A line of a refund's history."""
    match event.new:
        case RefundState.WAITING:
            return _("申请退款，等另一位同事批准")
        case RefundState.REQUESTED:
            if refund.source == RefundSource.EXTERNAL:
                return _("有人在%(console)s退了款", console=name_console(refund.gateway))
            return _("批准了退款") if event.old else _("申请退款")
        case RefundState.SUBMITTED:
            return _("%(gateway)s已受理", gateway=name_gateway(refund.gateway))
        case RefundState.DONE:
            return _("退款到账")
        case RefundState.ABNORMAL:
            return _("退款异常：买家的账户收不了款")
        case RefundState.CLOSED:
            return _("没有退成，钱没有动")
        case RefundState.REFUSED:
            return _("没有批准，或被申请人撤回")
        case _:
            return _("记为已线下处理")
