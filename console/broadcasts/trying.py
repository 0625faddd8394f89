"""A broadcast on a colleague's phone before everybody has it."""

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts.trying_out import try_out
from app.core.errors import InputInvalid, PlatformError
from app.core.incoming import row_id
from app.followers.names import name_of
from app.followers.service import get_by_id
from app.payments.opening import list_testers
from app.wechat.account import get_account
from app.words.face import load_face
from console.frame.member import get_member_here

blueprint = Blueprint("broadcast_trying", __name__, url_prefix="/broadcasts")


def list_phones() -> list[tuple[int, str]]:
    """Whom it may go to: those who were let in for trying to pay, too; numbers and names."""
    return [(each.follower_id, name_of(each.follower)) for each in list_testers()]


@blueprint.post("/<int:broadcast_id>/try")
def send(broadcast_id: int) -> Response:
    """Send it to one of them."""
    follower_id = request.form.get("follower", 0, type=row_id) or 0
    back = redirect(url_for("console.broadcast_confirm.ask", broadcast_id=broadcast_id, _anchor="try"))
    if follower_id not in {number for number, _name in list_phones()}:
        flash(_("先选一位测试的人"), "danger")
        return back
    config = current_app.config
    try:
        try_out(
            get_account().client,
            broadcast_id,
            follower_id,
            base_url=config["BASE_URL"],
            author=load_face(config["SHOP_NAME"]).name,
            actor=get_member_here().actor,
        )
    except (InputInvalid, PlatformError) as error:
        flash(error.message, "danger")
    else:
        flash(_("已发给 %(name)s，请看手机。", name=name_of(get_by_id(follower_id))), "success")
    return back
