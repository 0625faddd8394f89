"""Notes that staff write on an order."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid
from app.core.ids import new_token
from app.orders import notes
from app.orders.listing import get_by_no
from console.frame.member import get_member_here
from console.orders.detail import Typed, show
from console.orders.pages import blueprint


@blueprint.post("/<order_no>/notes")
def add_note(order_no: str) -> Response | tuple[str, int]:
    """Add one; the same form sent twice adds it once."""
    order, text = get_by_no(order_no), request.form.get("text", "")
    token = request.form.get("token", "")[:64] or new_token()
    try:
        notes.add_note(order, text, token=token, actor=get_member_here().actor)
    except InputInvalid as error:
        return show(order, Typed(note=text, note_trouble=error.message)), 422
    flash(_("备注已保存，买家看不到。"), "success")
    return redirect(url_for("console.orders.detail", order_no=order_no, _anchor="history"))
