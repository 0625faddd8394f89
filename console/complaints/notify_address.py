"""Where WeChat sends news of complaints: what is set there now, and setting or removing it."""

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.complaints import address as addresses
from app.core.errors import GatewayError, GatewayRefused
from app.payments.gateways import get_complaint_desk
from console.complaints.pages import blueprint, say_problem
from console.frame.member import get_member_here


@blueprint.get("/address")
def address() -> str:
    """WeChat is asked each time: it may have been changed elsewhere."""
    theirs, problem = "", ""
    try:
        theirs = get_complaint_desk().notify_address()
    except GatewayError as error:
        problem = _say(error)
    ours = addresses.our_address(current_app.config["BASE_URL"])
    return render_template("console/complaints/address.html", ours=ours, theirs=theirs, problem=problem)


@blueprint.post("/address")
def set_address() -> Response:
    """Have news sent here."""
    try:
        base_url = current_app.config["BASE_URL"]
        addresses.set_address(get_complaint_desk(), base_url, actor=get_member_here().actor)
        flash(_("已设置，有新投诉时微信会马上通知本店。"), "success")
    except GatewayError as error:
        flash(_say(error), "danger")
    return redirect(url_for("console.complaints.address"))


@blueprint.post("/address/remove")
def remove_address() -> Response:
    """Have none sent."""
    try:
        addresses.remove_address(get_complaint_desk(), actor=get_member_here().actor)
        flash(_("已删除。投诉仍会每 10 分钟读取一次。"), "success")
    except GatewayError as error:
        flash(_say(error), "danger")
    return redirect(url_for("console.complaints.address"))


def _say(error: GatewayError) -> str:
    if isinstance(error, GatewayRefused):
        if error.their_code == "NO_AUTH":
            return say_problem("NO_AUTH")
        why = f"{error.their_code} {error.message}"
        return _("微信没有接受：%(why)s", why=why)
    return _("微信没有给出可信的回答，什么也没有改；请过一会儿再试。")
