"""A rule as somebody wants it to be: its limits, the check before it is kept, and its forms for table and matching."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.keywords.folding import fold
from app.keywords.matching import EVERYBODY, Audience, Hours, Keyword, MatchMode, Rule
from app.keywords.models import KeywordRule
from app.keywords.patterns import check_pattern
from app.keywords.replies import MAX_REPLIES, ReplyMode, ReplySpec, check_specs, read_specs

LONGEST_NAME = 80
LONGEST_KEYWORD = 60
MAX_KEYWORDS = 50
LOWEST_PRIORITY, HIGHEST_PRIORITY = -100, 100
MAX_TESTS = 20
LONGEST_TEST = 200
MAX_TAGS = 20


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """Everything about a rule that a person decides."""

    name: str
    keywords: tuple[Keyword, ...]
    replies: tuple[ReplySpec, ...]
    reply_mode: ReplyMode = ReplyMode.ALL
    priority: int = 0
    valid_from: datetime | None = None  # aware
    valid_until: datetime | None = None  # aware; from then on it is silent
    audience: Audience = EVERYBODY
    hours: Hours = Hours.ANY
    tests: tuple[str, ...] = ()  # sentences this rule must answer
    is_active: bool = True


def tidy(draft: RuleDraft) -> RuleDraft:
    """Without blanks around texts, without empty test sentences and without what stands there twice."""
    keywords = (replace(keyword, text=keyword.text.strip()) for keyword in draft.keywords)
    tests = (sentence.strip() for sentence in draft.tests)
    return replace(
        draft,
        name=draft.name.strip(),
        keywords=tuple(dict.fromkeys(keywords)),
        tests=tuple(dict.fromkeys(filter(None, tests))),
    )


def check_draft(draft: RuleDraft) -> None:
    """Raises: InputInvalid with the first thing that keeps this rule from being kept."""
    if not draft.name:
        raise InputInvalid(_("规则要有名称"))
    if len(draft.name) > LONGEST_NAME:
        raise InputInvalid(_("规则名称最多 %(limit)d 个字", limit=LONGEST_NAME))
    _check_keywords(draft.keywords)
    if not 1 <= len(draft.replies) <= MAX_REPLIES:
        raise InputInvalid(_("一条规则要有 1 到 %(limit)d 条回复", limit=MAX_REPLIES))
    check_specs(draft.replies)
    _check_conditions(draft)
    if len(draft.tests) > MAX_TESTS or any(len(sentence) > LONGEST_TEST for sentence in draft.tests):
        raise InputInvalid(
            _("测试句最多 %(count)d 句，每句最多 %(length)d 个字", count=MAX_TESTS, length=LONGEST_TEST)
        )
    if any(
        "\0" in text for text in (draft.name, *draft.tests, *(keyword.text for keyword in draft.keywords))
    ):
        raise InputInvalid(_("文字里有不能保存的字符"))


def to_row(draft: RuleDraft) -> dict[str, Any]:
    """The columns of KeywordRule that a draft decides."""
    return {
        "name": draft.name,
        "priority": draft.priority,
        "keywords": [{"mode": keyword.mode, "text": keyword.text} for keyword in draft.keywords],
        "replies": [spec.keep() for spec in draft.replies],
        "reply_mode": draft.reply_mode,
        "valid_from": draft.valid_from,
        "valid_until": draft.valid_until,
        "audience": {
            name: value for name, value in asdict(draft.audience).items() if value not in (None, ())
        },
        "hours": draft.hours,
        "tests": list(draft.tests),
        "is_active": draft.is_active,
    }


def draft_of(rule: KeywordRule) -> RuleDraft:
    """The rule as it would be written down again."""
    return RuleDraft(
        name=rule.name,
        keywords=tuple(Keyword(MatchMode(entry["mode"]), entry["text"]) for entry in rule.keywords),
        replies=read_specs(rule.replies),
        reply_mode=rule.reply_mode,
        priority=rule.priority,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        audience=Audience(**rule.audience | {"tag_ids": tuple(rule.audience.get("tag_ids", ()))}),
        hours=rule.hours,
        tests=tuple(rule.tests),
        is_active=rule.is_active,
    )


def to_rule(rule_id: int, draft: RuleDraft) -> Rule:
    """The rule as matching needs it."""
    return Rule(
        id=rule_id,
        name=draft.name,
        priority=draft.priority,
        keywords=draft.keywords,
        replies=draft.replies,
        reply_mode=draft.reply_mode,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        audience=draft.audience,
        hours=draft.hours,
    )


def _check_keywords(keywords: tuple[Keyword, ...]) -> None:
    if not 1 <= len(keywords) <= MAX_KEYWORDS:
        raise InputInvalid(_("一条规则要有 1 到 %(limit)d 个关键词", limit=MAX_KEYWORDS))
    for keyword in keywords:
        if keyword.mode is MatchMode.ANY:
            if keyword.text:
                raise InputInvalid(_("“任何话”不需要写关键词"))
        elif not fold(keyword.text):
            raise InputInvalid(_("关键词不能为空"))
        elif keyword.mode is MatchMode.REGEX:
            check_pattern(keyword.text)
        elif len(keyword.text) > LONGEST_KEYWORD:
            raise InputInvalid(_("关键词最多 %(limit)d 个字", limit=LONGEST_KEYWORD))


def _check_conditions(draft: RuleDraft) -> None:
    if not LOWEST_PRIORITY <= draft.priority <= HIGHEST_PRIORITY:
        raise InputInvalid(
            _("优先级要在 %(low)d 到 %(high)d 之间", low=LOWEST_PRIORITY, high=HIGHEST_PRIORITY)
        )
    if draft.valid_from and draft.valid_until and draft.valid_from >= draft.valid_until:
        raise InputInvalid(_("有效期的结束要晚于开始"))
    if len(draft.audience.tag_ids) > MAX_TAGS:
        raise InputInvalid(_("一条规则最多选 %(limit)d 个标签", limit=MAX_TAGS))
