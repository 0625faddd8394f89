"""The list of products: filtered, searched, sorted; on and off sale, one or many at once."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.catalog.categories import list_rows
from app.catalog.editing import move_product
from app.catalog.listing import LOW_STOCK, Order, Shelf, Wanted, count_shelves, list_products
from app.catalog.pictures import small_of
from app.catalog.states import ProductState
from app.core.errors import NotFound, ShopError
from app.core.incoming import row_id
from console.frame.labels import Labels
from console.frame.member import get_member_here
from console.frame.safe_paths import safe_next
from console.products.part import blueprint

shelf_label = Labels(
    {
        Shelf.ALL: _l("全部"),
        Shelf.ON_SALE: _l("在售"),
        Shelf.SOLD_OUT: _l("已售罄"),
        Shelf.OFF_SALE: _l("已下架"),
        Shelf.DRAFT: _l("草稿"),
    }
)
order_label = Labels(
    {
        Order.SHELF: _l("店里的顺序"),
        Order.NEWEST: _l("最新添加"),
        Order.CHANGED: _l("最近修改"),
        Order.CHEAPEST: _l("价格从低到高"),
        Order.DEAREST: _l("价格从高到低"),
        Order.FEWEST: _l("库存从少到多"),
    }
)
TARGETS = {"on": ProductState.ON_SALE, "off": ProductState.OFF_SALE}


@blueprint.get("/")
def index() -> str:
    """One page of the list; what it is narrowed to stands in the address."""
    wanted = read_wanted(request.args)
    page = max(1, min(request.args.get("page", 1, type=int), 10**6))
    return render_template(
        "console/products/index.html",
        found=list_products(wanted, page=page),
        wanted=wanted,
        counts=count_shelves(),
        categories=list_rows(),
        filters=write_filters(wanted),
        shelves=list(Shelf),
        orders=list(Order),
        shelf_label=shelf_label,
        order_label=order_label,
        small_of=small_of,
        low_stock=LOW_STOCK,
    )


@blueprint.post("/move")
def move() -> Response:
    """Put the chosen ones on sale or take them off; what cannot be moved is named, the others are moved."""
    to = TARGETS.get(request.form.get("to", ""))
    if to is None:
        raise NotFound
    chosen = request.form.getlist("product", type=row_id)[:200]
    moved, troubles = 0, []
    for product_id in chosen:
        try:
            moved += move_product(product_id, to, actor=get_member_here().actor)
        except ShopError as error:
            troubles.append(str(error))
    _tell(to, moved, chosen, troubles)
    return redirect(safe_next(request.form.get("back") or url_for("console.products.index")))


def _tell(to: ProductState, moved: int, chosen: list[int], troubles: list[str]) -> None:
    if moved:
        is_on = to == ProductState.ON_SALE
        words = _("已上架 %(n)s 件商品。", n=moved) if is_on else _("已下架 %(n)s 件商品。", n=moved)
        flash(words, "success")
    elif not chosen:
        flash(_("请先选择商品。"), "danger")
    elif not troubles:
        flash(_("选中的商品本来就是这样，没有改动。"), "info")
    for trouble in dict.fromkeys(troubles):
        flash(trouble, "danger")


def read_wanted(args: MultiDict[str, str]) -> Wanted:
    """What an address narrows the list to."""
    shelf, order = args.get("shelf", ""), args.get("sort", "")
    return Wanted(
        shelf=Shelf(shelf) if shelf in set(Shelf) else Shelf.ALL,
        category_id=args.get("c", type=row_id),
        search=" ".join(args.get("q", "").split())[:40],
        order=Order(order) if order in set(Order) else Order.SHELF,
    )


def write_filters(wanted: Wanted) -> dict[str, object]:
    """The address's arguments; what is not narrowed is left out."""
    return {
        "shelf": wanted.shelf if wanted.shelf != Shelf.ALL else None,
        "c": wanted.category_id,
        "q": wanted.search or None,
        "sort": wanted.order if wanted.order != Order.SHELF else None,
    }
