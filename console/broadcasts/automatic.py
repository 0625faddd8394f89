"""Messages that go by themselves (自动消息): switch, delay and words of each; what holds for all; what each brought."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.broadcasts import linter
from app.broadcasts.automatic import limits as limits_of_all
from app.broadcasts.automatic.days import find_latest
from app.broadcasts.automatic.limits import Limits, keep_limits, load_limits
from app.broadcasts.automatic.models import AutomaticRule, RuleKind
from app.broadcasts.automatic.requests import count_waiting
from app.broadcasts.automatic.rules import (
    MOST_HOURS,
    RuleValues,
    change_rule,
    get_rule,
    list_rules,
    values_of,
)
from app.broadcasts.automatic.words import GOODS, name_of
from app.broadcasts.content import MAX_SUMMARY, MAX_TITLE
from app.broadcasts.linter import Why
from app.broadcasts.models import Broadcast
from app.broadcasts.results import Result, read_rule_results
from app.broadcasts.states import BroadcastState, RecipientState, Way
from app.catalog.service import list_all, list_on_sale
from app.core.errors import InputInvalid, TransitionRefused
from app.notice_templates.assigned import find_template_id
from app.notice_templates.purposes import Purpose
from console.broadcasts.words import why_label
from console.frame.form_fields import text_field, whole_field
from console.frame.labels import Labels
from console.frame.member import get_member_here

blueprint = Blueprint("automatic_messages", __name__, url_prefix="/broadcasts/automatic")

DAYS = 30  # of the numbers shown
kind_hint = Labels(
    {
        RuleKind.WELCOME: _l("关注以后过这么久发；每位粉丝一生只发一次。"),
        RuleKind.CART_LEFT: _l(
            "购物车最后一次变动以后过这么久、还没下单，就发；卡片是车里最贵的、还买得到的那件，点开是购物车。"
        ),
        RuleKind.BACK_IN_STOCK: _l("开了以后，售罄的商品页上有“到货提醒”按钮；点过的人，到货时收到一条。"),
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule as its card shows it. `values` and `version`: as typed, when that could not be kept."""

    row: AutomaticRule
    name: str
    values: RuleValues
    version: int
    counts: Mapping[RecipientState, int]
    result: Result
    findings: Sequence[tuple[str, Why]]
    latest: Broadcast | None  # of its last day
    trouble: str = ""

    @property
    def is_paused(self) -> bool:
        """Whether a person or WeChat holds today's messages up."""
        return self.latest is not None and self.latest.state is BroadcastState.PAUSED

    @property
    def left_out(self) -> int:
        """Who did not get it, for whatever reason."""
        return sum(number for state, number in self.counts.items() if state is not RecipientState.SENT)


@blueprint.get("/")
def show() -> str:
    """All rules with what they brought."""
    return _page()


@blueprint.post("/<int:rule_id>")
def change(rule_id: int) -> Response | tuple[str, int]:
    """Keep one; what cannot be kept stays in its fields with the reason."""
    rule = get_rule(rule_id)
    values = RuleValues(
        is_on=request.form.get("is_on") == "1",
        delay_hours=whole_field("delay_hours") if rule.kind is not RuleKind.BACK_IN_STOCK else 0,
        slug=text_field("slug") if rule.kind is RuleKind.WELCOME else "",
        title=text_field("title"),
        summary=text_field("summary"),
    )
    version = whole_field("version")
    try:
        change_rule(rule_id, values, version=version, actor=get_member_here().actor)
    except (InputInvalid, TransitionRefused) as error:
        return _page(wrong=rule_id, typed=values, version=version, trouble=error.message), 422
    flash(_("已保存，现在开着。") if values.is_on else _("已保存，现在关着。"), "success")
    return redirect(url_for("console.automatic_messages.show", _anchor=f"rule-{rule_id}"))


@blueprint.post("/limits")
def change_limits() -> Response | tuple[str, int]:
    """Keep the cap and the quiet hours."""
    typed = Limits(**{field.name: whole_field(field.name, -1) for field in fields(Limits)})
    try:
        keep_limits(typed, actor=get_member_here().actor)
    except InputInvalid as error:
        return _page(limits=typed, limits_trouble=error.message), 422
    flash(_("上限和免打扰时间已保存。"), "success")
    return redirect(url_for("console.automatic_messages.show"))


def _page(
    *,
    wrong: int = 0,
    typed: RuleValues | None = None,
    version: int = 0,
    trouble: str = "",
    limits: Limits | None = None,
    limits_trouble: str = "",
) -> str:
    shown = [
        _show(row, typed, version, trouble) if row.id == wrong and typed else _show(row)
        for row in list_rules()
    ]
    on_sale = {product.slug: product.title for product in list_on_sale()}
    return render_template(
        "console/broadcasts/automatic.html",
        shown=shown,
        kinds=RuleKind,
        hint=kind_hint,
        products=on_sale,
        titles={product.slug: product.title for product in list_all()},
        limits=asdict(limits or load_limits()),
        limits_trouble=limits_trouble,
        most=limits_of_all,
        most_hours=MOST_HOURS,
        most_title=MAX_TITLE,
        most_summary=MAX_SUMMARY,
        goods=GOODS,
        days=DAYS,
        waiting=count_waiting(),
        notifies=bool(find_template_id(Purpose.BACK_IN_STOCK)),
        why_label=why_label,
    )


def _show(row: AutomaticRule, typed: RuleValues | None = None, version: int = 0, trouble: str = "") -> Shown:
    values = typed or values_of(row)
    counts, result = read_rule_results(row.id, DAYS)
    text = f"{values.title}\n{values.summary}"
    findings = linter.read(text, Way.CARD, current_app.config["BASE_URL"])
    return Shown(
        row,
        name_of(row),
        values,
        version or row.version,
        counts,
        result,
        findings,
        find_latest(row.id),
        trouble,
    )
