"""A keyword inside a whole sentence is found; a single common character does not set off a longer keyword."""

import pytest

from app.keywords.matching import Keyword, Matcher, MatchMode, Rule

RULES = Matcher([Rule(1, "龙井", 0, (Keyword(MatchMode.CONTAINS, "西湖龙井"),), ())])


@pytest.mark.parametrize("sentence", ["西湖龙井", "请问西湖龙井还有吗？", "我要两罐西湖龙井，送人的"])
def test_the_message_contains_the_keyword(sentence: str) -> None:
    assert list(RULES.find_all(sentence))


@pytest.mark.parametrize("sentence", ["西", "龙井", "湖", "", "西湖", "井"])
def test_the_keyword_containing_the_message_is_no_match(sentence: str) -> None:
    assert not list(RULES.find_all(sentence))
