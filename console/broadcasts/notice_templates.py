"""Which of the account's templates serves which notification, and what stands behind each of its keywords."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from app.broadcasts.notices.consents import count_willing
from app.broadcasts.notices.making import usual_words
from app.broadcasts.notices.telling import SAMPLE_ORDER
from app.core import clock
from app.core.errors import InputInvalid, TransitionRefused
from app.notice_templates.assigned import assign, find_template, remove
from app.notice_templates.filling import Filled, fill_in
from app.notice_templates.known import Known, ask_templates, find_known
from app.notice_templates.models import NoticeTemplate
from app.notice_templates.purposes import ABOUT_ORDERS, BY_ORDERS, KIND_OF, NoticeKind, Purpose
from app.notice_templates.values import (
    FIXED,
    Facts,
    Keyword,
    Source,
    guess_fields,
    read_keywords,
    say_rule,
    sources_for,
)
from app.wechat.template_messages import Template
from console.broadcasts.asking import ask_wechat
from console.broadcasts.template_words import SAMPLE_FEN, kind_label, sample_of_order, say_removed, say_source
from console.broadcasts.words import purpose_hint
from console.frame.form_fields import text_field, whole_field
from console.frame.member import get_member_here
from console.frame.purpose_labels import purpose_label

blueprint = Blueprint("notice_templates", __name__, url_prefix="/broadcasts/templates")


@dataclass(frozen=True, slots=True)
class Line:
    """One keyword in the form. `field`: what is chosen; `fixed`: the words that stand there always."""

    keyword: Keyword
    sources: Sequence[Source]
    rule: str
    field: str
    fixed: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A purpose with its template. `chosen`: the one whose keywords are being set."""

    purpose: Purpose
    row: NoticeTemplate | None
    preview: Filled | None
    willing: int | None  # who agreed; None where nobody needs to
    chosen: Template | None = None
    lines: Sequence[Line] = ()
    trouble: str = ""


@blueprint.get("/")
def show() -> str:
    """All purposes. `purpose` and `template`: the one that is being set."""
    return _page(request.args.get("purpose", ""), request.args.get("template", ""))


@blueprint.post("/ask")
def ask() -> Response:
    """Ask WeChat which templates the account has."""
    ask_wechat(ask_templates)
    return redirect(url_for("console.notice_templates.show"))


@blueprint.post("/<purpose>")
def change(purpose: str) -> Response | tuple[str, int]:
    """Use a template; what cannot be used stays in the form with the reason."""
    meant, known = _get_purpose(purpose), find_known()
    template_id = text_field("template_id")
    template = known.find(KIND_OF[meant], template_id) if known else None
    if template is None:
        flash(_("公众号里没有这个模板了，请从微信更新再选"), "danger")
        return redirect(url_for("console.notice_templates.show"))
    fields = _read_fields(read_keywords(template.content))
    try:
        assign(meant, template, fields, version=whole_field("version"), actor=get_member_here().actor)
    except (InputInvalid, TransitionRefused) as error:
        return _page(purpose, template_id, fields=fields, trouble=error.message), 422
    flash(_("“%(name)s”的模板已保存。", name=purpose_label(meant)), "success")
    return redirect(url_for("console.notice_templates.show", _anchor=purpose))


@blueprint.post("/<purpose>/remove")
def take_off(purpose: str) -> Response:
    """Use none."""
    meant = _get_purpose(purpose)
    try:
        remove(meant, version=whole_field("version"), actor=get_member_here().actor)
    except TransitionRefused as error:
        flash(error.message, "danger")
    else:
        flash(say_removed(meant, purpose_label(meant)), "success")
    return redirect(url_for("console.notice_templates.show", _anchor=purpose))


def _get_purpose(purpose: str) -> Purpose:
    if purpose not in set(Purpose):
        raise NotFound
    return Purpose(purpose)


def _read_fields(keywords: Sequence[Keyword]) -> dict[str, str]:
    """As `assign` takes them; the fixed words count where no source is chosen."""
    form, fields = request.form, {}
    for keyword in keywords:
        source = form.get(f"source-{keyword.key}", "")
        fields[keyword.key] = (
            f"{FIXED}{form.get(f'fixed-{keyword.key}', '')}" if source == "fixed" else source
        )
    return fields


def _page(
    purpose: str, template_id: str, *, fields: Mapping[str, str] | None = None, trouble: str = ""
) -> str:
    known = find_known()
    return render_template(
        "console/broadcasts/notice_templates.html",
        shown=[_show(each, known, purpose, template_id, fields, trouble) for each in Purpose],
        known=known,
        kind_of=KIND_OF,
        kind_label=kind_label,
        say_source=say_source,
        of_orders=BY_ORDERS,
        purpose_label=purpose_label,
        purpose_hint=purpose_hint,
        fixed="fixed",
    )


def _show(
    each: Purpose,
    known: Known | None,
    purpose: str,
    template_id: str,
    fields: Mapping[str, str] | None,
    trouble: str,
) -> Shown:
    row = find_template(each)
    willing = count_willing(row.template_id) if row and KIND_OF[each] is NoticeKind.SUBSCRIPTION else None
    preview = fill_in(row, _sample(each)) if row else None
    chosen = known.find(KIND_OF[each], template_id) if known and each.value == purpose else None
    if chosen is None:
        return Shown(each, row, preview, willing)
    keywords = read_keywords(chosen.content)
    kept = row.fields if row and row.template_id == chosen.template_id else guess_fields(keywords, each)
    lines = [_line(keyword, each, (fields or kept).get(keyword.key, FIXED)) for keyword in keywords]
    return Shown(each, row, preview, willing, chosen, lines, trouble)


def _line(keyword: Keyword, purpose: Purpose, field: str) -> Line:
    is_fixed = field.startswith(FIXED) or not field
    fixed = field.removeprefix(FIXED) if is_fixed else ""
    return Line(
        keyword, sources_for(keyword, purpose), say_rule(keyword), "fixed" if is_fixed else field, fixed
    )


def _sample(purpose: Purpose) -> Facts:
    if purpose in BY_ORDERS:
        return sample_of_order(SAMPLE_ORDER)
    order_no = SAMPLE_ORDER if purpose in ABOUT_ORDERS else ""
    return Facts(_("铁观音 250 克"), usual_words(purpose), SAMPLE_FEN, clock.now(), order_no)
