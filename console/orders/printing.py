"""Orders on paper (发货单): a slip for each with its full address, and before them what to take from the shelves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.catalog.service import codes_of
from app.core import clock
from app.delivery.models import PickupPoint
from app.delivery.points import list_points
from app.ledger.listing import list_entries
from app.orders.disclosure import disclose_on_paper
from app.orders.listing import list_by_no
from app.orders.models import Order, OrderLine
from app.orders.shipping import left_to_ship
from app.orders.states import OrderState
from app.pricing.explained import explain
from console.frame.cost_labels import cost_label
from console.frame.member import get_member_here
from console.orders.filters import narrow, read_wanted, write_filters
from console.orders.pages import blueprint

MOST = 200


@dataclass(frozen=True, slots=True)
class Slip:
    """One order on paper. `rows`: its lines with how many pieces go now; `is_rest`: the others have left before."""

    order: Order
    rows: Sequence[tuple[OrderLine, int]]
    is_rest: bool
    point: PickupPoint | None

    @property
    def pieces(self) -> int:
        """How many go now."""
        return sum(number for _line, number in self.rows)


@blueprint.post("/print")
def print_sheets() -> str | Response:
    """Those that were ticked, or else the first of all that the filters leave; who printed them is written down."""
    orders = _find_orders()
    if not orders:
        nothing = _("没有待发货的订单可以打印。") if "all" in request.form else _("请先勾选要打印的订单。")
        flash(nothing, "info")
        return redirect(_ledger())
    disclose_on_paper(orders, actor=get_member_here().actor)
    slips = _make_slips(orders)
    codes = codes_of(line.sku_id for slip in slips for line, _number in slip.rows)
    return render_template(
        "console/orders/print.html",
        slips=slips,
        codes=codes,
        picks=_pick(slips, codes),
        to_pack=sum(slip.order.state == OrderState.PAID for slip in slips),
        costs={
            order.id: [(cost_label(line), line.amount_fen) for line in explain(order)] for order in orders
        },
        printed_at=clock.now(),
        back=_back(orders),
        most=MOST,
    )


def _find_orders() -> list[Order]:
    if "all" in request.form:
        wanted = read_wanted(request.args)
        if wanted.state is None:  # nobody packs what is not paid or has left
            wanted = replace(wanted, state=OrderState.PAID)
        return [entry.order for entry in list_entries(wanted, per_page=MOST).rows]
    numbers = list(dict.fromkeys(request.form.getlist("no")))[:MOST]
    found = list_by_no(numbers)
    return [found[number] for number in numbers if number in found]


def _make_slips(orders: Sequence[Order]) -> list[Slip]:
    points = {point.id: point for point in list_points()}
    slips = []
    for order in orders:
        is_rest = order.state == OrderState.PAID and bool(order.shipments)
        left = left_to_ship(order)
        rows = [(line, left.get(line.id, 0) if is_rest else line.quantity) for line in order.lines]
        point = points.get(order.pickup.point_id) if order.pickup else None
        slips.append(Slip(order, [row for row in rows if row[1]], is_rest, point))
    return slips


def _pick(slips: Sequence[Slip], codes: Mapping[int, str]) -> list[tuple[str, str, str, int, int]]:
    """Title, options, code, pieces, in how many orders: of all that is paid and not handed over."""
    pieces: Counter[tuple[str, str, str]] = Counter()
    orders: Counter[tuple[str, str, str]] = Counter()
    for slip in slips:
        if slip.order.state != OrderState.PAID:
            continue
        for line, number in slip.rows:
            key = (line.title, line.options_label, codes.get(line.sku_id, ""))
            pieces[key] += number
            orders[key] += 1
    return [(*key, number, orders[key]) for key, number in sorted(pieces.items())]


def _back(orders: Sequence[Order]) -> str:
    if len(orders) == 1:
        return url_for("console.orders.detail", order_no=orders[0].order_no)
    return _ledger()


def _ledger() -> str:
    return url_for("console.orders.index", **narrow(write_filters(read_wanted(request.args))))
