"""Full reductions: the list, making and changing one, switching it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.catalog.service import list_all
from app.core import clock
from app.pricing.offers import ReductionStep
from app.promotions import reductions
from app.promotions.models import Reduction
from app.promotions.reductions import MOST_STEPS, ReductionDraft
from app.promotions.spans import phase_of
from console.frame.form_fields import (
    UNREADABLE,
    ids_field,
    moment_field,
    read_fen,
    show_moment,
    show_yuan,
    text_field,
    typed,
    whole_field,
)
from console.frame.member import get_member_here
from console.frame.saving import keep_form, version_shown
from console.offers.words import PHASE_COLOURS, phase_label

blueprint = Blueprint("reductions", __name__, url_prefix="/reductions")


@blueprint.get("/")
def index() -> str:
    """Every reduction."""
    rows = [
        (row, reductions.rule_of(row), phase_of(row.starts_at, row.ends_at, row.is_active))
        for row in reductions.list_reductions()
    ]
    return render_template(
        "console/offers/reductions.html", rows=rows, phase_label=phase_label, phase_colours=PHASE_COLOURS
    )


@blueprint.get("/new")
def new() -> str:
    """An empty form."""
    return _show(None, {})


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep a new one."""
    return _save(None)


@blueprint.get("/<int:reduction_id>")
def detail(reduction_id: int) -> str:
    """One of them; orders keep what they were given."""
    return _show(reductions.get_reduction(reduction_id), {})


@blueprint.post("/<int:reduction_id>")
def change(reduction_id: int) -> Response | tuple[str, int]:
    """Keep it as it was written."""
    return _save(reductions.get_reduction(reduction_id))


@blueprint.post("/<int:reduction_id>/switch")
def switch(reduction_id: int) -> Response:
    """On or off, as the button said."""
    is_active = request.form.get("to") == "on"
    reductions.set_active(reduction_id, is_active, actor=get_member_here().actor)
    flash(_("满减已启用。") if is_active else _("满减已停用。"), "success")
    return redirect(url_for("console.reductions.index"))


def _save(row: Reduction | None) -> Response | tuple[str, int]:
    number, actor, version = row.id if row else None, get_member_here().actor, whole_field("version")
    return keep_form(
        lambda: reductions.save_reduction(_read(), actor=actor, reduction_id=number, version=version),
        lambda wrong: _show(row, wrong),
        saved=_("满减已保存。"),
        back="console.reductions.index",
    )


def _read() -> ReductionDraft:
    steps = [
        ReductionStep(read_fen(from_yuan, UNREADABLE), read_fen(off_yuan, UNREADABLE))
        for from_yuan, off_yuan in _typed_steps()
    ]
    return ReductionDraft(
        title=text_field("title"),
        steps=tuple(steps),
        product_ids=ids_field("product") if request.form.get("goods") == "some" else None,
        starts_at=moment_field("starts_at"),
        ends_at=moment_field("ends_at"),
    )


def _typed_steps() -> list[tuple[str, str]]:
    """The steps as typed; lines left empty are none."""
    pairs = zip(request.form.getlist("from"), request.form.getlist("off"), strict=False)
    return [(one, two) for one, two in pairs if one.strip() or two.strip()]


def _show(row: Reduction | None, wrong: dict[str, object]) -> str:
    is_typed = request.method == "POST"
    steps = _typed_steps() if is_typed else _known_steps(row)
    chosen = ids_field("product") if is_typed else tuple(row.product_ids or ()) if row else ()
    is_some = request.form.get("goods") == "some" if is_typed else bool(row and row.product_ids is not None)
    return render_template(
        "console/offers/reduction.html",
        row=row,
        form=typed(("title", "starts_at", "ends_at"), lambda name: _known(row, name)),
        wrong=wrong,
        version=version_shown(row.version if row else 0),
        steps=[*steps, *[("", "")] * max(0, MOST_STEPS - len(steps))],
        is_some=is_some,
        chosen=chosen,
        products=list_all(),
    )


def _known(row: Reduction | None, name: str) -> str:
    if row is None:
        return show_moment(clock.now()) if name == "starts_at" else ""
    return row.title if name == "title" else show_moment(getattr(row, name))


def _known_steps(row: Reduction | None) -> list[tuple[str, str]]:
    rule = reductions.rule_of(row) if row else None
    return [(show_yuan(step.from_fen), show_yuan(step.off_fen)) for step in rule.steps] if rule else []
