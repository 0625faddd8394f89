"""What a rule may not be, and in which words that is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.errors import InputInvalid
from app.keywords.drafts import MAX_TESTS, RuleDraft, check_draft, tidy
from app.keywords.matching import Audience, Keyword, MatchMode
from app.keywords.replies import MAX_REPLIES, MAX_TEXT_BYTES, ReplyKind, ReplySpec

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TEA = Keyword(MatchMode.CONTAINS, "茶")
SAY = ReplySpec(ReplyKind.TEXT, text="有茶")
DRAFT = RuleDraft("茶", (TEA,), (SAY,))


def test_a_plain_rule_is_taken() -> None:
    check_draft(DRAFT)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "要有名称"),
        ({"name": "长" * 81}, "最多 80"),
        ({"name": "茶\0"}, "不能保存"),
        ({"keywords": ()}, "1 到 50 个关键词"),
        ({"keywords": (TEA, Keyword(MatchMode.EXACT, "　"))}, "不能为空"),
        ({"keywords": (Keyword(MatchMode.REGEX, ""),)}, "不能为空"),
        ({"keywords": (Keyword(MatchMode.EXACT, "长" * 61),)}, "最多 60"),
        ({"keywords": tuple(Keyword(MatchMode.EXACT, str(n)) for n in range(51))}, "1 到 50 个关键词"),
        ({"keywords": (Keyword(MatchMode.ANY, "茶"),)}, "不需要写关键词"),
        ({"keywords": (Keyword(MatchMode.REGEX, "(茶"),)}, "圆括号"),
        ({"replies": ()}, "1 到 5 条回复"),
        ({"replies": (SAY,) * (MAX_REPLIES + 1)}, "1 到 5 条回复"),
        ({"replies": (ReplySpec(ReplyKind.TEXT, text=" "),)}, "不能为空"),
        ({"replies": (ReplySpec(ReplyKind.TEXT, text="长" * MAX_TEXT_BYTES),)}, "文字太长"),
        ({"replies": (ReplySpec(ReplyKind.TEXT, text="a\0"),)}, "不能保存"),
        ({"replies": (ReplySpec(ReplyKind.PRODUCT),)}, "件商品"),
        ({"priority": 101}, "-100 到 100"),
        ({"priority": -101}, "-100 到 100"),
        ({"valid_from": NOW, "valid_until": NOW - timedelta(days=1)}, "晚于开始"),
        ({"audience": Audience(tag_ids=tuple(range(21)))}, "最多选 20 个标签"),
        ({"tests": tuple(map(str, range(MAX_TESTS + 1)))}, "最多 20 句"),
        ({"tests": ("长" * 201,)}, "最多 200 个字"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputInvalid, match=sentence):
        check_draft(tidy(replace(DRAFT, **change)))
