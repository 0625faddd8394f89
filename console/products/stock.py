"""The history of a SKU's stock, and pieces that come or go with a word why."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.catalog import editing, stock
from app.catalog.models import OPENING, Sku
from app.core.errors import NotFound, OutOfStock
from app.core.incoming import find_row_id
from app.orders.states import ClosedBecause
from app.staff.service import find_usernames
from console.frame.audit_words import say_actor
from console.frame.labels import Labels
from console.frame.member import get_member_here
from console.products.part import blueprint

MOST_PIECES = 1_000_000
_CHANGE = re.compile(r"([+＋\-−－]?)\s*(\d{1,7})")
cause_label = Labels(
    {
        OPENING: _l("初始库存"),
        stock.EDITED: _l("手工调整"),
        stock.IMPORTED: _l("表格导入"),
        "order": _l("下单占用"),
        "expired": _l("超时未付，退回"),
        "buyer": _l("买家取消，退回"),
        **{str(each): _l("商家关闭订单，退回") for each in ClosedBecause},
        "revived": _l("迟到的付款，重新占用"),
    }
)


@blueprint.get("/<int:product_id>/stock")
def show_stock(product_id: int) -> str:
    """Every move of one SKU, the last one first, each with what was left."""
    product = editing.get_product(product_id)
    sku = _find_sku(product.skus, request.args.get("sku", ""))
    page = max(1, min(request.args.get("page", 1, type=int), 10**6))
    return render_template(
        "console/products/stock.html",
        product=product,
        sku=sku,
        lines=stock.list_history(sku.id, page=page),
        page=page,
        pages=-(-stock.count_history(sku.id) // stock.HISTORY_PAGE),
        cause_label=cause_label,
        who=lambda actor: say_actor(actor, find_usernames()),
    )


@blueprint.post("/<int:product_id>/stock")
def change_stock(product_id: int) -> Response:
    """`+20` came, `-3` are gone."""
    product = editing.get_product(product_id)
    sku = _find_sku(product.skus, request.form.get("sku", ""))
    found = _CHANGE.fullmatch(request.form.get("change", "").strip())
    pieces = int(found[2]) if found else 0
    if not 0 < pieces <= MOST_PIECES:
        flash(_("请写 +20 这样的数：到货写 +，报损写 -。"), "danger")
    else:
        sign = -1 if found and found[1] in tuple("-−－") else 1
        _move(sku, sign * pieces)
    return redirect(url_for("console.products.show_stock", product_id=product_id, sku=sku.id))


def _move(sku: Sku, change: int) -> None:
    note = " ".join(request.form.get("note", "").split())
    try:
        editing.move_pieces(sku, change, actor=get_member_here().actor, note=note)
        flash(_("库存已改为 %(n)s。", n=sku.stock), "success")
    except OutOfStock:
        flash(_("库存只有 %(n)s，不够减。", n=sku.stock), "danger")


def _find_sku(skus: list[Sku], wanted: str) -> Sku:
    sku_id = find_row_id(wanted)
    sku = next((sku for sku in skus if sku.id == sku_id), None) if wanted else next(iter(skus), None)
    if sku is None:
        raise NotFound(_("没有这个规格"))
    return sku
