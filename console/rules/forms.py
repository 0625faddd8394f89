"""The form of a keyword rule: what stands in it, and the draft it means."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from flask import request
from flask_babel import gettext as _

from app.core import clock
from app.core.errors import InputInvalid
from app.core.incoming import row_id
from app.keywords.drafts import (
    HIGHEST_PRIORITY,
    LOWEST_PRIORITY,
    MAX_KEYWORDS,
    MAX_TESTS,
    RuleDraft,
)
from app.keywords.matching import Audience, Hours, Keyword, MatchMode
from console.replies.forms import ReplyEditor, open_replies, read_replies

_MOMENT = "%Y-%m-%dT%H:%M"
Row = TypeVar("Row")
_CLAIMS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule as it stands in the form; texts as they were typed."""

    name: str
    keywords: tuple[Keyword, ...]
    replies: ReplyEditor
    priority: str
    valid_from: str  # Beijing time, as the browser writes it; empty: none
    valid_until: str
    tag_ids: tuple[int, ...]
    is_new: str  # `yes`, `no` or empty
    has_bought: str
    hours: Hours
    tests: tuple[str, ...]
    is_active: bool
    seen_mark: int  # 0 for a new rule
    is_unfinished: bool = False  # a button that adds or takes away was pressed: nothing to save yet

    @property
    def has_conditions(self) -> bool:
        """Whether the rule is for some people or some time only."""
        parts = (self.valid_from, self.valid_until, self.tag_ids, self.is_new, self.has_bought)
        return any(parts) or self.hours is not Hours.ANY

    @property
    def said(self) -> str:
        """A sentence that sets the rule off, for the phone."""
        words = [keyword.text for keyword in self.keywords if keyword.mode is not MatchMode.REGEX]
        return next((text for text in (*words, *self.tests) if text), "") or _("你好")

    def draft(self) -> RuleDraft:
        """What the form means. Raises: InputInvalid when a number or a moment cannot be read."""
        return RuleDraft(
            name=self.name,
            keywords=tuple(each for each in self.keywords if each.text.strip() or each.mode is MatchMode.ANY),
            replies=self.replies.replies,
            reply_mode=self.replies.mode,
            priority=_read_priority(self.priority),
            valid_from=_read_moment(self.valid_from),
            valid_until=_read_moment(self.valid_until),
            audience=Audience(self.tag_ids, _CLAIMS.get(self.is_new), _CLAIMS.get(self.has_bought)),
            hours=self.hours,
            tests=self.tests,
            is_active=self.is_active,
        )


def open_rule(draft: RuleDraft, *, seen_mark: int = 0) -> RuleForm:
    """The form with what is kept."""
    return RuleForm(
        name=draft.name,
        keywords=draft.keywords or (Keyword(MatchMode.CONTAINS),),
        replies=open_replies(draft.replies, draft.reply_mode),
        priority=str(draft.priority),
        valid_from=_write_moment(draft.valid_from),
        valid_until=_write_moment(draft.valid_until),
        tag_ids=draft.audience.tag_ids,
        is_new=_write_claim(draft.audience.is_new),
        has_bought=_write_claim(draft.audience.has_bought),
        hours=draft.hours,
        tests=draft.tests or ("",),
        is_active=draft.is_active,
        seen_mark=seen_mark,
    )


def read_rule(*, actor: str) -> RuleForm:
    """The form as it was sent; files that came along are kept as materials."""
    replies = read_replies(actor=actor)
    form = RuleForm(
        name=request.form.get("name", ""),
        keywords=_read_keywords(),
        replies=replies,
        priority=request.form.get("priority", "").strip(),
        valid_from=request.form.get("valid_from", "").strip(),
        valid_until=request.form.get("valid_until", "").strip(),
        tag_ids=tuple(request.form.getlist("tag", type=row_id)),
        is_new=request.form.get("is_new", ""),
        has_bought=request.form.get("has_bought", ""),
        hours=_read_hours(request.form.get("hours", "")),
        tests=tuple(request.form.getlist("test")[: MAX_TESTS + 1]),
        is_active="is_active" in request.form,
        seen_mark=request.form.get("seen_mark", 0, type=row_id),
        is_unfinished=replies.is_unfinished,
    )
    return _press(form, request.form.get("do", ""))


def _press(form: RuleForm, button: str) -> RuleForm:
    """What a button beside keywords or test sentences does: `keyword-add`, `test-remove:1` …"""
    action, _colon, place = button.partition(":")
    if action == "keyword-add":
        keywords = (*form.keywords, Keyword(MatchMode.CONTAINS))[:MAX_KEYWORDS]
        return replace(form, keywords=keywords, is_unfinished=True)
    if action == "test-add":
        return replace(form, tests=(*form.tests, "")[:MAX_TESTS], is_unfinished=True)
    if action == "keyword-remove":
        keywords = _without(form.keywords, place) or (Keyword(MatchMode.CONTAINS),)
        return replace(form, keywords=keywords, is_unfinished=True)
    if action == "test-remove":
        return replace(form, tests=_without(form.tests, place), is_unfinished=True)
    return form


def _without(rows: tuple[Row, ...], place: str) -> tuple[Row, ...]:
    return tuple(row for number, row in enumerate(rows) if str(number) != place)


def _read_keywords() -> tuple[Keyword, ...]:
    pairs = zip(request.form.getlist("keyword-mode"), request.form.getlist("keyword-text"), strict=False)
    found = [_read_keyword(mode, text) for mode, text in pairs][: MAX_KEYWORDS + 1]
    return tuple(found) or (Keyword(MatchMode.CONTAINS),)


def _read_keyword(mode: str, text: str) -> Keyword:
    chosen = MatchMode(mode) if mode in set(MatchMode) else MatchMode.CONTAINS
    return Keyword(chosen, "" if chosen is MatchMode.ANY else text)


def _read_priority(text: str) -> int:
    try:
        return int(text or "0")
    except ValueError as error:
        limits = {"low": LOWEST_PRIORITY, "high": HIGHEST_PRIORITY}
        raise InputInvalid(_("优先级要在 %(low)d 到 %(high)d 之间", **limits)) from error


def _read_moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text[:16], _MOMENT).replace(tzinfo=clock.BEIJING)
    except ValueError as error:
        raise InputInvalid(_("有效期的日期不对：%(text)s", text=text[:30])) from error


def _write_moment(at: datetime | None) -> str:
    return at.astimezone(clock.BEIJING).strftime(_MOMENT) if at else ""


def _write_claim(claim: bool | None) -> str:
    return "" if claim is None else "yes" if claim else "no"


def _read_hours(text: str) -> Hours:
    return Hours(text) if text in set(Hours) else Hours.ANY
