"""Saved audiences: how many each means now, their conditions changed, renamed, deleted."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts import segments
from app.broadcasts.audience import ConditionKind, read_audience
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.core.i18n import counted
from console.broadcasts import words
from console.broadcasts.choices import load_choices
from console.broadcasts.forms import NEVER, Form, placed, read_form, read_rows
from console.frame.member import get_member_here

blueprint = Blueprint("broadcast_segments", __name__, url_prefix="/broadcasts/segments")

Page = str | Response | tuple[str, int]


@blueprint.get("/")
def index() -> str:
    """All of them with their conditions."""
    return _show()


@blueprint.post("/<int:segment_id>/rename")
def rename(segment_id: int) -> Page:
    """Another name; a wrong one stays in its field with what is wrong."""
    name = request.form.get("name", "")
    try:
        segments.rename(segment_id, name, actor=get_member_here().actor)
    except InputInvalid as error:
        return _show(wrong=segment_id, typed=name, trouble=error.message), 422
    flash(_("名称已保存。"), "success")
    return redirect(url_for("console.broadcast_segments.index"))


@blueprint.get("/<int:segment_id>/edit")
def edit(segment_id: int) -> str:
    """Its conditions in fields."""
    row = segments.get_segment(segment_id)
    form = Form(segment_name=row.name, rows=read_rows(row.audience))
    return _edit(segment_id, form, seen=segments.mark_of(row))


@blueprint.post("/<int:segment_id>/edit")
def change(segment_id: int) -> Page:
    """Keep other conditions, or do what the button says; who was late sees his own, and may keep them all the same."""
    form, seen, actor = read_form(), request.form.get("seen", ""), get_member_here().actor
    if form.is_unfinished:
        return _edit(segment_id, form, seen=seen)
    try:
        audience = read_audience(form.keep_audience())
        if seen:
            segments.change(segment_id, audience, seen=seen, actor=actor)
        else:
            segment_id = segments.create(form.segment_name, audience, actor=actor)
    except InputInvalid as error:
        return _edit(segment_id, form, seen=seen, trouble=error.message), 422
    except NotFound:
        trouble = _("这个人群刚被删除。下面仍是您填的条件，再保存一次会按原来的名称重新建。")
        return _edit(segment_id, form, seen="", trouble=trouble), 409
    except TransitionRefused as error:
        trouble = _("%(error)s。下面是您填的内容；再保存一次会盖掉他的改动。", error=error.message)
        seen = segments.mark_of(segments.get_segment(segment_id))
        return _edit(segment_id, form, seen=seen, trouble=trouble, is_late=True), 409
    planned = segments.count_planned(segment_id)
    flash(" ".join((_("条件已保存。"), *([_say_planned(planned)] if planned else []))), "success")
    return redirect(url_for("console.broadcast_segments.index"))


@blueprint.post("/<int:segment_id>/check")
def check(segment_id: int) -> Response:
    """How many the conditions mean as they stand in the form."""
    return jsonify(size=render_template("console/broadcasts/_size.html", **_size(read_form())))


@blueprint.post("/<int:segment_id>/remove")
def remove(segment_id: int) -> Response:
    """Delete it; broadcasts that named it keep its conditions."""
    segments.remove(segment_id, actor=get_member_here().actor)
    flash(_("人群已删除；用到它的群发保留了它的条件。"), "success")
    return redirect(url_for("console.broadcast_segments.index"))


def _edit(segment_id: int, form: Form, *, seen: str, trouble: str = "", is_late: bool = False) -> str:
    return render_template(
        "console/broadcasts/segment.html",
        segment_id=segment_id,
        name=form.segment_name,
        form=form,
        seen=seen,
        trouble=trouble,
        is_late=is_late,
        rows=placed(form.rows),
        choices=load_choices(),
        kinds=[each for each in ConditionKind if each is not ConditionKind.IN_WINDOW],
        NEVER=NEVER,
        condition_label=words.condition_label,
        condition_hint=words.condition_hint,
        planned=segments.count_planned(segment_id),
        **_size(form),
    )


def _size(form: Form) -> dict[str, object]:
    try:
        return {"members": segments.count_members(read_audience(form.keep_audience())), "unfit": ""}
    except InputInvalid as error:
        return {"members": 0, "unfit": error.message}


def _say_planned(number: int) -> str:
    return counted("%(n)s 个已排期的群发用它，到时按改后的条件发。", number)


def _show(*, wrong: int = 0, typed: str = "", trouble: str = "") -> str:
    choices = load_choices()
    return render_template(
        "console/broadcasts/segments.html",
        rows=[
            (
                row,
                choices.say(read_audience(row.audience)),
                segments.count_members(read_audience(row.audience)),
            )
            for row in choices.segments
        ],
        uses=segments.count_uses(),
        wrong=wrong,
        typed=typed,
        trouble=trouble,
        most=segments.MAX_NAME,
    )
