"""Alerts: what needs a person now, and who has dealt with what."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.alerts import service
from app.alerts.words import say_alert
from app.staff.rights import FINANCE, OPERATOR, SERVICE, Right, RightGroup
from app.staff.service import find_usernames
from console.frame.member import get_member_here
from console.frame.moments import moment

blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")

RIGHTS = RightGroup(
    _l("告警"),
    Right(
        _l("查看和处理告警"),
        "console.alerts.index",
        "console.alerts.close",
        roles=(OPERATOR, SERVICE, FINANCE),
    ),
)


@blueprint.get("/")
def index() -> str:
    """What waits, and what was done lately."""
    return render_template(
        "console/alerts.html",
        waiting=service.open_alerts(),
        done=service.closed_lately(),
        names=find_usernames(),
        say_alert=say_alert,
    )


@blueprint.post("/<int:alert_id>/close")
def close(alert_id: int) -> Response:
    """Mark as done; the second to press learns who was first."""
    if service.close(alert_id, get_member_here().actor):
        flash(_("已标为处理完。"), "success")
    else:
        alert = service.get_alert(alert_id)
        who = find_usernames().get(alert.closed_by, alert.closed_by)
        flash(_("%(who)s 已于 %(when)s 处理了这条告警。", who=who, when=moment(alert.closed_at)), "info")
    return redirect(url_for("console.alerts.index"))
