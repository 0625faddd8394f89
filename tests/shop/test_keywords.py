"""Keyword rules in the database."""

import pytest
from flask import Flask
from sqlalchemy import update

from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.keywords import service
from app.keywords.models import KeywordRule, MatchMode, ReplyKind
from app.keywords.service import add_rule, find_reply


def add(name: str = "茶", *keywords: str, reply: str = "有茶") -> int:
    words = keywords or (name,)
    return add_rule(name, keywords=words, match=MatchMode.CONTAINS, reply_kind=ReplyKind.TEXT, reply=reply)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every message looks whether the rules have changed."""
    monkeypatch.setattr(service, "CHECK_EVERY_SECONDS", 0)


def test_without_rules_nothing_is_found(shop: Flask) -> None:
    assert find_reply("茶") is None


def test_a_rule_counts_from_the_moment_it_is_added(shop: Flask) -> None:
    assert find_reply("好茶") is None

    rule_id = add()

    match = find_reply("好茶")
    assert match is not None
    assert (match.rule_id, match.reply) == (rule_id, "有茶")


def test_a_rule_in_a_transaction_that_failed_does_not_count(shop: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        add()
        raise ZeroDivisionError

    assert find_reply("茶") is None


def change_elsewhere(statement: object) -> None:
    """As another process changes the rules: this one is not told."""
    with transaction() as session:
        session.execute(statement)  # type: ignore[call-overload]


@pytest.mark.usefixtures("impatient")
def test_a_rule_changed_elsewhere_is_noticed(shop: Flask) -> None:
    add()
    assert find_reply("茶") is not None

    change_elsewhere(update(KeywordRule).values(reply="换了"))

    match = find_reply("茶")
    assert match is not None
    assert match.reply == "换了"


@pytest.mark.usefixtures("impatient")
def test_a_rule_switched_off_is_silent(shop: Flask) -> None:
    add()
    find_reply("茶")

    change_elsewhere(update(KeywordRule).values(is_active=False))

    assert find_reply("茶") is None


@pytest.mark.usefixtures("impatient")
def test_a_rule_deleted_elsewhere_is_gone(shop: Flask) -> None:
    add()
    find_reply("茶")

    change_elsewhere(KeywordRule.__table__.delete())

    assert find_reply("茶") is None


@pytest.mark.usefixtures("impatient")
def test_a_rule_replaced_by_one_with_the_same_id_is_noticed(shop: Flask) -> None:
    rule_id = add()
    find_reply("茶")

    with transaction() as session:
        session.execute(KeywordRule.__table__.delete())
        rule = KeywordRule(id=rule_id, name="新", keywords=["茶"], match=MatchMode.EXACT)
        rule.reply_kind, rule.reply = ReplyKind.TEXT, "新的"
        session.add(rule)

    match = find_reply("茶")
    assert match is not None
    assert match.reply == "新的"


def test_rules_are_compiled_once_for_many_messages(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    add()
    find_reply("茶")
    monkeypatch.setattr(service, "Matcher", lambda _: pytest.fail("compiled again"))

    for _ in range(50):
        find_reply("茶")


@pytest.mark.parametrize("keywords", [(), ("",), ("茶", "　"), ("长" * 61,)], ids=repr)
def test_a_rule_needs_usable_keywords(shop: Flask, keywords: tuple[str, ...]) -> None:
    with pytest.raises(InputInvalid):
        add_rule("x", keywords=keywords, match=MatchMode.EXACT, reply_kind=ReplyKind.TEXT, reply="y")


@pytest.mark.parametrize(("name", "reply"), [("", "y"), ("x", " ")])
def test_a_rule_needs_a_name_and_a_reply(shop: Flask, name: str, reply: str) -> None:
    with pytest.raises(InputInvalid):
        add_rule(name, keywords=["茶"], match=MatchMode.EXACT, reply_kind=ReplyKind.TEXT, reply=reply)


def test_two_rules_cannot_have_one_name(shop: Flask) -> None:
    add()

    with pytest.raises(InputInvalid):
        add()


def test_emoji_survive_the_database(shop: Flask) -> None:
    add("表情", "🍵", reply="🍵👨‍👩‍👧")

    match = find_reply("来🍵")
    db.session.remove()

    assert match is not None
    assert match.reply == "🍵👨‍👩‍👧"
