"""What broadcasts brought: the last ones side by side, the hours people come, and taking articles away."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts.automatic.days import find_rule_id
from app.broadcasts.composing import get_broadcast
from app.broadcasts.deleting import delete_articles
from app.broadcasts.models import Broadcast
from app.broadcasts.results import compare, find_best_hour, read_results, visitors_by_hour
from app.broadcasts.states import ENDED
from app.core.errors import PlatformError, TransitionRefused
from app.wechat.account import get_account
from console.broadcasts import words
from console.frame.charts import bars
from console.frame.member import get_member_here

blueprint = Blueprint("broadcast_results", __name__, url_prefix="/broadcasts")


@blueprint.get("/results")
def index() -> str:
    """The last broadcasts side by side."""
    found, by_hour = compare(), visitors_by_hour()
    numbers = [by_hour.get(hour, 0) for hour in range(24)]
    return render_template(
        "console/broadcasts/results.html",
        found=found,
        best=find_best_hour(found),
        hours=bars(numbers, [f"{hour}:00 – {number}" for hour, number in enumerate(numbers)]),
        has_visitors=bool(by_hour),
        way_label=words.way_label,
    )


@blueprint.get("/<int:broadcast_id>/results")
def fragment(broadcast_id: int) -> str:
    """The part of a broadcast's page that says what it brought."""
    return render_template("console/broadcasts/_results.html", **results_of(get_broadcast(broadcast_id)))


@blueprint.post("/<int:broadcast_id>/delete-articles")
def delete(broadcast_id: int) -> Response:
    """Have WeChat take the articles' pages away."""
    try:
        delete_articles(get_account().client, broadcast_id, actor=get_member_here().actor)
    except (TransitionRefused, PlatformError) as error:
        flash(error.message, "danger")
    else:
        flash(_("文章已删除：点开的人看不到内容了，聊天里的卡片还在。"), "success")
    return redirect(url_for("console.broadcasts.show", broadcast_id=broadcast_id))


def results_of(row: Broadcast) -> Mapping[str, object]:
    """What `_results.html` needs: it grows until the last horizon is over; what has ended unbegun never does."""
    results = read_results(row.id)
    is_over = results[-1].is_over if results else row.state in ENDED or find_rule_id(row.id) is not None
    return {
        "row": row,
        "results": results,
        "still_grows": not is_over,
        "horizon_label": words.horizon_label,
    }
