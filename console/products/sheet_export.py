"""The list of goods as a sheet that can be imported again: what the filters leave, made by the worker."""

from collections.abc import Iterator

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.catalog.listing import ProductPage, list_products
from app.catalog.models import Product
from app.core import clock
from app.core.long_jobs.running import Run, register
from console.frame.long_jobs import begin
from console.frame.sheets import wanted_suffix, write_away
from console.products.pages import read_wanted, write_filters
from console.products.part import blueprint
from console.products.sheet_columns import WIDTHS, product_rows

KIND = "products_export"


@blueprint.post("/export")
def export() -> Response:
    """What the list shows, all pages of it, a SKU a row."""
    suffix = wanted_suffix()
    filters = {
        key: value for key, value in write_filters(read_wanted(request.args)).items() if value is not None
    }
    name = f"{_('商品')}-{clock.today():%Y%m%d}{suffix}"
    return begin(KIND, title=_("导出商品"), file_name=name, suffix=suffix, filters=filters)


@register(KIND)
def export_products(run: Run) -> None:
    """Write every SKU that the filters leave."""
    products = run.counted(_walk(run), total=_read(run, 1).total, every=100)
    write_away(run, product_rows(products), widths=WIDTHS)


def _walk(run: Run) -> Iterator[Product]:
    page = 1
    while rows := _read(run, page).rows:
        yield from (row.product for row in rows)
        page += 1


def _read(run: Run, page: int) -> ProductPage:
    return list_products(read_wanted(MultiDict(run.args["filters"])), page=page)
