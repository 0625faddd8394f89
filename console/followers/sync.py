"""Fetching the whole list of followers: started here, watched here."""

from flask import flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.followers import sync
from app.followers.models import FollowerSync, SyncStep
from app.staff.service import find_usernames
from console.followers.pages import blueprint
from console.followers.words import step_label
from console.frame.member import get_member_here
from console.frame.moments import moment


@blueprint.get("/sync")
def show_sync() -> str:
    """How far it is, and when it was done before."""
    running = sync.find_running()
    return render_template(
        "console/followers/sync.html",
        running=running,
        progress=_progress(running) if running else {},
        syncs=sync.list_syncs(),
        names={**find_usernames(), "command": _("命令行")},
    )


@blueprint.get("/sync/progress")
def sync_progress() -> Response:
    """The same as numbers and words, for the page that watches."""
    running = sync.find_running()
    return jsonify(_progress(running) if running else {"is_running": False})


@blueprint.post("/sync")
def start_sync() -> Response:
    """Begin, or push on the one that stands still."""
    sync.start(actor=get_member_here().actor)
    return redirect(url_for("console.followers.show_sync"))


@blueprint.post("/sync/<int:sync_id>/stop")
def stop_sync(sync_id: int) -> Response:
    """Give it up; what it learnt stays."""
    if sync.stop(sync_id, actor=get_member_here().actor):
        flash(_("已停止，读到的资料都保留。"), "info")
    return redirect(url_for("console.followers.show_sync"))


def _progress(row: FollowerSync) -> dict[str, object]:
    is_listing = row.step in (SyncStep.TAGS, SyncStep.LIST)
    trouble = row.error
    if row.error and row.waits_until:
        trouble = _("%(why)s。%(when)s 自动继续", why=row.error, when=moment(row.waits_until))
    return {
        "is_running": True,
        "step": step_label(row.step),
        "done": row.listed if is_listing else min(row.profiled + row.gone, row.listed),
        "whole": max(row.total if is_listing else row.listed, 1),
        "listed": row.listed,
        "total": row.total,
        "profiled": row.profiled,
        "gone": row.gone,
        "trouble": trouble,
    }
