"""Rules in words: how a keyword is met, whom a rule is for and when, what rules take from each other."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.states import StateEvent
from app.keywords.lab import ConflictKind, Hit, TestFailure
from app.keywords.matching import Audience, Hours, Keyword, MatchMode, Verdict
from app.keywords.models import KeywordRule
from console.frame.histories import HistoryLine
from console.frame.labels import Labels
from console.frame.moments import moment

LONGEST_QUOTE = 40
SHOWN_SENTENCES = 3

# What of a rule can be changed.
_part_label = Labels(
    {
        "name": _l("名称"),
        "priority": _l("优先级"),
        "keywords": _l("关键词"),
        "replies": _l("回复"),
        "reply_mode": _l("发送方式"),
        "valid_from": _l("开始时间"),
        "valid_until": _l("结束时间"),
        "audience": _l("适用人群"),
        "hours": _l("时段"),
        "tests": _l("测试句"),
        "is_active": _l("是否启用"),
    }
)

# How a keyword is met.
mode_label = Labels(
    {
        MatchMode.EXACT: _l("完全相同"),
        MatchMode.STARTS_WITH: _l("开头是"),
        MatchMode.CONTAINS: _l("包含"),
        MatchMode.REGEX: _l("正则"),
        MatchMode.ANY: _l("任何话"),
    }
)


# At which hours a rule speaks.
hours_label = Labels(
    {
        Hours.ANY: _l("任何时间"),
        Hours.OPEN: _l("只在客服时间"),
        Hours.CLOSED: _l("只在客服时间之外"),
    }
)


def quote(text: str) -> str:
    """A sentence inside another one, shortened."""
    tidy = " ".join(text.split())
    return tidy if len(tidy) <= LONGEST_QUOTE else f"{tidy[:LONGEST_QUOTE]}…"


def say_audience(audience: Audience, tags: Mapping[int, str]) -> list[str]:
    """Whom a rule is for, in parts; none for everybody."""
    parts = []
    if audience.is_new is not None:
        parts.append(_("新粉丝") if audience.is_new else _("老粉丝"))
    if audience.has_bought is not None:
        parts.append(_("买过的") if audience.has_bought else _("没买过的"))
    if audience.tag_ids:
        names = [tags.get(tag_id, _("已删除的标签")) for tag_id in audience.tag_ids]
        parts.append(_("标签：%(names)s", names=_("、").join(names)))
    return parts


def say_validity(rule: KeywordRule, now: datetime) -> str:
    """From when to when a rule holds; empty when always."""
    begins, ends = rule.valid_from, rule.valid_until
    if ends and ends <= now:
        return _("已于 %(when)s 结束", when=moment(ends))
    if begins and begins > now:
        return _("%(when)s 开始", when=moment(begins))
    return _("到 %(when)s 为止", when=moment(ends)) if ends else ""


def say_match(keyword: Keyword) -> str:
    """Why a sentence meets this keyword."""
    return {
        MatchMode.EXACT: _("整句话就是“%(word)s”", word=quote(keyword.text)),
        MatchMode.STARTS_WITH: _("这句话以“%(word)s”开头", word=quote(keyword.text)),
        MatchMode.CONTAINS: _("这句话里有“%(word)s”", word=quote(keyword.text)),
        MatchMode.REGEX: _("符合正则 %(word)s", word=quote(keyword.text)),
        MatchMode.ANY: _("任何话都接"),
    }[keyword.mode]


def say_verdict(hit: Hit) -> str:
    """What becomes of a rule that a sentence meets."""
    return {
        Verdict.ANSWERS: _("由它回答"),
        Verdict.HIDDEN: _("被排在前面的规则挡住"),
        Verdict.AUDIENCE: _("这个人不在它的适用人群里"),
        Verdict.NOT_YET: _("还没到开始时间"),
        Verdict.OVER: _("有效期已过"),
        Verdict.HOURS: hours_label(hit.rule.hours),
        Verdict.INACTIVE: _("已停用"),
    }[hit.verdict]


def say_conflict(kind: ConflictKind, sentences: Sequence[str]) -> str:
    """What another rule has to do with the one being written, by the sentences both know."""
    if not any(sentences):
        return _("两条规则都接任何话，优先级高的、先建的回答")
    words = _("、").join(f"“{quote(sentence)}”" for sentence in sentences[:SHOWN_SENTENCES])
    if len(sentences) > SHOWN_SENTENCES:
        words = _("%(words)s等 %(n)d 句", words=words, n=len(sentences))
    return {
        ConflictKind.HIDDEN_BY: _("说%(words)s会先由它回答，轮不到这条规则", words=words),
        ConflictKind.SAME_KEYWORD: _("有相同的关键词%(words)s", words=words),
        ConflictKind.HIDES: _("说%(words)s会由这条规则回答，轮不到它", words=words),
    }[kind]


def say_failure(failure: TestFailure) -> str:
    """A test sentence that its rule does not answer."""
    if failure.answered_by_rule is None:
        return _("“%(words)s”没有规则回答", words=quote(failure.sentence))
    other = failure.answered_by_rule.name
    return _("“%(words)s”现在由“%(rule)s”回答", words=quote(failure.sentence), rule=other)


def say_late(rule: KeywordRule, names: Mapping[str, str]) -> str:
    """Told to whom saves a rule that somebody else has changed since he opened it."""
    return _(
        "%(who)s 在 %(when)s 改过这条规则，您的修改还没有保存。下面仍是您填的内容：再保存一次，会用它覆盖对方的修改。",
        who=names.get(rule.changed_by, rule.changed_by),
        when=moment(rule.changed_at),
    )


def tell_history(events: Iterable[StateEvent], names: Mapping[str, str]) -> list[HistoryLine]:
    """Who did what to a rule."""
    return [HistoryLine(each.at, _say_event(each), names.get(each.actor, each.actor)) for each in events]


def _say_event(event: StateEvent) -> str:
    if event.cause == "changed":
        changed = [_part_label(name) for name in event.details.get("after", ()) if name in _part_label]
        return _("修改了%(parts)s", parts=_("、").join(changed))
    return {
        "added": _("新建了规则"),
        "switched": _("启用了规则") if event.new == "active" else _("停用了规则"),
        "removed": _("删除了规则"),
    }.get(event.cause, event.cause)


def offer() -> dict[str, object]:
    """What templates use of these words."""
    return {
        "mode_label": mode_label,
        "hours_label": hours_label,
        "quote": quote,
        "say_match": say_match,
        "say_verdict": say_verdict,
        "say_conflict": say_conflict,
        "say_failure": say_failure,
    }
