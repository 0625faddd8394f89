"""Writing a broadcast: products, words, who gets it, with what would come of it beside."""

from dataclasses import replace

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.broadcasts import composing, segments
from app.broadcasts.audience import ConditionKind, read_audience
from app.broadcasts.content import MAX_CARDS, Content, longest, slug_of
from app.broadcasts.models import Broadcast
from app.broadcasts.notices.making import usual_words
from app.broadcasts.states import BroadcastState, Way
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.notice_templates.assigned import find_template
from app.notice_templates.purposes import BY_HAND
from console.broadcasts import words
from console.broadcasts.choices import load_choices
from console.broadcasts.forms import NEVER, Form, find_trouble, open_form, placed, read_form
from console.broadcasts.looks import find_remarks, say_reach, show_items, show_notice
from console.frame.member import get_member_here
from console.frame.purpose_labels import purpose_label
from console.replies.forms import open_replies

blueprint = Blueprint("broadcast_composer", __name__, url_prefix="/broadcasts")

Page = str | AnyResponse | tuple[str, int]


@blueprint.get("/new")
def new() -> str:
    """An empty form."""
    return _show(Form(), None)


@blueprint.post("/new")
def add() -> Page:
    """Keep a new draft, or do what the button says."""
    form = _keep_segment(read_form())
    if form.is_unfinished:
        return _show(form, None)
    try:
        broadcast_id = composing.create(form.draft(), actor=get_member_here().actor)
    except InputInvalid as error:
        return _show(form, None, trouble=error.message), 422
    return _go_on(broadcast_id)


@blueprint.get("/<int:broadcast_id>/edit")
def edit(broadcast_id: int) -> Page:
    """A draft in its form; what is no draft any more is shown as it goes."""
    row = composing.get_broadcast(broadcast_id)
    if row.state is not BroadcastState.DRAFT:
        return redirect(url_for("console.broadcasts.show", broadcast_id=broadcast_id))
    return _show(open_form(row), row)


@blueprint.post("/<int:broadcast_id>/edit")
def change(broadcast_id: int) -> Page:
    """Keep what changed; who was late sees his own entries, and may keep them all the same."""
    form = _keep_segment(read_form())
    try:
        row = composing.get_broadcast(broadcast_id)
        if form.is_unfinished:
            return _show(form, row)
        composing.change(broadcast_id, form.draft(), version=form.version, actor=get_member_here().actor)
    except NotFound:
        trouble = _("这份草稿刚被删除。下面仍是您填的内容，再保存一次会建成新草稿。")
        return _show(replace(form, version=0), None, trouble=trouble), 409
    except InputInvalid as error:
        return _show(form, row, trouble=error.message), 422
    except TransitionRefused as error:
        return _show_late(form, row, error)
    return _go_on(broadcast_id)


@blueprint.post("/check")
def check() -> Response:
    """What the form as it stands would look like, whom it reaches, which words to think about."""
    form = read_form()
    looks = _look(form)
    return jsonify(
        preview=render_template("console/broadcasts/_phone.html", **looks),
        forecast=render_template("console/broadcasts/_forecast.html", **looks),
        lint=render_template("console/broadcasts/_lint.html", **looks),
    )


def _show_late(form: Form, row: Broadcast, error: TransitionRefused) -> Page:
    """Somebody was first: nothing typed is lost."""
    if row.state is not BroadcastState.DRAFT:
        trouble = _("这次群发刚被确认，不能再改。下面仍是您填的内容，再保存一次会建成新草稿。")
        return _show(replace(form, version=0), None, trouble=trouble), 409
    trouble = _("%(error)s。下面是您填的内容；再保存一次会盖掉他的改动。", error=error.message)
    return _show(replace(form, version=row.version), row, trouble=trouble, is_late=True), 409


def _go_on(broadcast_id: int) -> AnyResponse:
    if request.form.get("next") == "confirm":
        return redirect(url_for("console.broadcast_confirm.ask", broadcast_id=broadcast_id))
    flash(_("草稿已保存。"), "success")
    return redirect(url_for("console.broadcast_composer.edit", broadcast_id=broadcast_id))


def _keep_segment(form: Form) -> Form:
    """The button that keeps the conditions under a name: they are chosen by it from then on."""
    if request.form.get("do") != "segment-save":
        return form
    try:
        audience = read_audience(form.keep_audience())
        number = segments.create(form.segment_name, audience, actor=get_member_here().actor)
    except InputInvalid as error:
        return replace(form, segment_trouble=error.message)
    return replace(form, segment_id=number, segment_name="")


def _look(form: Form) -> dict[str, object]:
    """What the pieces beside the form show."""
    way, purpose = Way(form.way), form.meant
    content = Content(form.items)
    trouble, reach, pieces = find_trouble(replace(form, name=form.name or "-")), None, ()
    try:
        if form.segment_id is not None:
            audience = read_audience(segments.get_segment(form.segment_id).audience)
        else:
            audience = read_audience(form.keep_audience())
        reach, pieces = say_reach(audience, way, purpose, slug_of(content.keep()))
    except (InputInvalid, NotFound) as error:
        trouble = trouble or error.message
    return {
        "form": form,
        "shown": show_items(content, way, purpose),
        "notice": show_notice(content, purpose),
        "remarks": find_remarks(content, way, purpose),
        "reach": reach,
        "pieces": pieces,
        "unfit": trouble,
        "why_label": words.why_label,
        "NO_WORD": words.NO_WORD,
        "ways": Way,
        "usual_words": usual_words(purpose) if purpose else "",
        "templates": {each: find_template(each) for each in BY_HAND},
        "purpose_label": purpose_label,
        "purpose_hint": words.purpose_hint,
    }


def _show(form: Form, row: Broadcast | None, *, trouble: str = "", is_late: bool = False) -> str:
    choices = load_choices()
    segment = next((each for each in choices.segments if each.id == form.segment_id), None)
    return render_template(
        "console/broadcasts/composer.html",
        row=row,
        trouble=trouble,
        is_late=is_late,
        rows=placed(form.rows),
        choices=choices,
        segment_sentences=choices.say(read_audience(segment.audience)) if segment else (),
        shelf=open_replies(()),
        kinds=[each for each in ConditionKind if each is not ConditionKind.IN_WINDOW],
        NEVER=NEVER,
        most_cards=MAX_CARDS,
        most_title=longest(Way(form.way))[0],
        most_summary=longest(Way(form.way))[1],
        most_name=composing.MAX_NAME,
        most_segment_name=segments.MAX_NAME,
        way_label=words.way_label,
        condition_label=words.condition_label,
        condition_hint=words.condition_hint,
        **_look(form),
    )
