"""Pick-up points: the list, making and changing one."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.delivery import points
from app.delivery.models import PickupPoint
from app.delivery.points import PointDraft
from console.frame.form_fields import text_field, typed, whole_field
from console.frame.member import get_member_here
from console.frame.saving import keep_form, version_shown

blueprint = Blueprint("pickup_points", __name__, url_prefix="/pickup-points")

NAMES = ("title", "address", "phone", "hours")


@blueprint.get("/")
def index() -> str:
    """Every point."""
    return render_template("console/delivery/points.html", points=points.list_points())


@blueprint.get("/new")
def new() -> str:
    """An empty form."""
    return _show(None, {})


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep a new one."""
    return _save(None)


@blueprint.get("/<int:point_id>")
def detail(point_id: int) -> str:
    """One point; closed, it is not offered any more, and orders that go there stay."""
    return _show(points.get_point(point_id), {})


@blueprint.post("/<int:point_id>")
def change(point_id: int) -> Response | tuple[str, int]:
    """Keep it as it was written."""
    return _save(points.get_point(point_id))


def _save(point: PickupPoint | None) -> Response | tuple[str, int]:
    draft = PointDraft(*map(text_field, NAMES), is_active="is_active" in request.form)
    number, actor = point.id if point else None, get_member_here().actor
    return keep_form(
        lambda: points.save_point(draft, actor=actor, point_id=number, version=whole_field("version")),
        lambda wrong: _show(point, wrong),
        saved=_("自提点已保存。"),
        back="console.pickup_points.index",
    )


def _show(point: PickupPoint | None, wrong: dict[str, object]) -> str:
    is_typed = request.method == "POST"
    return render_template(
        "console/delivery/point.html",
        point=point,
        form=typed(NAMES, lambda name: getattr(point, name) if point else ""),
        wrong=wrong,
        is_active="is_active" in request.form if is_typed else point is None or point.is_active,
        version=version_shown(point.version if point else 0),
    )
