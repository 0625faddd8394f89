"""Which rule answers which message."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.keywords.folding import fold, fold_line
from app.keywords.lab import AskerInMind
from app.keywords.matching import Audience, Hours, Keyword, Match, Matcher, MatchMode, Rule, Verdict, judge

EXACT, STARTS, CONTAINS = MatchMode.EXACT, MatchMode.STARTS_WITH, MatchMode.CONTAINS
REGEX, ANY = MatchMode.REGEX, MatchMode.ANY
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SOMEBODY = AskerInMind()


def make_rule(number: int, mode: MatchMode, *words: str, priority: int = 0, **more: Any) -> Rule:
    keywords = tuple(Keyword(mode, word) for word in words or ("",))
    return Rule(number, f"规则{number}", priority, keywords, (), **more)


def find(rules: list[Rule], text: str, asker: Any = SOMEBODY, *, is_open: bool = True) -> Match | None:
    return Matcher(rules).find(text, asker, at=NOW, is_open=is_open)


@pytest.mark.parametrize(
    ("mode", "word", "message", "is_met"),
    [
        (EXACT, "茶", "茶", True),
        (EXACT, "茶", " 茶 ", True),
        (EXACT, "茶", "喝茶", False),
        (EXACT, "TEA", "ｔｅａ", True),
        (EXACT, "", "", False),
        (STARTS, "推荐", "推薦一款茶", True),
        (STARTS, "推荐", "推 荐", True),
        (STARTS, "推荐", "请推荐", False),
        (STARTS, "推荐", "推", False),
        (CONTAINS, "茶", "我想喝茶了", True),
        (CONTAINS, "茶", "咖啡", False),
        (CONTAINS, "龙井茶", "茶", False),
        (CONTAINS, "WiFi", "店里有ＷＩＦＩ吗", True),
        (CONTAINS, "包邮", "包 不 包　邮？ 包\n邮", True),
        (CONTAINS, "發貨", "什么时候发货", True),
        (CONTAINS, "🍵", "来一杯🍵吧", True),
        (CONTAINS, "<b>", "<B>黑客</b>\"'&", True),
        (CONTAINS, " ", "空 格", False),
        (CONTAINS, "", "任何话", False),
        (REGEX, r"单号\s*\d+", "單號　１２", True),
        (REGEX, r"^\d+$", " 12 ", True),
        (REGEX, r"^\d+$", "12个", False),
        (ANY, "", "什么都行", True),
        (ANY, "", "", True),
    ],
)
def test_a_keyword_is_met_or_not(mode: MatchMode, word: str, message: str, is_met: bool) -> None:
    assert (find([make_rule(1, mode, word)], message) is not None) is is_met


@pytest.mark.parametrize(
    ("rules", "winner"),
    [
        ([make_rule(1, CONTAINS, "茶", priority=9), make_rule(2, EXACT, "龙井茶")], 1),
        ([make_rule(1, ANY, priority=1), make_rule(2, EXACT, "龙井茶")], 1),
        ([make_rule(1, STARTS, "龙井茶"), make_rule(2, EXACT, "龙井茶")], 2),
        ([make_rule(1, CONTAINS, "龙井茶"), make_rule(2, STARTS, "龙")], 2),
        ([make_rule(1, REGEX, "龙井.*"), make_rule(2, CONTAINS, "茶")], 2),
        ([make_rule(1, ANY), make_rule(2, REGEX, "茶$")], 2),
        ([make_rule(1, CONTAINS, "茶"), make_rule(2, CONTAINS, "龙井茶")], 2),
        ([make_rule(1, STARTS, "龙"), make_rule(2, STARTS, "龙井")], 2),
        ([make_rule(2, CONTAINS, "龙井"), make_rule(1, CONTAINS, "井茶")], 1),
        ([make_rule(2, EXACT, "龙井茶"), make_rule(1, EXACT, "龍井茶")], 1),
    ],
    ids=[
        "priority first",
        "a catch-all of higher priority",
        "exact before starts_with",
        "starts_with before contains",
        "contains before regex",
        "regex before any",
        "the longer word contained",
        "the longer beginning",
        "the older rule",
        "the older of the same words",
    ],
)
def test_of_several_rules_one_wins(rules: list[Rule], winner: int) -> None:
    match = find(rules, "龙井茶")

    assert match is not None
    assert match.rule.id == winner


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        ({}, Verdict.ANSWERS),
        ({"valid_from": NOW, "valid_until": NOW + DAY}, Verdict.ANSWERS),
        ({"valid_from": NOW + DAY}, Verdict.NOT_YET),
        ({"valid_until": NOW}, Verdict.OVER),
        ({"hours": Hours.OPEN}, Verdict.ANSWERS),
        ({"hours": Hours.CLOSED}, Verdict.HOURS),
        ({"audience": Audience(tag_ids=(7, 8))}, Verdict.ANSWERS),
        ({"audience": Audience(tag_ids=(8, 9))}, Verdict.AUDIENCE),
        ({"audience": Audience(is_new=True)}, Verdict.ANSWERS),
        ({"audience": Audience(is_new=False)}, Verdict.AUDIENCE),
        ({"audience": Audience(has_bought=False)}, Verdict.ANSWERS),
        ({"audience": Audience(tag_ids=(7,), has_bought=True)}, Verdict.AUDIENCE),
    ],
    ids=str,
)
def test_a_rule_says_when_and_for_whom_it_is(conditions: dict[str, Any], verdict: Verdict) -> None:
    asker = AskerInMind(tag_ids=frozenset({7}), is_new=True)

    assert judge(make_rule(1, ANY, **conditions), asker, at=NOW, is_open=True) is verdict


def test_the_next_best_rule_answers_when_the_best_does_not_hold() -> None:
    rules = [
        make_rule(1, EXACT, "茶", audience=Audience(has_bought=True)),
        make_rule(2, EXACT, "茶", hours=Hours.CLOSED),
        make_rule(3, CONTAINS, "茶"),
    ]

    assert [match.rule.id for match in Matcher(rules).find_all("茶")] == [1, 2, 3]
    assert getattr(find(rules, "茶"), "rule", None) == rules[2]
    assert getattr(find(rules, "茶", is_open=False), "rule", None) == rules[1]


def test_a_rule_is_found_by_its_number_too() -> None:
    matcher = Matcher([make_rule(7, CONTAINS, "茶"), make_rule(8, CONTAINS, "　")])

    assert [matcher.find_rule(number) and number for number in (7, 8, 9)] == [7, 8, None]


def test_a_short_message_meets_a_short_beginning_once() -> None:
    matcher = Matcher([make_rule(1, STARTS, "茶", "茶叶罐子")])

    assert [match.keyword.text for match in matcher.find_all("茶叶")] == ["茶"]


class Silent:
    """Nobody may ask anything about him."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was read")


def test_nothing_is_read_about_the_asker_unless_a_rule_that_was_met_needs_it() -> None:
    rules = [
        make_rule(1, EXACT, "水", audience=Audience(tag_ids=(1,), is_new=True, has_bought=True)),
        make_rule(2, EXACT, "茶", valid_until=NOW, audience=Audience(is_new=True)),
        make_rule(3, EXACT, "茶"),
    ]

    assert find(rules, "茶", Silent()) is not None
    with pytest.raises(AssertionError, match="tag_ids"):
        find(rules, "水", Silent())


WORDS = st.text(alphabet="茶龍Ａ ", max_size=3)
KEYWORDS = st.one_of(
    st.builds(Keyword, st.sampled_from([EXACT, STARTS, CONTAINS]), WORDS),
    st.builds(Keyword, st.just(REGEX), st.sampled_from(["茶.*a", "^a", "a$", "[茶龍]{2}", r"a\s+茶"])),
    st.just(Keyword(ANY)),
)
RULES = st.builds(
    Rule,
    id=st.integers(1, 5),
    name=st.just("规则"),
    priority=st.integers(-1, 1),
    keywords=st.lists(KEYWORDS, max_size=4).map(tuple),
    replies=st.just(()),
    audience=st.builds(Audience, is_new=st.sampled_from([None, True, False])),
    hours=st.sampled_from(Hours),
)


@settings(max_examples=200)
@given(st.lists(RULES, max_size=5, unique_by=lambda rule: rule.id), st.text("茶龙 aＡ", max_size=6))
def test_the_matcher_finds_what_asking_every_rule_finds(rules: list[Rule], text: str) -> None:
    asked = [(rule, keyword) for rule in rules for keyword in rule.keywords if is_met(keyword, text)]
    best_first = sorted(asked, key=lambda pair: rank(*pair))
    holds = [rule for rule, _ in best_first if judge(rule, SOMEBODY, at=NOW, is_open=True) is Verdict.ANSWERS]

    match = find(rules, text)

    assert [m.rule.id for m in Matcher(rules).find_all(text)] == [rule.id for rule, _ in best_first]
    assert (match and match.rule) == (holds[0] if holds else None)


def is_met(keyword: Keyword, text: str) -> bool:
    """One keyword and one message, in the plainest way."""
    word, said = fold(keyword.text), fold(text)
    if keyword.mode is REGEX:
        return re.search(keyword.text.replace("龍", "龙"), fold_line(text)) is not None
    if keyword.mode is ANY:
        return True
    tests = {EXACT: word == said, STARTS: said.startswith(word), CONTAINS: word in said}
    return bool(word) and tests[keyword.mode]


def rank(rule: Rule, keyword: Keyword) -> tuple[int, int, int, int]:
    modes = [EXACT, STARTS, CONTAINS, REGEX, ANY]
    length = len(keyword.text if keyword.mode is REGEX else fold(keyword.text))
    return -rule.priority, modes.index(keyword.mode), -length, rule.id


def test_a_thousand_rules_are_made_ready_and_searched_quickly() -> None:
    fold("表")  # the table of characters is made once in a process
    modes = [EXACT, STARTS, CONTAINS, CONTAINS, CONTAINS]
    rules = [
        replace(
            make_rule(n, CONTAINS), keywords=tuple(Keyword(m, f"词{n:04d}{i}") for i, m in enumerate(modes))
        )
        for n in range(1000)
    ]
    matcher = Matcher(rules)

    def search() -> None:
        for _ in range(200):
            matcher.find("这句话里没有任何一个设置过的词" * 3, SOMEBODY, at=NOW, is_open=True)

    assert measure(lambda: Matcher(rules)) < 0.2
    assert measure(search) / 200 < 0.0005


def test_ten_thousand_characters_are_searched_in_milliseconds() -> None:
    matcher = Matcher([make_rule(n, CONTAINS, "茶" * n) for n in range(1, 51)])

    assert measure(lambda: matcher.find("茶" * 10_000, SOMEBODY, at=NOW, is_open=True)) < 0.5


def measure(call: Callable[[], object]) -> float:
    """Seconds of CPU, the best of three: the machine and the garbage collector have other things to do."""
    times = []
    for _ in range(3):
        started = time.process_time()
        call()
        times.append(time.process_time() - started)
    return min(times)
