"""Fen on the screen, and yuan as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import format_yuan, read_yuan


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(0, "0.00"), (1, "0.01"), (1990, "19.90"), (123456789, "1,234,567.89"), (-250, "-2.50")],
)
def test_fen_are_shown_as_yuan(amount_fen: int, text: str) -> None:
    assert format_yuan(amount_fen) == text


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_no_fen_is_lost_on_the_screen(amount_fen: int) -> None:
    assert int(format_yuan(amount_fen).replace(",", "").replace(".", "")) == amount_fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [("19.90", 1990), ("19.9", 1990), (" 20 ", 2000), ("￥1,234.05", 123405), ("0", 0), ("¥0.01", 1)],
)
def test_yuan_become_fen(text: str, fen: int) -> None:
    assert read_yuan(text) == fen


@pytest.mark.parametrize("text", ["", "x", "-1", "1.999", "1e3", "1.", ".5", "１", "9" * 13])
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_yuan(text)
