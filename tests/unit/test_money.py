"""Fen on the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import format_yuan


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(0, "0.00"), (1, "0.01"), (1990, "19.90"), (123456789, "1,234,567.89"), (-250, "-2.50")],
)
def test_fen_are_shown_as_yuan(amount_fen: int, text: str) -> None:
    assert format_yuan(amount_fen) == text


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_no_fen_is_lost_on_the_screen(amount_fen: int) -> None:
    assert int(format_yuan(amount_fen).replace(",", "").replace(".", "")) == amount_fen
