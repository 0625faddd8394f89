"""Saved audiences: how many each means now, renamed, deleted."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts import segments
from app.broadcasts.audience import read_audience
from app.core.errors import InputInvalid
from console.broadcasts.choices import load_choices
from console.frame.member import get_member_here

blueprint = Blueprint("broadcast_segments", __name__, url_prefix="/broadcasts/segments")


@blueprint.get("/")
def index() -> str:
    """All of them with their conditions."""
    return _show()


@blueprint.post("/<int:segment_id>/rename")
def rename(segment_id: int) -> Response | tuple[str, int]:
    """Another name; a wrong one stays in its field with what is wrong."""
    name = request.form.get("name", "")
    try:
        segments.rename(segment_id, name, actor=get_member_here().actor)
    except InputInvalid as error:
        return _show(wrong=segment_id, typed=name, trouble=error.message), 422
    flash(_("名称已保存。"), "success")
    return redirect(url_for("console.broadcast_segments.index"))


@blueprint.post("/<int:segment_id>/remove")
def remove(segment_id: int) -> Response:
    """Delete it; broadcasts that named it keep its conditions."""
    segments.remove(segment_id, actor=get_member_here().actor)
    flash(_("人群已删除；用到它的群发保留了它的条件。"), "success")
    return redirect(url_for("console.broadcast_segments.index"))


def _show(*, wrong: int = 0, typed: str = "", trouble: str = "") -> str:
    choices = load_choices()
    return render_template(
        "console/broadcasts/segments.html",
        rows=[
            (row, choices.say(read_audience(row.audience)), segments.count_members(row))
            for row in choices.segments
        ],
        uses=segments.count_uses(),
        wrong=wrong,
        typed=typed,
        trouble=trouble,
        most=segments.MAX_NAME,
    )
