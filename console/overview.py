"""The first page: what happened today and what waits for somebody."""

from flask import Blueprint, current_app, render_template
from flask_babel import lazy_gettext as _l

from app.alerts.service import count_open
from app.figures.moments import compare_today
from app.figures.reading import Figures
from app.golive import path
from app.orders.listing import list_latest
from app.orders.states import OrderState
from app.payments.opening import is_released
from app.staff.rights import FINANCE, OPERATOR, SERVICE, Right, RightGroup

blueprint = Blueprint("overview", __name__)

RIGHTS = RightGroup(
    _l("总览"),
    Right(_l("查看总览"), "console.overview.show", roles=(OPERATOR, SERVICE, FINANCE)),
)

LATEST = 5


@blueprint.get("/")
def show() -> str:
    """Today's figures beside those of a week ago, the last orders; before the opening what comes next there."""
    places = [] if is_released() else path.walk(current_app.config)
    return render_template(
        "console/overview.html",
        compared=compare_today(),
        to_ship=Figures.of(None).states()[OrderState.PAID].orders,
        alerts=count_open(),
        latest=list_latest(LATEST),
        next_place=path.find_next(places),
        steps_left=sum(not place.is_done for place in places),
    )
