"""Texts brought to one form."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.keywords.folding import fold, fold_line, fold_pattern, without_blanks


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("  茶　", "茶"),
        ("Tea", "tea"),
        ("STRASSE", fold("straße")),
        ("ｶﾞ", "ガ"),
        ("①", "1"),
        ("紅茶 多少錢", "红茶多少钱"),
        ("龍　井\n茶", "龙井茶"),
        ("薴", "苎"),
        ("订\u200b单\ufeff", "订单"),
        ("❤️", "❤"),
        ("👨‍👩‍👧", "👨👩👧"),
        ("你\x00好\ud800", "你好"),
        ("ㅤ", ""),
        ("", ""),
        ("　\n", ""),
    ],
)
def test_it_does_not_matter_how_a_word_was_typed(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_line_keeps_the_blanks_inside() -> None:
    assert fold_line(" Ｇreen　Tea \u200b") == "green tea"


@given(st.text())
@example("e\u200b\u0301")
@example("a¨")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="茶 龍Aa　ａé臺\u200b"))
def test_the_line_without_its_blanks_is_the_word(text: str) -> None:
    assert without_blanks(fold_line(text)) == fold(text)


@pytest.mark.parametrize(
    ("pattern", "folded"),
    [
        (r"\d+元", r"\d+元"),
        (r"\S[A-Z]", r"\S[A-Z]"),
        ("（已付）", r"\(已付\)"),
        (r"\（", r"\("),
        ("訂單＋", r"订单\+"),
        (r"\\茶", r"\\茶"),
    ],
)
def test_a_pattern_keeps_its_syntax(pattern: str, folded: str) -> None:
    assert fold_pattern(pattern) == folded
