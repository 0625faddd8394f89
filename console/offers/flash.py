"""Flash sales: the list with what was sold, planning one, ending one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import flash as tell
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.catalog.service import list_all, options_label
from app.core.incoming import find_row_id
from app.promotions import sales
from app.promotions.models import FlashSale
from app.promotions.sales import FlashDraft, FlashItemDraft
from app.promotions.spans import phase_of
from console.frame.form_fields import (
    UNREADABLE,
    fen_field,
    moment_field,
    show_moment,
    show_yuan,
    text_field,
    typed,
    whole_field,
)
from console.frame.member import get_member_here
from console.frame.saving import keep_form, version_shown
from console.offers.words import PHASE_COLOURS, phase_label

blueprint = Blueprint("flash_sales", __name__, url_prefix="/flash-sales")

FIELDS = ("price", "pieces", "per_person")


@blueprint.get("/")
def index() -> str:
    """Every sale with its SKUs."""
    rows = [(sale, phase_of(sale.starts_at, sale.ends_at, sale.is_active)) for sale in sales.list_sales()]
    return render_template(
        "console/offers/flash_sales.html",
        rows=rows,
        has_begun=sales.has_begun,
        options_label=options_label,
        phase_label=phase_label,
        phase_colours=PHASE_COLOURS,
    )


@blueprint.get("/new")
def new() -> str:
    """An empty form."""
    return _show(None, {})


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep a new one."""
    return _save(None)


@blueprint.get("/<int:sale_id>")
def detail(sale_id: int) -> Response | str:
    """A sale that has not begun."""
    sale = sales.get_sale(sale_id)
    return _refuse_begun(sale) or _show(sale, {})


@blueprint.post("/<int:sale_id>")
def change(sale_id: int) -> Response | tuple[str, int]:
    """Keep it as it was written."""
    return _save(sales.get_sale(sale_id))


@blueprint.post("/<int:sale_id>/stop")
def stop(sale_id: int) -> Response:
    """End it now."""
    sales.stop_sale(sale_id, actor=get_member_here().actor)
    tell(_("秒杀已结束，商品恢复原价。"), "success")
    return redirect(url_for("console.flash_sales.index"))


def _save(sale: FlashSale | None) -> Response | tuple[str, int]:
    if sale is not None and (refused := _refuse_begun(sale)):
        return refused
    number, actor = sale.id if sale else None, get_member_here().actor
    return keep_form(
        lambda: sales.save_sale(_read(), actor=actor, sale_id=number, version=whole_field("version")),
        lambda wrong: _show(sale, wrong),
        saved=_("秒杀已保存，到时间自动开始。"),
        back="console.flash_sales.index",
    )


def _refuse_begun(sale: FlashSale) -> Response | None:
    if not sales.has_begun(sale):
        return None
    tell(_("秒杀已经开始，只能提前结束"), "info")
    return redirect(url_for("console.flash_sales.index"))


def _read() -> FlashDraft:
    """A SKU takes part when a flash price was typed for it."""
    numbers = [find_row_id(name.removeprefix("price-")) for name in request.form if name.startswith("price-")]
    items = [
        FlashItemDraft(
            number,
            fen_field(f"price-{number}", UNREADABLE),
            whole_field(f"pieces-{number}", UNREADABLE),
            whole_field(f"per_person-{number}", 1),
        )
        for number in numbers
        if number and request.form[f"price-{number}"].strip()
    ]
    return FlashDraft(text_field("title"), moment_field("starts_at"), moment_field("ends_at"), tuple(items))


def _show(sale: FlashSale | None, wrong: dict[str, object]) -> str:
    is_typed = request.method == "POST"
    numbers, products = request.form.to_dict() if is_typed else _known_numbers(sale), list_all()
    return render_template(
        "console/offers/flash_sale.html",
        sale=sale,
        form=typed(("title", "starts_at", "ends_at"), lambda name: _known(sale, name)),
        numbers=numbers,
        taking_part={row.id for row in products if any(numbers.get(f"price-{sku.id}") for sku in row.skus)},
        wrong=wrong,
        version=version_shown(sale.version if sale else 0),
        products=products,
        options_label=options_label,
    )


def _known(sale: FlashSale | None, name: str) -> str:
    if sale is None:
        return ""
    return sale.title if name == "title" else show_moment(getattr(sale, name))


def _known_numbers(sale: FlashSale | None) -> dict[str, str]:
    numbers = {}
    for item in sale.items if sale else ():
        known = (show_yuan(item.price_fen), str(item.pieces), str(item.per_person))
        numbers |= {f"{name}-{item.sku_id}": text for name, text in zip(FIELDS, known, strict=True)}
    return numbers
