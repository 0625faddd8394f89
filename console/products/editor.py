"""The editor of a product: one form, its buttons, its pictures, and the phone beside it."""

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.catalog import editing
from app.catalog.categories import list_rows
from app.catalog.drafts import LONGEST_SUMMARY, LONGEST_TITLE, MAX_PICTURES
from app.catalog.models import Product
from app.catalog.pictures import MAX_BYTES, add_picture, small_of
from app.catalog.previews import sign_preview
from app.catalog.states import ProductState
from app.core.errors import InputInvalid, OutOfStock, ShopError
from app.core.incoming import takes_body_of
from app.staff.service import find_usernames
from console.frame.audit_words import say_actor
from console.frame.member import get_member_here, may
from console.frame.moments import full_moment
from console.products.forms import ProductForm, catch_up, open_form, press, read_form, take_uploads
from console.products.part import blueprint

MAX_FORM_BYTES = MAX_PICTURES * MAX_BYTES // 4
Answer = Response | tuple[str, int] | str


@blueprint.get("/new")
def new() -> str:
    """An empty form."""
    return _show(ProductForm(), None)


@blueprint.post("/new")
@takes_body_of(MAX_FORM_BYTES)
def add() -> Answer:
    """Keep a new product as a draft, or put it on sale at once; or the form again, with what it lacks."""
    form, trouble, is_finished = _read()
    if not is_finished or trouble:
        return _show(form, None, trouble=trouble)
    try:
        product_id = editing.add_product(form.draft(), actor=get_member_here().actor)
    except InputInvalid as error:
        return _show(form, None, trouble=str(error)), 422
    return _tell_saved(product_id)


@blueprint.get("/<int:product_id>")
def edit(product_id: int) -> str:
    """One product in its form."""
    product = editing.get_product(product_id)
    return _show(open_form(product), product)


@blueprint.post("/<int:product_id>")
@takes_body_of(MAX_FORM_BYTES)
def change(product_id: int) -> Answer:
    """Keep what changed; who was late sees his own entries, and who was first."""
    product = editing.get_product(product_id)
    form, trouble, is_finished = _read()
    if not is_finished or trouble:
        return _show(form, product, trouble=trouble)
    try:
        draft, actor = form.draft(), get_member_here().actor
        editing.change_product(product_id, draft, actor=actor, seen_mark=form.seen_mark)
    except editing.EditedMeanwhile:
        product = editing.get_product(product_id)
        return _show(catch_up(form, product), product, is_late=True), 409
    except (InputInvalid, OutOfStock) as error:
        return _show(form, product, trouble=str(error)), error.http_status
    return _tell_saved(product_id)


@blueprint.post("/pictures")
@takes_body_of(MAX_BYTES + 1024 * 1024)
def upload() -> Response | tuple[Response, int]:
    """Keep one picture before its product is saved; the page shows how far it is."""
    file = request.files.get("file")
    try:
        name = add_picture(file.read() if file else b"")
    except ShopError as error:
        return jsonify(message=str(error)), error.http_status
    small = url_for("console.media.show", file=small_of(name))
    return jsonify(name=name, small=small, large=url_for("console.media.show", file=name))


def _read() -> tuple[ProductForm, str, bool]:
    """The form, what is wrong with its buttons, and whether it is to be kept."""
    form, troubles = take_uploads(read_form())
    button = request.form.get("do", "save")
    try:
        return press(form, button), "；".join(troubles), button == "save"
    except InputInvalid as error:
        return form, str(error), False


def _tell_saved(product_id: int) -> Response:
    flash(_("已保存。"), "success")
    if request.form.get("then") == ProductState.ON_SALE and may("console.products.move"):
        try:
            editing.move_product(product_id, ProductState.ON_SALE, actor=get_member_here().actor)
            flash(_("已上架，粉丝现在就能看到。"), "success")
        except ShopError as error:
            flash(str(error), "danger")
    return redirect(url_for("console.products.edit", product_id=product_id))


def _show(form: ProductForm, product: Product | None, *, trouble: str = "", is_late: bool = False) -> str:
    preview = sign_preview(product.id, key=current_app.config["SECRET_KEY"]) if product else ""
    return render_template(
        "console/products/editor.html",
        form=form,
        product=product,
        trouble=_say_late(product) if product and is_late else trouble,
        is_late=is_late,
        categories=[row.category for row in list_rows()],
        preview=f"/shop/preview/{preview}" if preview else "",
        small_of=small_of,
        max_pictures=MAX_PICTURES,
        longest_title=LONGEST_TITLE,
        longest_summary=LONGEST_SUMMARY,
    )


def _say_late(product: Product) -> str:
    who = say_actor(product.changed_by, find_usernames())
    return _(
        "%(who)s 在 %(when)s 已经保存了另一个版本。下面仍是您填的内容，没有丢失；再按一次“保存”就用您的覆盖。",
        who=who,
        when=full_moment(product.changed_at),
    )
