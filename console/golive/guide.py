"""The path for a newcomer: which step is next, why, and where."""

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.golive import path, records
from app.staff.service import find_usernames
from console.frame.member import get_member_here

blueprint = Blueprint("guide", __name__, url_prefix="/guide")

PAGES: Mapping[str, str] = {
    "doctor": "console.doctor.show",
    "products": "console.products.index",
    "menu": "console.menus.index",
    "opening": "console.opening.show",
}


@blueprint.get("/")
def show() -> str:
    """Every step; the next one stands open."""
    places = path.walk(current_app.config)
    return render_template(
        "console/golive/guide.html",
        places=places,
        next_place=path.find_next(places),
        done=sum(place.is_done for place in places),
        pages=PAGES,
        names=find_usernames(),
    )


@blueprint.post("/tick/<name>")
def tick(name: str) -> Response:
    """A person says that a step is done, or takes it back."""
    step = path.BY_NAME.get(name)
    if step is None or step.asks is None:
        flash(_("这一步由本店自己查，不用确认。"), "warning")
    elif request.form.get("do") == "off":
        records.take_tick(step.tick_name)
    else:
        about = path.account_of(current_app.config)
        records.set_tick(step.tick_name, about, actor=get_member_here().actor)
    return redirect(url_for("console.guide.show"))
