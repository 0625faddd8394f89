"""Quick replies: the list, adding, changing, moving up, deleting."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.conversations import quick_replies
from app.core.errors import InputInvalid

blueprint = Blueprint("desk_quick_replies", __name__, url_prefix="/desk/quick-replies")


@blueprint.get("/")
def index() -> str:
    """Every quick reply, and a form for one more."""
    return _show("", "")


@blueprint.post("/")
def add() -> Response | tuple[str, int]:
    """Add one."""
    title, text = _read()
    try:
        quick_replies.add_quick_reply(title, text)
    except InputInvalid as error:
        return _show(title, text, error.message), 422
    flash(_("已添加快捷回复。"), "success")
    return redirect(url_for("console.desk_quick_replies.index"))


@blueprint.post("/<int:reply_id>")
def change(reply_id: int) -> Response:
    """Change one; what is refused is said, and what was typed is one step back."""
    title, text = _read()
    return _do(lambda: quick_replies.change_quick_reply(reply_id, title, text), _("已保存。"))


@blueprint.post("/<int:reply_id>/up")
def move_up(reply_id: int) -> Response:
    """Put it before the one above."""
    return _do(lambda: quick_replies.move_up(reply_id))


@blueprint.post("/<int:reply_id>/remove")
def remove(reply_id: int) -> Response:
    """Delete it."""
    return _do(lambda: quick_replies.remove_quick_reply(reply_id), _("已删除。"))


def _read() -> tuple[str, str]:
    return request.form.get("title", ""), request.form.get("text", "")


def _do(change: Callable[[], None], words: str = "") -> Response:
    try:
        change()
    except InputInvalid as error:
        flash(error.message, "danger")
    else:
        if words:
            flash(words, "success")
    return redirect(url_for("console.desk_quick_replies.index"))


def _show(title: str, text: str, problem: str = "") -> str:
    return render_template(
        "console/desk/quick_replies.html",
        rows=quick_replies.list_quick_replies(),
        title=title,
        text=text,
        problem=problem,
    )
