"""The order ledger: every order, filtered, added up, taken away as a file."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.catalog.service import list_all
from app.core import clock
from app.entrances.models import EntranceKind
from app.ledger.listing import list_entries, sum_up
from app.ledger.wanted import Delivery, Moment, Money
from app.orders.states import OrderState
from app.reconciliation.marks import Mark
from console.frame.long_jobs import begin
from console.frame.sheets import wanted_suffix
from console.orders.export import KIND
from console.orders.filters import (
    delivery_label,
    mark_label,
    moment_label,
    narrow,
    presets,
    read_wanted,
    say_chosen,
    tab_label,
    write_filters,
)
from console.orders.words import say_delivery

blueprint = Blueprint("orders", __name__, url_prefix="/orders")

PER_PAGE = 50


@blueprint.get("/")
def index() -> str:
    """The ledger; every filter stands in the address, so that a view can be kept and sent."""
    wanted = read_wanted(request.args)
    filters = write_filters(wanted)
    totals = sum_up(wanted)
    return render_template(
        "console/orders/index.html",
        found=list_entries(wanted, place=request.args.get("at", ""), per_page=PER_PAGE),
        wanted=wanted,
        filters=filters,
        is_narrowed=bool(narrow(filters)),
        chosen=say_chosen(wanted),
        sums=totals.wanted,
        tabs=[(state, tab_label(state), totals.by_state[state].orders) for state in OrderState],
        all_orders=sum(each.orders for each in totals.by_state.values()),
        presets=presets(),
        kinds=list(EntranceKind),
        products=list_all(),
        moments=[(each, moment_label(each)) for each in Moment],
        marks=[(each, mark_label(each)) for each in Mark],
        mark_label=mark_label,
        deliveries=[(each, delivery_label(each)) for each in Delivery],
        say_delivery=say_delivery,
        came=Money.CAME,
        goes_back=Money.GOES_BACK,
    )


@blueprint.post("/export")
def export() -> Response:
    """What the list shows, all pages of it, as a file that the worker makes."""
    suffix = wanted_suffix()
    filters = narrow(write_filters(read_wanted(MultiDict(request.args))))
    name = f"{_('订单流水')}-{clock.today():%Y%m%d}"
    return begin(KIND, title=_("导出订单流水"), file_name=f"{name}{suffix}", suffix=suffix, filters=filters)
