"""What broadcasts brought: the last ones side by side, the hours people come, and taking articles away."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts.deleting import delete_articles
from app.broadcasts.results import compare, find_best_hour, visitors_by_hour
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
