"""Categories: names and order, as the chips above the shop's list."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.catalog import categories
from app.core.errors import InputInvalid

blueprint = Blueprint("categories", __name__, url_prefix="/categories")


@blueprint.get("/")
def index() -> str:
    """All of them, and a line for a new one."""
    return render_template("console/products/categories.html", rows=categories.list_rows())


@blueprint.post("/")
def add() -> Response:
    """A new one at the end."""
    title = request.form.get("title", "")
    return _do(lambda: categories.add_category(title), _("分类已添加。"))


@blueprint.post("/<int:category_id>/rename")
def rename(category_id: int) -> Response:
    """Another name."""
    title = request.form.get("title", "")
    return _do(lambda: categories.rename_category(category_id, title), _("分类已改名。"))


@blueprint.post("/<int:category_id>/move")
def move(category_id: int) -> Response:
    """Up or down."""
    steps = -1 if request.form.get("to") == "up" else 1
    categories.move_category(category_id, steps)
    return redirect(url_for("console.categories.index", _anchor=f"category-{category_id}"))


@blueprint.post("/<int:category_id>/remove")
def remove(category_id: int) -> Response:
    """Take it away; its products stay."""
    left = categories.remove_category(category_id)
    flash(_("分类已删除，其中 %(n)s 件商品现在没有分类。", n=left), "success")
    return redirect(url_for("console.categories.index"))


def _do(act: Callable[[], object], words: str) -> Response:
    try:
        act()
        flash(words, "success")
    except InputInvalid as error:
        flash(str(error), "danger")
    return redirect(url_for("console.categories.index"))
