"""Product QR codes (扫购): a page QR code for each place it hangs, with poster and sheet; reached from the products."""

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.catalog.models import Product
from app.catalog.service import find_product, list_all
from app.core.errors import InputInvalid, NotFound
from app.core.incoming import row_id
from app.entrances.models import Entrance, EntranceKind
from app.entrances.posters import (
    LONGEST_PLACE,
    add_place,
    list_all_places,
    list_places,
    remove_place,
    split_ref,
)
from app.entrances.scenes import list_scenes
from app.entrances.service import get_entrance, signed_code
from app.orders.by_entrance import Figures, figures_by_entrance, total
from console.entrances.codes import life_of
from console.entrances.pay_codes import PayCodes, has_pay_codes
from console.entrances.posters_drawn import TO_THE_PAGE, draw_product_poster
from console.entrances.printed import Sheet, poster_file, print_page, qr_file
from console.frame.chosen_days import read_days

blueprint = Blueprint("posters", __name__, url_prefix="/posters")

MOST_POSTERS = 80  # twenty sheets at once are enough


@blueprint.get("/")
def index() -> str:
    """Every poster there is, to choose some for a sheet."""
    places = list_all_places()
    products = {product.slug: product for product in list_all()}
    shelf = [
        (product, [each for each in places if split_ref(each.ref)[0] == slug])
        for slug, product in products.items()
    ]
    return render_template("console/entrances/posters.html", shelf=shelf, place_of=place_of)


@blueprint.get("/<slug>/")
def product_page(slug: str) -> str:
    """One product: where its codes hang, and what each brought."""
    product, chosen = _get_product(slug), read_days()
    found = figures_by_entrance(chosen.days)
    rows = [
        (place, total(found[place.id]) if place.id in found else Figures()) for place in list_places(slug)
    ]
    return render_template(
        "console/entrances/product_posters.html",
        product=product,
        chosen=chosen,
        rows=rows,
        place_of=place_of,
        codes=list_scenes(product_slug=slug),
        life_of=life_of,
        suggested=_suggest([place_of(place) for place, _figures in rows]),
        longest_place=LONGEST_PLACE,
        pay_codes=PayCodes.of(product) if has_pay_codes() else None,
    )


@blueprint.post("/<slug>/")
def add(slug: str) -> AnyResponse:
    """A code for one place more."""
    product = _get_product(slug)
    try:
        add_place(product.slug, product.title, request.form.get("place", ""))
    except InputInvalid as error:
        flash(error.message, "danger")
    else:
        flash(_("二维码已生成，可以下载和打印。"), "success")
    return redirect(url_for("console.posters.product_page", slug=slug))


@blueprint.post("/<int:entrance_id>/remove")
def remove(entrance_id: int) -> AnyResponse:
    """List this place no more."""
    place = remove_place(entrance_id)
    flash(
        _(
            "“%(name)s”已撤下。印出去的码照样能扫，统计仍在“来源”里；同名再建就是原来的码。",
            name=place_of(place),
        ),
        "success",
    )
    return redirect(url_for("console.posters.product_page", slug=split_ref(place.ref)[0]))


@blueprint.get("/<int:entrance_id>.png", defaults={"form": "png"})
@blueprint.get("/<int:entrance_id>.svg", defaults={"form": "svg"})
def picture(entrance_id: int, form: str) -> Response:
    """The QR code alone."""
    return qr_file(page_address(_get_place(entrance_id)), form)


@blueprint.get("/<int:entrance_id>/poster.svg")
def poster(entrance_id: int) -> Response:
    """The A6 poster."""
    place = _get_place(entrance_id)
    product = _get_product(split_ref(place.ref)[0])
    drawing = draw_product_poster(product, page_address(place), hint=TO_THE_PAGE, note=place_of(place))
    return poster_file(drawing)


@blueprint.get("/print")
def print_some() -> str:
    """The chosen posters, each on a sheet of A6 or four on one of A4."""
    numbers = request.args.getlist("poster", type=row_id)
    if not numbers:
        abort(404)
    places = [_get_place(number) for number in numbers[:MOST_POSTERS]]
    addresses = [url_for("console.posters.poster", entrance_id=place.id) for place in places]
    slugs = {split_ref(place.ref)[0] for place in places}
    one = len(slugs) == 1
    back = (
        url_for("console.posters.product_page", slug=slugs.pop()) if one else url_for("console.posters.index")
    )
    return print_page(Sheet.read(), addresses, title=_("商品海报"), back=back)


def page_address(place: Entrance) -> str:
    """What the code holds: the product's page, with the entrance of its place."""
    slug = split_ref(place.ref)[0]
    return f"{current_app.config['BASE_URL']}/shop/p/{slug}?e={signed_code(place)}"


def place_of(place: Entrance) -> str:
    """Where it hangs."""
    return split_ref(place.ref)[1]


def _suggest(used: list[str]) -> list[str]:
    return [word for word in (_("橱窗"), _("传单"), _("包装"), _("收银台")) if word not in used]


def _get_place(entrance_id: int) -> Entrance:
    entrance = get_entrance(entrance_id)
    if entrance.kind != EntranceKind.POSTER:
        raise NotFound(_("没有这个来源"))
    return entrance


def _get_product(slug: str) -> Product:
    product = find_product(slug)
    if product is None:
        raise NotFound(_("没有这件商品"))
    return product
