"""Text on paper: it fits, whatever was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.entrances.fitted_text import EM, FittedText, _width, fit

SIZES = (60, 40)


def test_a_short_text_is_large() -> None:
    assert fit("龙井", width=240, sizes=SIZES, max_lines=2) == FittedText(60, ("龙井",))


def test_a_longer_text_is_wrapped_and_then_made_smaller() -> None:
    assert fit("明前西湖龙井", width=240, sizes=SIZES, max_lines=2).lines == ("明前西湖", "龙井")
    assert fit("明前西湖龙井一级绿茶", width=240, sizes=SIZES, max_lines=2).size == 40


def test_what_does_not_fit_at_all_is_cut_off() -> None:
    words = fit("茶" * 500, width=240, sizes=SIZES, max_lines=2)

    assert words.lines == ("茶" * 6, "茶" * 5 + "…")


def test_latin_words_stay_whole_where_they_can() -> None:
    assert fit("Longjing green tea", width=300, sizes=(40,), max_lines=3).lines == ("Longjing", "green tea")
    assert len(fit("x" * 100, width=300, sizes=(40,), max_lines=3).lines) == 3


def test_a_line_does_not_begin_with_a_full_stop() -> None:
    assert fit("明前西湖。龙井", width=240, sizes=(60,), max_lines=2).lines == ("明前西湖。", "龙井")


@pytest.mark.parametrize("joined", ["👨\u200d👩\u200d👧", "🇨🇳", "👍🏽", "e\u0301", "❤\ufe0f"])
def test_what_is_one_letter_to_the_eye_is_not_torn(joined: str) -> None:
    lines = fit(joined * 40, width=200, sizes=(60,), max_lines=50).lines

    assert all(line == joined * (len(line) // len(joined)) for line in lines)


@pytest.mark.parametrize("text", ["", "   ", "\0\x01\u202e\u2066"])
def test_nothing_is_an_empty_line(text: str) -> None:
    assert fit(text, width=240, sizes=SIZES, max_lines=2) == FittedText(60, ("",))


@given(st.text(max_size=120))
def test_no_line_is_wider_than_the_paper(text: str) -> None:
    words = fit(text, width=400, sizes=(60, 44, 30), max_lines=2)

    assert 1 <= len(words.lines) <= 2
    limit = 400 * EM // words.size
    for line in words.lines:
        # full stops may hang over the edge; marks that take no place of their own are not counted
        letters = [letter for letter in line if letter.isalnum()]
        assert sum(_width(letter) for letter in letters if len(letter.encode()) < 4) <= limit
        assert all(letter.isprintable() or letter == "\u200d" for letter in line)
