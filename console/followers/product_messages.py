"""Whether a follower gets product messages, set for him by the merchant when he asked for it."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts.opt_outs import set_opted_out
from console.followers.pages import blueprint
from console.frame.member import get_member_here


@blueprint.post("/<int:follower_id>/product-messages")
def set_product_messages(follower_id: int) -> Response:
    """On or off, as the button said."""
    is_out = request.form.get("on") != "1"
    set_opted_out(follower_id, is_out, by=get_member_here().actor)
    flash(_("以后不会再给他发商品消息。") if is_out else _("可以给他发商品消息了。"), "success")
    return redirect(url_for("console.followers.detail", follower_id=follower_id))
