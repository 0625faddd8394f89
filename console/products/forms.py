"""The form of a product: what stands in it, what its buttons do to it, and the draft it means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request
from flask_babel import gettext as _

from app.catalog.drafts import ProductDraft
from app.catalog.models import Product
from app.catalog.options import MAX_OPTIONS, Option, options_among, read_option
from app.catalog.pictures import add_picture
from app.core.errors import InputInvalid, ShopError
from app.core.incoming import find_row_id
from console.products.matrix import MatrixRow, fill, rebuild, row_of

MAX_ROWS = 200
NOTHING = ("", "")


@dataclass(frozen=True, slots=True)
class ProductForm:
    """A product as it stands in the form; texts as they were typed."""

    title: str = ""
    summary: str = ""
    description: str = ""
    category_id: str = ""
    position: str = "0"
    pictures: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()  # name, values between commas
    rows: tuple[MatrixRow, ...] = (MatrixRow(""),)
    seen_mark: int = 0  # 0 for a new product
    touched: str = ""  # the picture that was moved last: the keyboard stays with it

    @property
    def option_rows(self) -> list[tuple[str, str]]:
        """As many lines as there may be options."""
        return [*self.options, *[NOTHING] * MAX_OPTIONS][:MAX_OPTIONS]

    def draft(self) -> ProductDraft:
        """What the form means. Raises: InputInvalid."""
        rows = rebuild(self.rows, self.read_options())
        position = find_row_id(self.position or "0")
        if position is None or position > 9999:
            raise InputInvalid(_("排序要填 0 到 9999 的整数，小的在前"))
        return ProductDraft(
            title=self.title,
            skus=tuple(row.draft() for row in rows),
            summary=self.summary,
            description=self.description,
            category_id=find_row_id(self.category_id) or None,
            position=position,
            pictures=self.pictures,
        )

    def read_options(self) -> list[Option]:
        """The options that are filled in. Raises: InputInvalid."""
        return [read_option(name, values) for name, values in self.options]


def open_form(product: Product) -> ProductForm:
    """A product in its form."""
    options = options_among([sku.options for sku in product.skus])
    return ProductForm(
        title=product.title,
        summary=product.summary,
        description=product.description,
        category_id=str(product.category_id or ""),
        position=str(product.position),
        pictures=tuple(picture.file for picture in product.pictures),
        options=tuple((option.name, "、".join(option.values)) for option in options),
        rows=tuple(row_of(sku) for sku in product.skus) or (MatrixRow(""),),
        seen_mark=product.change_mark,
    )


def read_form() -> ProductForm:
    """What was sent."""
    form = request.form
    names, values = form.getlist("option-name"), form.getlist("option-values")
    options = [
        (name.strip(), value.strip()) for name, value in zip(names, values, strict=False) if name or value
    ]
    return ProductForm(
        title=" ".join(form.get("title", "").split()),
        summary=" ".join(form.get("summary", "").split()),
        description=form.get("description", ""),
        category_id=form.get("category", ""),
        position=form.get("position", "0").strip(),
        pictures=tuple(dict.fromkeys(form.getlist("picture"))),
        options=tuple(pair for pair in options if any(pair))[:MAX_OPTIONS],
        rows=_read_rows(),
        seen_mark=find_row_id(form.get("seen_mark", "0")) or 0,
    )


def catch_up(form: ProductForm, product: Product) -> ProductForm:
    """The same entries on top of what somebody else has kept; what he took away would be new."""
    there = {str(sku.id) for sku in product.skus}
    rows = tuple(row if row.sku_id in there else replace(row, sku_id="") for row in form.rows)
    return replace(form, seen_mark=product.change_mark, rows=rows)


def press(form: ProductForm, button: str) -> ProductForm:
    """The form after one of its buttons. Raises: InputInvalid when the options cannot be combined."""
    act, _colon, name = button.partition(":")
    if act == "matrix":
        return replace(form, rows=rebuild(form.rows, form.read_options()))
    if act == "fill":
        given = {key: request.form.get(f"fill-{key}", "").strip() for key in ("price", "stock", "weight")}
        return replace(form, rows=fill(form.rows, prefix=request.form.get("fill-code", "").strip(), **given))
    if act == "picture-remove":
        return replace(form, pictures=tuple(file for file in form.pictures if file != name))
    if act in ("picture-left", "picture-right"):
        step = -1 if act == "picture-left" else 1
        return replace(form, pictures=_moved(form.pictures, name, step), touched=button)
    return form


def take_uploads(form: ProductForm) -> tuple[ProductForm, list[str]]:
    """Keep the files that came with the form; with sentences about those that cannot be kept."""
    names, troubles = list(form.pictures), []
    for file in request.files.getlist("file"):
        if not file.filename:
            continue
        try:
            names.append(add_picture(file.read()))
        except ShopError as error:
            troubles.append(f"{file.filename[:60]}：{error}")
    return replace(form, pictures=tuple(names)), troubles


def _moved(names: Sequence[str], name: str, step: int) -> tuple[str, ...]:
    order = list(names)
    if name in order:
        at = order.index(name)
        order.insert(max(0, at + step), order.pop(at))
    return tuple(order)


def _read_rows() -> tuple[MatrixRow, ...]:
    names = ("options", "id", "code", "price", "stock", "seen", "weight")
    columns = [request.form.getlist(f"sku-{name}")[:MAX_ROWS] for name in names]
    rows = [MatrixRow(*(text.strip() for text in cells)) for cells in zip(*columns, strict=False)]
    return tuple(rows) or (MatrixRow(""),)
