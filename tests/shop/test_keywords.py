"""Keyword rules in the database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.marks import ANSWERS, Mark
from app.keywords.drafts import RuleDraft, draft_of
from app.keywords.lab import AskerInMind
from app.keywords.matching import Audience, Hours, Keyword, MatchMode
from app.keywords.replies import ReplyKind, ReplyMode, ReplySpec
from app.keywords.service import (
    add_rule,
    change_rule,
    get_rule,
    list_history,
    list_rules,
    load_matcher,
    remove_rule,
    set_active,
)
from tests.factories import make_rule
from tests.threads import run_in_threads

TEA = Keyword(MatchMode.CONTAINS, "茶")
SAY = ReplySpec(ReplyKind.TEXT, text="有茶")
DRAFT = RuleDraft("茶", (TEA,), (SAY,))
HOSTILE = "<b>黑客</b>\"'& 🍵👨‍👩‍👧 {{ 7*7 }} %s"


def find(text: str) -> str | None:
    """The name of the rule that answers a passer-by."""
    match = load_matcher().find(text, AskerInMind(), at=clock.now(), is_open=True)
    return match.rule.name if match else None


def seen_mark(rule_id: int) -> int:
    return get_rule(rule_id).change_mark


def test_a_rule_answers_until_it_is_switched_off_or_removed(shop: Flask) -> None:
    rule_id = make_rule("茶")
    assert find("好茶") == "茶"

    set_active(rule_id, False, actor="staff:1")
    assert find("好茶") is None

    set_active(rule_id, True, actor="staff:1")
    assert find("好茶") == "茶"

    remove_rule(rule_id, actor="staff:1")
    assert find("好茶") is None


def test_a_rule_comes_back_as_it_was_written(shop: Flask) -> None:
    draft = RuleDraft(
        name=HOSTILE,
        keywords=(TEA, Keyword(MatchMode.REGEX, r"单号\s*\d+"), Keyword(MatchMode.ANY)),
        replies=(
            SAY,
            ReplySpec(ReplyKind.PRODUCT, slugs=("longjing", "moli")),
            ReplySpec(ReplyKind.HAND_OVER),
        ),
        reply_mode=ReplyMode.ONE,
        priority=-3,
        valid_from=clock.now(),
        valid_until=clock.now() + timedelta(days=1),
        audience=Audience(tag_ids=(3, 5), is_new=True, has_bought=False),
        hours=Hours.CLOSED,
        tests=(HOSTILE, "要茶"),
        is_active=False,
    )

    rule_id = add_rule(draft, actor="staff:1")
    db.session.remove()

    assert draft_of(get_rule(rule_id)) == draft


def test_what_is_written_carelessly_is_tidied(shop: Flask) -> None:
    tea = Keyword(MatchMode.CONTAINS, " 茶　")

    rule_id = add_rule(
        replace(DRAFT, name=" 茶 ", keywords=(tea, TEA), tests=(" 好茶", "", "好茶")), actor=""
    )

    rule = get_rule(rule_id)
    assert (rule.name, draft_of(rule).keywords, rule.tests) == ("茶", (TEA,), ["好茶"])


def test_a_rule_in_a_transaction_that_failed_does_not_count(shop: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        make_rule("茶")
        raise ZeroDivisionError

    assert find("茶") is None


def test_every_change_moves_the_mark_that_processes_look_at(shop: Flask) -> None:
    rule_id = make_rule("茶")
    seen = [db.session.get_one(Mark, ANSWERS).number]

    for change in (
        lambda: change_rule(rule_id, replace(DRAFT, priority=1), actor="", seen_mark=seen_mark(rule_id)),
        lambda: set_active(rule_id, False, actor=""),
        lambda: remove_rule(rule_id, actor=""),
    ):
        change()
        seen.append(db.session.get_one(Mark, ANSWERS, populate_existing=True).number)

    assert seen == sorted(set(seen))


def test_what_cannot_be_kept_is_refused_and_changes_nothing(shop: Flask) -> None:
    rule_id = add_rule(DRAFT, actor="")

    with pytest.raises(InputInvalid, match="要有名称"):
        add_rule(replace(DRAFT, name=" "), actor="")
    with pytest.raises(InputInvalid, match="关键词不能为空"):
        change_rule(
            rule_id,
            replace(DRAFT, keywords=(TEA, Keyword(MatchMode.EXACT, "　"))),
            actor="",
            seen_mark=seen_mark(rule_id),
        )

    assert list_rules().total == 1
    assert draft_of(get_rule(rule_id)) == DRAFT


def test_two_rules_cannot_have_one_name_unless_one_is_gone(shop: Flask) -> None:
    first, second = make_rule("茶"), make_rule("壶")

    with pytest.raises(InputInvalid, match="同名"):
        make_rule(" 茶")
    with pytest.raises(InputInvalid, match="同名"):
        change_rule(second, DRAFT, actor="", seen_mark=seen_mark(second))

    remove_rule(first, actor="")
    again = make_rule("茶")
    assert again not in (first, second)  # what the first one answered stays its own


def test_of_two_who_add_the_same_name_at_once_one_is_told(shop: Flask) -> None:
    def add() -> bool:
        try:
            return make_rule("茶") > 0
        except InputInvalid as error:
            return "同名" not in error.message

    assert sorted(run_in_threads(shop, [add, add])) == [False, True]


def test_who_saw_an_older_rule_must_look_again(shop: Flask) -> None:
    rule_id = make_rule("茶")
    seen = seen_mark(rule_id)
    change_rule(rule_id, replace(DRAFT, priority=1), actor="staff:1", seen_mark=seen)

    with pytest.raises(InputInvalid, match="别人刚改过"):
        change_rule(rule_id, replace(DRAFT, priority=2), actor="staff:2", seen_mark=seen)

    assert get_rule(rule_id).priority == 1


def test_the_history_tells_who_changed_what(shop: Flask, advance: Callable[[timedelta], None]) -> None:
    rule_id = add_rule(DRAFT, actor="staff:1")
    advance(timedelta(hours=1))
    change_rule(rule_id, replace(DRAFT, hours=Hours.OPEN), actor="staff:2", seen_mark=seen_mark(rule_id))
    set_active(rule_id, False, actor="staff:3")
    changed_by = get_rule(rule_id).changed_by
    remove_rule(rule_id, actor="staff:4")

    removed, switched, changed, added = list_history(rule_id)
    assert [e.actor for e in (added, changed, switched, removed)] == [f"staff:{n}" for n in (1, 2, 3, 4)]
    assert changed.details == {"before": {"hours": "any"}, "after": {"hours": "open"}}
    assert changed.at - added.at == timedelta(hours=1)
    assert (switched.old, switched.new, changed_by) == ("active", "inactive", "staff:3")
    assert removed.details["before"]["keywords"] == [{"mode": "contains", "text": "茶"}]


def test_a_change_that_changes_nothing_leaves_no_trace(shop: Flask) -> None:
    rule_id = add_rule(DRAFT, actor="staff:1")

    change_rule(rule_id, DRAFT, actor="staff:2", seen_mark=seen_mark(rule_id))
    set_active(rule_id, True, actor="staff:2")

    assert len(list_history(rule_id)) == 1
    assert get_rule(rule_id).changed_by == "staff:1"


def test_what_is_removed_cannot_be_touched(shop: Flask) -> None:
    rule_id = make_rule("茶")
    remove_rule(rule_id, actor="")

    for touch in (
        lambda: get_rule(rule_id),
        lambda: get_rule(rule_id + 1),
        lambda: change_rule(rule_id, DRAFT, actor="", seen_mark=1),
        lambda: set_active(rule_id, True, actor=""),
        lambda: remove_rule(rule_id, actor=""),
    ):
        with pytest.raises(NotFound):
            touch()


def test_rules_are_listed_by_page_and_found_by_their_words(shop: Flask) -> None:
    make_rule("低", priority=-1)
    make_rule("高", "Oolong", "100%", priority=9)
    make_rule("中", say="到店有礼")

    names = [[rule.name for rule in list_rules(page=page, per_page=2).rules] for page in (0, 1, 2, 3)]

    assert names == [["高", "中"], ["高", "中"], ["低"], []]
    assert [rule.name for rule in list_rules("有礼").rules] == ["中"]
    assert [rule.name for rule in list_rules(" oolong").rules] == ["高"]
    assert [rule.name for rule in list_rules("0%").rules] == ["高"]
    assert [rule.name for rule in list_rules("低").rules] == ["低"]
    assert list_rules(HOSTILE).total == 0
