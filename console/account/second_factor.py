"""Turning one's own second factor on and off: scan, prove by a code, keep the recovery codes."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid
from app.core.qr import draw_qr
from app.staff import second_factor
from console.frame.member import get_member_here

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")


@blueprint.get("/")
def show() -> str:
    """Begin, scan and confirm, or look after it: whatever comes next."""
    return _show()


@blueprint.post("/begin")
def begin() -> Response | tuple[str, int]:
    """Make the key for the app; asks for the password."""
    try:
        second_factor.begin(get_member_here(), request.form.get("password", ""))
    except InputInvalid as error:
        return _show(trouble=str(error)), 422
    return redirect(url_for("console.second_factor.show"))


@blueprint.post("/confirm")
def confirm() -> str | tuple[str, int]:
    """Turn it on. The recovery codes stand in this answer and nowhere else."""
    try:
        codes = second_factor.confirm(get_member_here(), request.form.get("code", ""))
    except InputInvalid as error:
        return _show(trouble=str(error)), 422
    flash(_("两步验证已打开，其他设备上的登录已结束。"), "success")
    return _show_codes(codes)


@blueprint.post("/codes")
def renew() -> str | tuple[str, int]:
    """New recovery codes; the old ones are worth nothing then."""
    form = request.form
    try:
        codes = second_factor.renew_recovery_codes(
            get_member_here(), form.get("password", ""), form.get("code", "")
        )
    except InputInvalid as error:
        return _show(trouble=str(error)), 422
    return _show_codes(codes)


@blueprint.post("/off")
def turn_off() -> Response | tuple[str, int]:
    """Turn it off; asks for both factors."""
    form = request.form
    try:
        second_factor.turn_off(get_member_here(), form.get("password", ""), form.get("code", ""))
    except InputInvalid as error:
        return _show(trouble=str(error)), 422
    flash(_("两步验证已关闭。"), "success")
    return redirect(url_for("console.account.show"))


def _show_codes(codes: list[str]) -> str:
    return render_template("console/account/recovery_codes.html", codes=codes)


def _show(trouble: str = "") -> str:
    member = get_member_here()
    seed = second_factor.find_seed(member)
    shop = current_app.config["SHOP_NAME"]
    return render_template(
        "console/account/second_factor.html",
        since=second_factor.find_since(member),
        qr=draw_qr(second_factor.address_for_app(seed, member.username, shop)) if seed else None,
        key=second_factor.key_by_hand(seed) if seed else "",
        codes_left=second_factor.count_recovery_codes(member.id),
        trouble=trouble,
    )
