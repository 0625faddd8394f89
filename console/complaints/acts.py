"""What is done about a complaint: a reply, a word about the refund, done; reading it again; the buyer's phone."""

from collections.abc import Callable
from pathlib import Path

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.complaints import service
from app.complaints.acting import carry_out
from app.complaints.jumps import read_jump
from app.complaints.listing import get_complaint
from app.complaints.models import Complaint
from app.complaints.pictures import FOLDER, MOST_SENT
from app.complaints.states import ActState
from app.complaints.sync import sync as read_again
from app.core.errors import (
    GatewayError,
    GatewayUnreachable,
    InputInvalid,
    SignatureInvalid,
    TransitionRefused,
)
from app.core.incoming import takes_body_of
from app.payments.gateways import get_complaint_desk
from app.payments.gateways.complaints import RefundAction, RefundDecision
from console.complaints.pages import Typed, blueprint, show_complaint
from console.frame.member import get_member_here

PICTURE_BYTES = 10 * 1024 * 1024  # of one, as the camera made it
FORM_BYTES = 64 * 1024

Answer = Response | tuple[str, int]


@blueprint.post("/<int:number>/reply")
@takes_body_of(MOST_SENT * PICTURE_BYTES + FORM_BYTES)
def reply(number: int) -> Answer:
    """Say something to the buyer. What cannot be sent stays in the box."""
    row, form = get_complaint(number), request.form.to_dict()
    text, is_at_once = form.get("text", ""), form.get("channel") == "at_once"

    def begin() -> int:
        files = [file for file in request.files.getlist("pictures") if file.filename]
        pictures = [file.read() for file in files]
        actor = get_member_here().actor
        return service.reply(
            row,
            text=text,
            pictures=pictures,
            token=form.get("token", ""),
            actor=actor,
            folder=_folder(),
            jump=read_jump(form),
            is_at_once=is_at_once,
        )

    return _act(
        row, begin, lambda trouble: Typed(reply=text, jump=form, reply_trouble=trouble), _("已回复。")
    )


@blueprint.post("/<int:number>/decide")
def decide(number: int) -> Answer:
    """Tell the buyer whether he gets his money back; the money itself is another matter."""
    row, form = get_complaint(number), request.form.to_dict()
    is_approved = form.get("action") == "approve"

    def begin() -> int:
        days = form.get("days", "0").strip() or "0"
        if not (days.isascii() and days.isdecimal() and len(days) < 4):
            raise InputInvalid(_("几天内退款要写一个整数"))
        words = form.get("words", "")
        decision = (
            RefundDecision(RefundAction.APPROVE, days=int(days), remark=words)
            if is_approved
            else RefundDecision(RefundAction.REJECT, reason=words)
        )
        token = form.get("token", "")
        return service.decide_refund(row, decision, token=token, actor=get_member_here().actor)

    done = _("已同意退款。钱要另外退：到订单页退款。") if is_approved else _("已拒绝退款，投诉处理完成。")
    return _act(row, begin, lambda trouble: Typed(decision=form, decision_trouble=trouble), done)


@blueprint.post("/<int:number>/complete")
def complete(number: int) -> Answer:
    """It is dealt with."""
    row, token = get_complaint(number), request.form.get("token", "")
    actor = get_member_here().actor
    return _act(
        row,
        lambda: service.complete(row, token=token, actor=actor),
        lambda _trouble: Typed(),
        _("已标为处理完成。"),
    )


@blueprint.post("/<int:number>/sync")
def sync(number: int) -> Response:
    """Read it again at WeChat."""
    try:
        read_again(get_complaint(number).complaint_id, get_complaint_desk())
        flash(_("已是最新。"), "success")
    except GatewayError:
        flash(_("微信没有给出可信的回答，什么也没有改；请过一会儿再试。"), "danger")
    return redirect(url_for("console.complaints.show", number=number))


@blueprint.post("/<int:number>/phone")
def show_phone(number: int) -> Answer:
    """The same page with the buyer's phone; who looked is written down."""
    row = get_complaint(number)
    try:
        phone = service.disclose_phone(row, get_complaint_desk(), actor=get_member_here().actor)
    except InputInvalid as error:
        flash(error.message, "warning")
    except SignatureInvalid:
        flash(
            _(
                "现在的商户私钥解不开这个手机号。换过商户证书的话：先点“重新读取”再看；还不行，把换证前的私钥填到 "
                "WXPAY_PRIVATE_KEY_FILE_OLD。旧私钥已经不在，就只能到微信商户平台查看这个号码。"
            ),
            "danger",
        )
    else:
        return show_complaint(row, phone=phone), 200
    return redirect(url_for("console.complaints.show", number=number))


def _act(row: Complaint, begin: Callable[[], int], typed: Callable[[str], Typed], done: str) -> Answer:
    """Keep it, say it, and tell how it went."""
    number = row.id
    try:
        act_id = begin()
    except InputInvalid as error:
        return show_complaint(row, typed(error.message)), error.http_status
    except TransitionRefused as error:
        flash(error.message, "warning")
        return redirect(url_for("console.complaints.show", number=number))
    try:
        carry_out(act_id, get_complaint_desk(), folder=_folder())
    except GatewayUnreachable:
        flash(
            _("微信没有应答，还不知道有没有送到：会先向微信核对，没有送到再自动补发，请不要重复提交。"),
            "warning",
        )
    return _tell(act_id, number, typed, done)


def _tell(act_id: int, number: int, typed: Callable[[str], Typed], done: str) -> Answer:
    act = service.get_act(act_id)
    if act.state == ActState.DONE:
        flash(done, "success")
    elif act.state == ActState.REFUSED:
        trouble = _("微信没有接受：%(why)s", why=act.problem)
        flash(trouble, "danger")
        return show_complaint(get_complaint(number), typed(trouble)), 409
    return redirect(url_for("console.complaints.show", number=number))


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"], FOLDER)
