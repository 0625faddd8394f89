"""What followers wrote last week and no rule answered, with one click to a rule."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.conversations.open_questions import bring_back, dismiss, list_open_questions
from app.core import clock
from console.frame.member import get_member_here

blueprint = Blueprint("unanswered", __name__, url_prefix="/unanswered")

SINCE = timedelta(days=7)
MAX_SHOWN = 200


@blueprint.get("/")
def index() -> str:
    """The sentences, the most frequent first; what is settled stands apart."""
    questions = list_open_questions(clock.now() - SINCE)
    waiting = [each for each in questions if not each.is_dismissed and not each.answered_by]
    return render_template(
        "console/rules/unanswered.html",
        waiting=waiting[:MAX_SHOWN],
        total=len(waiting),
        answered=[each for each in questions if not each.is_dismissed and each.answered_by][:MAX_SHOWN],
        dismissed=[each for each in questions if each.is_dismissed][:MAX_SHOWN],
    )


@blueprint.post("/dismiss")
def dismiss_one() -> Response:
    """Do not show this sentence any more."""
    dismiss(request.form.get("sentence", ""), actor=get_member_here().actor)
    flash(_("已忽略，这句话不再列出。"), "success")
    return redirect(url_for("console.unanswered.index"))


@blueprint.post("/restore")
def restore() -> Response:
    """Show it again."""
    bring_back(request.form.get("sentence", ""))
    return redirect(url_for("console.unanswered.index"))
