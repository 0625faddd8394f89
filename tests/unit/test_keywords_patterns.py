"""Regular expressions: what is taken, what is refused and in which words, and how long they may take."""

import time

import pytest
import re2

from app.core.errors import InputInvalid
from app.keywords import patterns
from app.keywords.folding import fold_line
from app.keywords.patterns import LONGEST_PATTERN, PatternSet, check_pattern


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"单号\s*\d{4,}", "单号 20261"),
        (r"單號\d+", "单号１２"),
        (r"^我要.*茶$", " 我要一斤\n好茶 "),
        (r"green TEA", "Ｇreen tea"),
        ("（已付）", "款(已付)了"),
        (r"[０-９]{2}", "12"),
        (r"\p{Han}{3}", "龍井茶"),
    ],
)
def test_a_pattern_is_found_however_the_text_was_typed(pattern: str, text: str) -> None:
    check_pattern(pattern)

    assert PatternSet([pattern]).find(fold_line(text)) == [0]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"茶(?=好)", "前后断言"),
        (r"(?<!红)茶", "前后断言"),
        (r"(茶)\1", "反向引用"),
        (r"(茶)\2", "反向引用"),
        (r"\q", "反斜杠"),
        ("茶\\", "反斜杠"),
        ("(茶", "圆括号"),
        ("茶)", "圆括号"),
        ("[茶", "方括号"),
        ("[z-a]", "范围"),
        ("*茶", "前面要有内容"),
        ("茶**", "不能连着写"),
        ("茶{2000}", "重复次数"),
        ("(?P<n茶)", "分组的名字"),
        (r".{0,900}茶", "太复杂"),
        ("茶*", "什么都能匹配"),
        ("x" * (LONGEST_PATTERN + 1), f"{LONGEST_PATTERN} 个字符"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(pattern: str, reason: str) -> None:
    with pytest.raises(InputInvalid, match=reason):
        check_pattern(pattern)


def test_each_of_many_patterns_is_found_by_its_number() -> None:
    many = PatternSet([f"第{number}号.*茶$" for number in range(300)])

    assert sorted(many.find("要第7号和第299号的茶")) == [7, 299]
    assert many.find("要第7号和第300号的水") == []


def test_a_pattern_that_is_none_does_not_silence_the_others() -> None:
    assert PatternSet(["(", "茶"]).find("好茶") == [1]


def test_patterns_too_many_for_one_set_are_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SET_MEMORY_BYTES", 1000)
    many = PatternSet([f"第{number}号" for number in range(40)])

    assert many.find("第7号") == [7]
    assert many.find("第40号") == []


def test_a_set_that_runs_out_of_memory_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    many = PatternSet(["茶", "水"])
    monkeypatch.setattr(re2.Set, "Match", lambda _set, _text: None)

    assert many.find("好茶") == [0]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}b", "^(a?){50}a{50}b"])
def test_a_hostile_pattern_holds_nobody(pattern: str) -> None:
    check_pattern(pattern)
    one, text = PatternSet([pattern]), "a" * 5000 + "!"

    times = []
    for _ in range(3):
        started = time.process_time()
        assert one.find(text) == []
        times.append(time.process_time() - started)

    assert min(times) < 0.1
