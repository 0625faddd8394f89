"""The keyword lab: say a sentence as somebody, see which rule answers, why, and what stands behind it."""

from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.conversations.service_hours import load_service_hours
from app.core import clock
from app.core.errors import InputInvalid
from app.core.incoming import row_id
from app.followers.tags import list_tags
from app.keywords.drafts import draft_of
from app.keywords.lab import AskerInMind, Hit, Trial, try_sentence
from app.keywords.matching import Verdict
from app.keywords.models import Occasion
from app.keywords.service import change_rule, get_rule
from app.keywords.standing import load_standing, own_words
from app.orders.asker import NEW_FOR
from console.frame.member import get_member_here
from console.replies.forms import ReplyEditor, open_replies

blueprint = Blueprint("lab", __name__, url_prefix="/lab")

LONGEST_SENTENCE = 600


@dataclass(frozen=True, slots=True)
class Question:
    """Who says what, and when."""

    sentence: str
    is_new: bool
    has_bought: bool
    tag_ids: frozenset[int]
    hours: str  # `now`, `open` or `closed`

    @property
    def asker(self) -> AskerInMind:
        """Who says it."""
        return AskerInMind(self.tag_ids, self.is_new, self.has_bought)


@blueprint.get("/")
def show() -> str:
    """The page; the trial stands in its address, so that it can be sent to a colleague."""
    question = _read_question()
    hours, now = load_service_hours(), clock.now()
    is_open_now = hours.is_open(now)
    is_open = is_open_now if question.hours == "now" else question.hours == "open"
    trial = (
        try_sentence(question.sentence, question.asker, at=now, is_open=is_open)
        if question.sentence
        else None
    )
    answer = next(iter(_with_verdict(trial, Verdict.ANSWERS)), None)
    hidden = _with_verdict(trial, Verdict.HIDDEN)
    return render_template(
        "console/rules/lab.html",
        question=question,
        trial=trial,
        answer=answer,
        hidden=hidden,
        passed_over=[hit for hit in trial.hits if hit not in (answer, *hidden)] if trial else [],
        tests=get_rule(answer.rule.id).tests if answer else [],
        phone=_make_phone(answer),
        own=own_words(Occasion.FALLBACK),
        tags=[tag for tag in list_tags() if not tag.is_removed],
        service_hours=hours.words(),
        is_open_now=is_open_now,
        new_days=NEW_FOR.days,
    )


@blueprint.post("/<int:rule_id>/test")
def keep(rule_id: int) -> Response:
    """Make the sentence one of the rule's tests."""
    sentence = request.form.get("sentence", "").strip()[:LONGEST_SENTENCE]
    rule = get_rule(rule_id)
    draft = draft_of(rule)
    try:
        tests = (*draft.tests, sentence)
        change_rule(
            rule_id, replace(draft, tests=tests), actor=get_member_here().actor, seen_mark=rule.change_mark
        )
    except InputInvalid as error:
        flash(str(error), "danger")
    else:
        flash(_("已加进规则“%(name)s”的测试句。", name=draft.name), "success")
    return redirect(url_for("console.lab.show", q=sentence))


def _read_question() -> Question:
    hours = request.args.get("hours", "now")
    return Question(
        sentence=request.args.get("q", "").strip()[:LONGEST_SENTENCE],
        is_new=request.args.get("is_new") == "yes",
        has_bought=request.args.get("has_bought") == "yes",
        tag_ids=frozenset(request.args.getlist("tag", type=row_id)),
        hours=hours if hours in ("open", "closed") else "now",
    )


def _with_verdict(trial: Trial | None, verdict: Verdict) -> list[Hit]:
    return [hit for hit in trial.hits if hit.verdict is verdict] if trial else []


def _make_phone(answer: Hit | None) -> ReplyEditor:
    """What the follower gets; without a rule, what the merchant wrote for that."""
    said = answer.rule if answer else load_standing().get(Occasion.FALLBACK)
    return open_replies(said.replies, said.reply_mode) if said else open_replies(())
