"""The keyword lab: trials, conflicts, test sentences."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.keywords import lab
from app.keywords.drafts import RuleDraft
from app.keywords.lab import AskerInMind, ConflictKind, find_conflicts, try_sentence
from app.keywords.matching import Audience, Hours, Keyword, MatchMode, Verdict
from app.keywords.replies import ReplyKind, ReplySpec
from app.keywords.service import set_active
from tests.factories import make_rule

ANY, CONTAINS, EXACT, REGEX = MatchMode.ANY, MatchMode.CONTAINS, MatchMode.EXACT, MatchMode.REGEX
HIDDEN_BY, SAME, HIDES = ConflictKind.HIDDEN_BY, ConflictKind.SAME_KEYWORD, ConflictKind.HIDES
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("advance")


def make_draft(*words: str, mode: MatchMode = CONTAINS, **more: Any) -> RuleDraft:
    keywords = tuple(Keyword(mode, word) for word in words)
    return RuleDraft("草稿", keywords, (ReplySpec(ReplyKind.TEXT, text="好"),), **more)


def conflicts(draft: RuleDraft, rule_id: int | None = None) -> list[tuple[str, str, ConflictKind]]:
    return [(c.rule.name, c.sentence, c.kind) for c in find_conflicts(draft, rule_id)]


def failures(replacing: tuple[int | None, RuleDraft] | None = None) -> list[tuple[str, str, str | None]]:
    return [
        (f.rule.name, f.sentence, f.answered_by_rule.name if f.answered_by_rule else None)
        for f in lab.failing_tests(replacing)
    ]


def test_a_trial_says_who_answers_and_what_becomes_of_the_others(shop: Flask) -> None:
    make_rule("来日", "茶", priority=9, valid_from=clock.now() + DAY)
    make_rule("昨日", "茶", priority=8, valid_until=clock.now())
    make_rule("夜里", "茶", priority=7, hours=Hours.CLOSED)
    make_rule("老客", "茶", priority=6, audience=Audience(has_bought=True))
    set_active(make_rule("停用", "茶", priority=5), False, actor="")
    make_rule("答的", "龙井茶", "茶", priority=4)
    make_rule("被盖住的", "茶")
    make_rule("无关", "壶")

    trial = try_sentence("來點 龍井茶", AskerInMind(), at=clock.now(), is_open=True)

    assert trial.folded == "来点龙井茶"
    assert [(hit.rule.name, hit.keyword.text, hit.verdict) for hit in trial.hits] == [
        ("来日", "茶", Verdict.NOT_YET),
        ("昨日", "茶", Verdict.OVER),
        ("夜里", "茶", Verdict.HOURS),
        ("老客", "茶", Verdict.AUDIENCE),
        ("停用", "茶", Verdict.INACTIVE),
        ("答的", "龙井茶", Verdict.ANSWERS),
        ("被盖住的", "茶", Verdict.HIDDEN),
    ]


@pytest.mark.parametrize(
    "sentence", ["", "　", "没人懂", "<b>黑客</b>\"'&", "字" * 10_000, "\x00\ud800"], ids=repr
)
def test_a_sentence_that_nobody_knows_meets_nothing(shop: Flask, sentence: str) -> None:
    make_rule("茶")

    assert try_sentence(sentence, AskerInMind(), at=clock.now(), is_open=True).hits == ()


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (make_draft("茶"), [("茶", "茶", SAME)]),
        (make_draft("茶", priority=50), [("茶", "茶", SAME), ("红茶", "红茶", HIDES)]),
        (make_draft("红茶杯"), [("红茶", "红茶杯", HIDDEN_BY), ("茶", "红茶杯", HIDES)]),
        (make_draft("绿茶"), [("茶", "绿茶", HIDES)]),
        (make_draft("壶"), []),
        (make_draft("茶", mode=EXACT), [("茶", "茶", HIDES)]),
        (
            make_draft("茶$", mode=REGEX, tests=("买红茶",)),
            [("红茶", "买红茶", HIDDEN_BY), ("茶", "买红茶", HIDDEN_BY)],
        ),
        (make_draft("", mode=ANY), []),
        (make_draft("", mode=ANY, priority=5), [("茶", "茶", HIDES)]),
        (make_draft("", mode=ANY, priority=99), [("红茶", "红茶", HIDES), ("茶", "茶", HIDES)]),
        (make_draft("茶", audience=Audience(has_bought=True)), [("茶", "茶", SAME)]),
    ],
    ids=[
        "the same keyword",
        "the same keyword, and above all",
        "below one, above another",
        "a longer word",
        "a word of its own",
        "the same word in another mode",
        "a regular expression by its test sentence",
        "a catch-all below all",
        "a catch-all above one",
        "a catch-all above all",
        "for some people only",
    ],
)
def test_what_a_draft_and_the_rules_take_from_each_other(
    shop: Flask, draft: RuleDraft, expected: list[tuple[str, str, ConflictKind]]
) -> None:
    make_rule("红茶", priority=10)
    make_rule("茶")
    set_active(make_rule("停用", "茶", "壶"), False, actor="")

    assert conflicts(draft) == expected


def test_a_catch_all_above_hides_a_draft(shop: Flask) -> None:
    make_rule("什么都接", "", mode=ANY, priority=1)

    assert conflicts(make_draft("茶")) == [("什么都接", "茶", HIDDEN_BY)]
    assert conflicts(make_draft("", mode=ANY)) == [("什么都接", "", SAME)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"hours": Hours.OPEN}, {"hours": Hours.CLOSED}),
        ({"audience": Audience(is_new=True)}, {"audience": Audience(is_new=False)}),
        ({"audience": Audience(has_bought=True)}, {"audience": Audience(has_bought=False)}),
        ({"valid_until": clock.now() + 900 * DAY}, {"valid_from": clock.now() + 900 * DAY}),
        ({}, {"valid_until": clock.now() - 900 * DAY}),
    ],
    ids=["hours", "new or not", "bought or not", "one after the other", "over"],
)
def test_rules_that_never_meet_have_no_conflict(
    shop: Flask, one: dict[str, Any], other: dict[str, Any]
) -> None:
    make_rule("茶", **other)

    assert conflicts(make_draft("茶", **one)) == []


def test_a_rule_has_no_conflict_with_what_it_was(shop: Flask) -> None:
    rule_id = make_rule("茶")

    assert conflicts(make_draft("茶"), rule_id) == []


def test_of_very_many_conflicts_the_gravest_are_told(shop: Flask) -> None:
    words = [f"词{number}" for number in range(lab.MAX_CONFLICTS)]
    make_rule("多", *words)
    make_rule("高", "一", priority=90)

    found = conflicts(make_draft("", "一", mode=CONTAINS, priority=50, tests=("一",)))
    everything = conflicts(make_draft("", mode=ANY, priority=99))

    assert found == [("高", "一", SAME)]
    assert len(everything) == lab.MAX_CONFLICTS


def test_a_test_sentence_fails_when_somebody_else_answers_or_nobody(shop: Flask) -> None:
    make_rule("红茶", tests=("红茶", "要一罐红茶", "岩茶"))
    assert failures() == [("红茶", "岩茶", None)]

    make_rule("罐", priority=1)

    assert failures() == [("红茶", "要一罐红茶", "罐"), ("红茶", "岩茶", None)]


def test_a_draft_is_tested_before_it_is_kept(shop: Flask) -> None:
    rule_id = make_rule("红茶", tests=("要红茶",))

    assert failures() == []
    assert failures((None, make_draft("茶", priority=1))) == [("红茶", "要红茶", "草稿")]
    assert failures((None, make_draft("茶", priority=1, is_active=False))) == []
    assert failures((None, make_draft("红茶", tests=("要红茶",)))) == [("草稿", "要红茶", "红茶")]
    assert failures((rule_id, make_draft("壶", tests=("要红茶", "茶壶")))) == [("草稿", "要红茶", None)]


def test_a_test_sentence_is_said_by_whom_the_rule_is_for(shop: Flask) -> None:
    make_rule("生客", "茶", tests=("茶",))
    make_rule("熟客", "茶", tests=("茶",), priority=2, audience=Audience(tag_ids=(3,), has_bought=True))
    make_rule("新客", "茶", tests=("茶",), priority=2, audience=Audience(is_new=True))
    make_rule("夜里", "茶", tests=("茶",), priority=1, hours=Hours.CLOSED)

    assert failures() == []


def test_a_test_sentence_counts_only_while_its_rule_may_speak(
    shop: Flask, advance: Callable[[timedelta], None]
) -> None:
    make_rule("本周", "茶", tests=("茶",), valid_until=clock.now() + 2 * DAY)
    make_rule("下周", "茶", tests=("茶",), valid_from=clock.now() + DAY, priority=1)
    set_active(make_rule("停用", "茶", tests=("茶",)), False, actor="")
    assert failures() == []

    advance(DAY)
    assert failures() == [("本周", "茶", "下周")]

    advance(DAY)
    assert failures() == []
