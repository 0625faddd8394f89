"""Freight templates: the list, making and changing one, removing one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.catalog.service import list_all
from app.core.errors import TransitionRefused
from app.delivery import templates
from app.delivery.models import FreightTemplate
from app.delivery.regions import all_regions
from app.pricing.freight import Counting
from console.delivery.freight_form import read_template, show_zones
from console.delivery.words import counting_label, tell_zone
from console.frame.form_fields import ids_field, whole_field
from console.frame.member import get_member_here
from console.frame.saving import keep_form, version_shown

blueprint = Blueprint("freight", __name__, url_prefix="/freight")


@blueprint.get("/")
def index() -> str:
    """Every template with its lines in words."""
    return render_template(
        "console/delivery/freights.html",
        templates=templates.list_templates(),
        tell_zone=tell_zone,
        counting_label=counting_label,
    )


@blueprint.get("/new")
def new() -> str:
    """An empty form."""
    return _show(None, {})


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep a new one."""
    return _save(None)


@blueprint.get("/<int:template_id>")
def detail(template_id: int) -> str:
    """One template."""
    return _show(templates.get_template(template_id), {})


@blueprint.post("/<int:template_id>")
def change(template_id: int) -> Response | tuple[str, int]:
    """Keep it as it was written."""
    return _save(templates.get_template(template_id))


@blueprint.post("/<int:template_id>/delete")
def delete(template_id: int) -> Response:
    """Remove it; its goods travel by the default one."""
    try:
        templates.delete_template(template_id, actor=get_member_here().actor)
    except TransitionRefused as error:
        flash(_(error.message), "danger")
    else:
        flash(_("运费模板已删除。"), "success")
    return redirect(url_for("console.freight.index"))


def _save(template: FreightTemplate | None) -> Response | tuple[str, int]:
    if "more" in request.form or "remove" in request.form:
        return _show(template, {}), 200
    number, actor = template.id if template else None, get_member_here().actor
    version = whole_field("version")
    return keep_form(
        lambda: templates.save_template(read_template(), actor=actor, template_id=number, version=version),
        lambda wrong: _show(template, wrong),
        saved=_("运费模板已保存，下一次结算按它计算。"),
        back="console.freight.index",
    )


def _show(template: FreightTemplate | None, wrong: dict[str, object]) -> str:
    is_typed = request.method == "POST"
    zones = show_zones(template)
    if "more" in request.form:
        zones.append(show_zones(None)[0])
    counting = template.counting.value if template else Counting.PIECE.value
    return render_template(
        "console/delivery/freight.html",
        template=template,
        title=request.form.get("title", template.title if template else ""),
        counting=request.form.get("counting", counting),
        is_default="is_default" in request.form if is_typed else bool(template and template.is_default),
        is_first=not templates.list_templates(),
        countings=[(each.value, counting_label(each)) for each in Counting],
        zones=zones,
        wrong=wrong,
        version=version_shown(template.version if template else 0),
        chosen=ids_field("product")
        if is_typed
        else [each.product_id for each in template.goods]
        if template
        else [],
        products=list_all(),
        regions=all_regions(),
    )
