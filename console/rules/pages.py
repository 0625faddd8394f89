"""Keyword rules: the list, the editor, switching on and off, removing."""

from dataclasses import replace

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, NotFound
from app.core.incoming import takes_body_of
from app.followers.tags import list_tags
from app.keywords import service
from app.keywords.drafts import RuleDraft, draft_of
from app.keywords.lab import failing_tests
from app.keywords.matching import Hours, Keyword, MatchMode
from app.keywords.models import KeywordRule
from app.orders.asker import NEW_FOR
from app.staff.service import find_usernames
from console.frame.member import get_member_here
from console.replies.forms import MAX_FORM_BYTES
from console.rules import words
from console.rules.advice import advise
from console.rules.forms import RuleForm, open_rule, read_rule
from console.rules.rows import list_rows

blueprint = Blueprint("rules", __name__, url_prefix="/rules")

EMPTY = RuleDraft(name="", keywords=(), replies=())


@blueprint.get("/")
def index() -> str:
    """The list; the search stands in the address."""
    search = " ".join(request.args.get("q", "").split())[:40]
    page = max(1, min(request.args.get("page", 1, type=int), 10**6))
    return render_template(
        "console/rules/index.html", found=list_rows(search, page), search=search, failures=failing_tests()
    )


@blueprint.get("/new")
def new() -> str:
    """An empty form; `keyword` fills in a sentence that nothing answered so far."""
    keyword = request.args.get("keyword", "").strip()
    if not keyword:
        return _show(open_rule(EMPTY), None)
    word = Keyword(MatchMode.EXACT if len(keyword) <= 4 else MatchMode.CONTAINS, keyword[:60])
    draft = replace(EMPTY, name=words.quote(keyword), keywords=(word,), tests=(keyword[:200],))
    return _show(open_rule(draft), None)


@blueprint.post("/new")
@takes_body_of(MAX_FORM_BYTES)
def add() -> Response | tuple[str, int] | str:
    """Keep a new rule; or the form again, with what it lacks."""
    actor = get_member_here().actor
    form = read_rule(actor=actor)
    if form.is_unfinished:
        return _show(form, None)
    try:
        rule_id = service.add_rule(form.draft(), actor=actor)
    except InputInvalid as error:
        return _show(form, None, trouble=str(error)), 422
    return _tell_saved(rule_id)


@blueprint.get("/<int:rule_id>")
def edit(rule_id: int) -> str:
    """One rule in its form."""
    rule = service.get_rule(rule_id)
    return _show(open_rule(draft_of(rule), seen_mark=rule.change_mark), rule)


@blueprint.post("/<int:rule_id>")
@takes_body_of(MAX_FORM_BYTES)
def change(rule_id: int) -> Response | tuple[str, int] | str:
    """Keep what changed; who was late sees his own entries, and who was first."""
    actor = get_member_here().actor
    form = read_rule(actor=actor)
    try:
        if form.is_unfinished:
            return _show(form, service.get_rule(rule_id))
        service.change_rule(rule_id, form.draft(), actor=actor, seen_mark=form.seen_mark)
    except NotFound:
        trouble = _("这条规则刚被删除。下面仍是您填的内容，再保存一次会建成新规则。")
        return _show(replace(form, seen_mark=0), None, trouble=trouble), 409
    except InputInvalid as error:
        rule = service.get_rule(rule_id)
        if rule.change_mark != form.seen_mark:
            return _show(replace(form, seen_mark=rule.change_mark), rule, is_late=True), 409
        return _show(form, rule, trouble=str(error)), 422
    return _tell_saved(rule_id)


@blueprint.post("/check")
@takes_body_of(MAX_FORM_BYTES)
def check_new() -> Response:
    """What can be said about a new rule as it stands in the form."""
    return _check(None)


@blueprint.post("/<int:rule_id>/check")
@takes_body_of(MAX_FORM_BYTES)
def check(rule_id: int) -> Response:
    """What can be said about a rule as it stands in the form."""
    return _check(rule_id)


@blueprint.post("/<int:rule_id>/switch")
def switch(rule_id: int) -> Response:
    """On or off, as the button said."""
    is_active = request.form.get("to") == "on"
    service.set_active(rule_id, is_active, actor=get_member_here().actor)
    flash(_("规则已启用。") if is_active else _("规则已停用，不再回答。"), "success")
    return redirect(url_for("console.rules.index", q=request.form.get("q") or None))


@blueprint.post("/<int:rule_id>/remove")
def remove(rule_id: int) -> Response:
    """Take the rule away."""
    name = service.get_rule(rule_id).name
    service.remove_rule(rule_id, actor=get_member_here().actor)
    flash(_("已删除规则“%(name)s”。", name=name), "success")
    return redirect(url_for("console.rules.index"))


def _tell_saved(rule_id: int) -> Response:
    flash(_("已保存，一秒内生效。"), "success")
    return redirect(url_for("console.rules.edit", rule_id=rule_id))


def _check(rule_id: int | None) -> Response:
    form = read_rule(actor=get_member_here().actor)
    return jsonify(
        preview=render_template("console/replies/_preview.html", editor=form.replies, said=form.said),
        advice=render_template("console/rules/_advice.html", advice=advise(form, rule_id)),
    )


def _show(form: RuleForm, rule: KeywordRule | None, *, trouble: str = "", is_late: bool = False) -> str:
    names = find_usernames()
    return render_template(
        "console/rules/editor.html",
        form=form if not trouble else replace(form, replies=form.replies.with_problems()),
        rule=rule,
        advice=advise(form, rule.id if rule else None),
        trouble=trouble or (words.say_late(rule, names) if rule and is_late else ""),
        is_late=is_late,
        tags=[tag for tag in list_tags() if not tag.is_removed or tag.id in form.tag_ids],
        modes=list(MatchMode),
        hours=list(Hours),
        history=words.tell_history(service.list_history(rule.id), names) if rule else [],
        new_days=NEW_FOR.days,
    )
