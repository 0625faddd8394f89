"""Fen and yuan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InputInvalid
from app.core.money import MAX_FEN, format_yuan, parse_yuan


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(0, "0.00"), (1, "0.01"), (1990, "19.90"), (123456789, "1,234,567.89"), (-250, "-2.50")],
)
def test_fen_are_shown_as_yuan(amount_fen: int, text: str) -> None:
    assert format_yuan(amount_fen) == text


@pytest.mark.parametrize(
    ("text", "amount_fen"), [("19.9", 1990), ("¥1,999", 199900), (" 0.01 ", 1), ("￥8", 800)]
)
def test_what_people_type_becomes_fen(text: str, amount_fen: int) -> None:
    assert parse_yuan(text) == amount_fen


@pytest.mark.parametrize("text", ["", "abc", "1.999", "-1", "NaN", "Infinity", "1e99", "99999999999"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InputInvalid):
        parse_yuan(text)


@given(st.integers(min_value=0, max_value=MAX_FEN))
def test_every_amount_survives_the_way_to_the_screen_and_back(amount_fen: int) -> None:
    assert parse_yuan(format_yuan(amount_fen)) == amount_fen
