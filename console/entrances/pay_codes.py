"""Payment codes of goods (扫码支付模式一), where the merchant has them: scanned, paid, fetched where they hang."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, current_app, url_for
from flask_babel import gettext as _

from app.catalog.models import Product
from app.catalog.service import find_product
from app.core.errors import NotFound
from app.delivery.models import PickupPoint
from app.payments.gateways import find_apiv2
from app.payments.static_codes import list_points_for, product_id_of, why_not
from console.entrances.posters_drawn import TO_THE_CASHIER, draw_product_poster
from console.entrances.printed import Sheet, poster_file, print_page, qr_file

blueprint = Blueprint("pay_codes", __name__, url_prefix="/pay-codes")


@dataclass(frozen=True, slots=True)
class PayCodes:
    """Where a product's codes may hang, or in words why it has none."""

    points: Sequence[PickupPoint]
    problem: str

    @classmethod
    def of(cls, product: Product) -> "PayCodes":
        """As things stand."""
        return cls(list_points_for(product), why_not(product))


def has_pay_codes() -> bool:
    """Whether this merchant's goods can be paid by scanning alone."""
    return find_apiv2() is not None and bool(current_app.config["WXPAY_SCAN_CODES"])


@blueprint.get("/<slug>/<int:point_id>.png", defaults={"form": "png"})
@blueprint.get("/<slug>/<int:point_id>.svg", defaults={"form": "svg"})
def picture(slug: str, point_id: int, form: str) -> Response:
    """The code alone."""
    return qr_file(_write(*_find(slug, point_id)), form)


@blueprint.get("/<slug>/<int:point_id>/poster.svg")
def poster(slug: str, point_id: int) -> Response:
    """The A6 poster."""
    product, point = _find(slug, point_id)
    drawing = draw_product_poster(product, _write(product, point), hint=TO_THE_CASHIER, note=point.title)
    return poster_file(drawing)


@blueprint.get("/<slug>/<int:point_id>/print")
def print_one(slug: str, point_id: int) -> str:
    """The poster on a sheet."""
    _find(slug, point_id)
    address = url_for("console.pay_codes.poster", slug=slug, point_id=point_id)
    back = url_for("console.posters.product_page", slug=slug)
    return print_page(Sheet.read(), [address], title=_("商品海报"), back=back)


def _find(slug: str, point_id: int) -> tuple[Product, PickupPoint]:
    if not has_pay_codes():
        abort(404)
    product = find_product(slug)
    points = list_points_for(product) if product is not None else []
    point = next((point for point in points if point.id == point_id), None)
    if product is None or point is None:
        raise NotFound(_("这件商品在这里没有收款码"))
    return product, point


def _write(product: Product, point: PickupPoint) -> str:
    gateway = find_apiv2()
    assert gateway is not None  # noqa: S101 - `_find` has looked
    return gateway.scan_desk.write_code(product_id_of(product, point))
