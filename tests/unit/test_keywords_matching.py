"""Which rule answers which message."""

import time

import pytest

from app.keywords.matching import Matcher, Rule, normalise
from app.keywords.models import MatchMode, ReplyKind

EXACT, CONTAINS = MatchMode.EXACT, MatchMode.CONTAINS


def make_rule(number: int, match: MatchMode, *keywords: str, priority: int = 0) -> Rule:
    return Rule(number, f"规则{number}", match, keywords, ReplyKind.TEXT, f"回答{number}", priority)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("  茶　", "茶"),
        ("Tea", "tea"),
        ("STRASSE", normalise("straße")),
        ("ｶﾞ", "ガ"),
        ("①", "1"),
        ("", ""),
        ("　\n", ""),
    ],
)
def test_texts_are_brought_to_one_form(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("rule", "message", "is_met"),
    [
        (make_rule(1, EXACT, "茶"), "茶", True),
        (make_rule(1, EXACT, "茶"), " 茶 ", True),
        (make_rule(1, EXACT, "茶"), "喝茶", False),
        (make_rule(1, EXACT, "TEA"), "ｔｅａ", True),
        (make_rule(1, EXACT, "茶", "tea"), "Tea", True),
        (make_rule(1, CONTAINS, "茶"), "我想喝茶了", True),
        (make_rule(1, CONTAINS, "茶"), "咖啡", False),
        (make_rule(1, CONTAINS, "龙井茶"), "茶", False),
        (make_rule(1, CONTAINS, "WiFi"), "店里有ＷＩＦＩ吗", True),
        (make_rule(1, CONTAINS, "🍵"), "来一杯🍵吧", True),
        (make_rule(1, CONTAINS, " "), "空 格", False),
        (make_rule(1, CONTAINS, ""), "任何话", False),
        (make_rule(1, EXACT, ""), "", False),
    ],
)
def test_a_rule_is_met_or_not(rule: Rule, message: str, is_met: bool) -> None:
    assert (Matcher([rule]).find(message) is not None) is is_met


@pytest.mark.parametrize(
    ("rules", "winner"),
    [
        ([make_rule(1, CONTAINS, "茶", priority=9), make_rule(2, EXACT, "茶")], 2),
        ([make_rule(1, EXACT, "茶"), make_rule(2, EXACT, "茶", priority=1)], 2),
        ([make_rule(2, EXACT, "茶"), make_rule(1, EXACT, "茶")], 1),
    ],
    ids=["exact before contains", "priority", "older"],
)
def test_of_several_exact_rules_one_wins(rules: list[Rule], winner: int) -> None:
    match = Matcher(rules).find("茶")

    assert match is not None
    assert match.rule_id == winner


@pytest.mark.parametrize(
    ("rules", "winner"),
    [
        ([make_rule(1, CONTAINS, "茶"), make_rule(2, CONTAINS, "龙井茶")], 2),
        ([make_rule(1, CONTAINS, "茶", priority=1), make_rule(2, CONTAINS, "龙井茶")], 1),
        ([make_rule(2, CONTAINS, "龙井"), make_rule(1, CONTAINS, "井茶")], 1),
    ],
    ids=["longer", "priority before length", "older"],
)
def test_of_several_contained_keywords_one_wins(rules: list[Rule], winner: int) -> None:
    match = Matcher(rules).find("我要龙井茶")

    assert match is not None
    assert match.rule_id == winner


def test_a_match_tells_what_was_met() -> None:
    match = Matcher([make_rule(7, CONTAINS, "绿茶", "龙井")]).find("有龙井吗")

    assert match is not None
    assert (match.rule_id, match.rule_name, match.keyword, match.reply) == (7, "规则7", "龙井", "回答7")


def test_a_thousand_rules_are_searched_in_well_under_a_millisecond() -> None:
    rules = [make_rule(n, CONTAINS if n % 2 else EXACT, f"关键词{n:04d}号") for n in range(1000)]
    matcher, message = Matcher(rules), "这句话里没有任何一个设置过的词" * 3

    started = time.process_time()
    for _ in range(200):
        matcher.find(message)

    assert (time.process_time() - started) / 200 < 0.001
