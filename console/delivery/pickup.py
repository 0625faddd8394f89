"""The check of a pick-up code (核销): typed or scanned, the order is shown first, then handed over, once."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import NotFound, TransitionRefused
from app.delivery.points import get_point
from app.orders.models import Order
from app.orders.pickup import get_by_code, hand_over, read_code, refuse_reason
from app.staff.service import find_usernames
from console.frame.member import get_member_here

blueprint = Blueprint("pickup", __name__, url_prefix="/pickup")


@blueprint.after_request
def let_the_camera_see(response: Response) -> Response:
    """This page alone may ask for the camera."""
    response.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=(), payment=()"
    return response


@blueprint.get("/")
def show() -> str | tuple[str, int]:
    """The field for the code; with `?code=` the order it is for."""
    typed = request.args.get("code", "")[:300].strip()
    if not typed:
        return _show("", None)
    try:
        order = get_by_code(read_code(typed))
    except NotFound as error:
        return _show(typed, None, trouble=_(error.message)), 404
    return _show(read_code(typed), order)


@blueprint.post("/")
def confirm() -> AnyResponse:
    """Hand the goods over. Pressed twice, or by two people at once, it is done once."""
    code = read_code(request.form.get("code", ""))
    try:
        is_done = hand_over(code, actor=get_member_here().actor)
    except NotFound as error:
        flash(_(error.message), "danger")
        return redirect(url_for("console.pickup.show"))
    except TransitionRefused:
        flash(refuse_reason(get_by_code(code)), "danger")
    else:
        if is_done:
            flash(_("已核销，请把商品交给买家。"), "success")
        else:
            flash(_("这个提货码已经用过了，不能再次提货"), "danger")
    return redirect(url_for("console.pickup.show", code=code))


def _show(typed: str, order: Order | None, trouble: str = "") -> str:
    pickup = order.pickup if order else None
    return render_template(
        "console/delivery/pickup.html",
        typed=typed,
        order=order,
        pickup=pickup,
        point=get_point(pickup.point_id) if pickup else None,
        refused=refuse_reason(order) if order else "",
        trouble=trouble,
        names=find_usernames(),
    )
