"""Standing replies (固定回复): what is said to a new follower, to what was not understood, before a person answers."""

from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, NotFound
from app.core.incoming import takes_body_of
from app.keywords.models import Occasion
from app.keywords.replies import MAX_REPLIES, ReplyKind, ReplySpec
from app.keywords.standing import (
    Standing,
    StandingChanged,
    change_standing,
    keep_cool_down,
    list_standing,
    load_cool_down,
    own_words,
)
from console.frame.member import get_member_here
from console.replies.forms import MAX_FORM_BYTES, ReplyEditor, open_replies, read_replies
from console.replies.occasions import occasion_hint, occasion_label

blueprint = Blueprint("standing", __name__, url_prefix="/standing")

AFTER_FOLLOWING = 4  # one at once, and the three that WeChat takes within a minute
ONLY_WORDS = [kind for kind in ReplyKind if kind is not ReplyKind.TEXT]


@dataclass(frozen=True, slots=True)
class OccasionRow:
    """One occasion in the list."""

    occasion: Occasion
    label: str
    hint: str
    standing: Standing | None
    replies: list[tuple[str, str]]  # kind, in short
    own: str  # the account's own words, in short


@blueprint.get("/")
def index() -> str:
    """Every occasion, and what is said."""
    kept, shelf = list_standing(), open_replies(())
    rows = []
    for occasion in Occasion:
        standing = kept.get(occasion)
        specs = standing.replies if standing and standing.is_active else ()
        replies = [(spec.kind.value, shelf.in_short(spec)) for spec in specs]
        label, hint = occasion_label(occasion), occasion_hint(occasion)
        own = shelf.in_short(ReplySpec(ReplyKind.TEXT, own_words(occasion)))
        rows.append(OccasionRow(occasion, label, hint, standing, replies, own))
    return render_template("console/rules/standings.html", rows=rows, cool_down=_minutes())


@blueprint.get("/<occasion>")
def edit(occasion: str) -> str:
    """One occasion in its form; `start=own` begins with the account's own words."""
    place = _get_occasion(occasion)
    standing = list_standing().get(place, Standing(()))
    if request.args.get("start") == "own":
        standing = replace(standing, replies=(ReplySpec(ReplyKind.TEXT, own_words(place)),), is_active=True)
    editor = open_replies(standing.replies, standing.reply_mode, **_limits(place))
    return _show(place, editor, is_active=standing.is_active, mark=standing.mark)


@blueprint.post("/<occasion>")
@takes_body_of(MAX_FORM_BYTES)
def change(occasion: str) -> Response | tuple[str, int] | str:
    """Keep what is said on this occasion."""
    place, actor = _get_occasion(occasion), get_member_here().actor
    editor, is_active = read_replies(actor=actor, **_limits(place)), "is_active" in request.form
    mark = request.form.get("seen_mark", "")
    if editor.is_unfinished:
        return _show(place, editor, is_active=is_active, mark=mark)
    wanted = Standing(editor.replies, editor.mode, is_active)
    try:
        change_standing(place, wanted, actor=actor, seen_mark=mark)
    except StandingChanged as error:
        now = list_standing().get(place, Standing(()))
        return _show(place, editor, is_active=is_active, mark=now.mark, late=str(error)), 409
    except InputInvalid as error:
        editor = editor.with_problems()
        return _show(place, editor, is_active=is_active, mark=mark, trouble=str(error)), 422
    flash(_("已保存，一秒内生效。"), "success")
    return redirect(url_for("console.standing.edit", occasion=place))


@blueprint.post("/cool-down")
def change_cool_down() -> Response:
    """How long somebody who was not understood is left in peace."""
    text = request.form.get("minutes", "").strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > 6:
        raise InputInvalid(_("请填写分钟数，例如 10"))
    keep_cool_down(timedelta(minutes=int(text)), actor=get_member_here().actor)
    flash(_("已保存，一秒内生效。"), "success")
    return redirect(url_for("console.standing.edit", occasion=Occasion.FALLBACK))


def _get_occasion(text: str) -> Occasion:
    if text not in set(Occasion):
        raise NotFound
    return Occasion(text)


def _limits(occasion: Occasion) -> dict[str, object]:
    """What the reply editor offers here."""
    if occasion in (Occasion.HAND_OVER, Occasion.HAND_OVER_CLOSED):
        return {"barred": ONLY_WORDS, "most": 1}
    is_welcome = occasion in (Occasion.WELCOME, Occasion.WELCOME_BACK)
    return {"barred": (), "most": AFTER_FOLLOWING if is_welcome else MAX_REPLIES}


def _minutes() -> int:
    return int(load_cool_down().total_seconds() // 60)


def _show(
    occasion: Occasion, editor: ReplyEditor, *, is_active: bool, mark: str, trouble: str = "", late: str = ""
) -> str:
    return render_template(
        "console/rules/standing.html",
        occasion=occasion,
        label=occasion_label(occasion),
        hint=occasion_hint(occasion),
        editor=editor,
        is_active=is_active,
        mark=mark,
        trouble=trouble,
        late=late,
        own=own_words(occasion),
        cool_down=_minutes() if occasion is Occasion.FALLBACK else None,
    )
