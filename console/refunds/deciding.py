"""What can be done with a refund that exists: approve, refuse, ask its gateway now, mend an abnormal one."""

import re

from flask import abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import GatewayError, GatewayRefused, GatewayUnreachable, InputInvalid
from app.payments.gateways import get_gateway
from app.payments.gateways.contract import BankCard
from app.payments.gateways.names import name_gateway
from app.payments.refunds import sending, service
from app.payments.refunds.models import Refund
from app.payments.refunds.service import get_refund
from app.staff.roles import Forbidden
from console.frame.form_fields import text_field
from console.frame.member import get_member_here
from console.refunds.pages import back_to, blueprint, show
from console.refunds.words import BANKS

Answer = Response | tuple[str, int]
CARD = re.compile(r"[0-9]{12,19}")


@blueprint.post("/<out_refund_no>/approve")
def approve(out_refund_no: str) -> Answer:
    """Let it go; the second to press learns that it is decided."""
    refund = get_refund(out_refund_no)
    try:
        is_mine = service.approve(refund, member=get_member_here())
    except Forbidden as error:
        return show(refund, trouble=error.message), error.http_status
    _say(is_mine, _("已批准，正在退。"))
    return back_to(refund)


@blueprint.post("/<out_refund_no>/refuse")
def refuse(out_refund_no: str) -> Response:
    """Say no; its goods and its money are free again."""
    refund = get_refund(out_refund_no)
    _say(service.refuse(refund, member=get_member_here()), _("没有批准这笔退款，商品和金额都放开了。"))
    return back_to(refund)


@blueprint.post("/<out_refund_no>/withdraw")
def withdraw(out_refund_no: str) -> Response:
    """Take one's own back before anybody has decided."""
    refund, member = get_refund(out_refund_no), get_member_here()
    if refund.requested_by != member.actor:
        abort(403)
    _say(service.refuse(refund, member=member), _("已撤回。"))
    return back_to(refund)


@blueprint.post("/<out_refund_no>/ask")
def ask(out_refund_no: str) -> Response:
    """Ask its gateway now what became of it."""
    refund = get_refund(out_refund_no)
    _ask_now(refund)
    return back_to(refund)


@blueprint.post("/<out_refund_no>/handled")
def handled(out_refund_no: str) -> Answer:
    """The buyer got his money in another way; its gateway is asked first whether it arrived after all."""
    refund, how = get_refund(out_refund_no), text_field("how")
    _ask_now(refund)
    try:
        is_mine = service.mark_handled(refund, how=how, member=get_member_here())
    except (InputInvalid, Forbidden) as error:
        return show(refund, trouble=error.message, typed={"how": how}), error.http_status
    _say(is_mine, _("已记下。"))
    return back_to(refund)


@blueprint.post("/<out_refund_no>/resend")
def resend(out_refund_no: str) -> Answer:
    """Send it on to a card. The number goes to WeChat encrypted and is kept nowhere."""
    refund = get_refund(out_refund_no)
    name = name_gateway(refund.gateway)
    bank, holder = request.form.get("bank", ""), text_field("holder")
    typed = {"bank": bank, "holder": holder}
    number = re.sub(r"[\s\-]", "", request.form.get("card", ""))
    if bank not in dict(BANKS) or not CARD.fullmatch(number) or not holder:
        words = _("请选择银行，写 12 到 19 位的借记卡卡号和持卡人姓名。")
        return show(refund, trouble=words, typed=typed), 422
    try:
        service.record_resend(refund, member=get_member_here())
        sending.resend(refund, BankCard(bank, number, holder), get_gateway(refund.gateway))
    except GatewayRefused as error:
        return show(
            refund, trouble=_("%(gateway)s没有接受：%(why)s", gateway=name, why=error.message), typed=typed
        ), 502
    except GatewayError:
        words = _("%(gateway)s没有回应。请先点“问一下%(gateway)s”，看它收到了没有。", gateway=name)
        return show(refund, trouble=words, typed=typed), 503
    except Forbidden as error:
        return show(refund, trouble=error.message, typed=typed), error.http_status
    flash(_("已改退到银行卡，到账后会通知买家。"), "success")
    return back_to(refund)


def _ask_now(refund: Refund) -> None:
    try:
        sending.go_on(refund.id, get_gateway(), is_due=False)
    except GatewayUnreachable:
        flash(_("%(gateway)s没有回应，请稍后再试。", gateway=name_gateway(refund.gateway)), "danger")


def _say(is_mine: bool, words: str) -> None:
    if is_mine:
        flash(words, "success")
    else:
        flash(_("这笔退款的状态刚刚变了，请看现在的样子。"), "info")
