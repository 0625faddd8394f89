"""Names that strangers chose: kept as they can be kept, shown as they can do no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.followers.names import fit, tame


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("王小茶", "王小茶"),
        ("<b>黑客</b>\"'&", "<b>黑客</b>\"'&"),
        ("\u202egnitset\u202c", "gnitset"),
        ("a\u200bb\u2060c\ufeff", "abc"),
        ("\u200b\u3164\u2800\u200d", ""),
        ("两\n行\t字", "两 行 字"),
        ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"),
        ("❤️", "❤️"),
        ("z" + "\u0338" * 50, "z\u0338\u0338"),
        ("\ue000\x07", ""),
        ("مرحبا", "مرحبا"),
    ],
)
def test_a_name_is_one_harmless_line(given: str, shown: str) -> None:
    assert tame(given) == shown


def test_a_thousand_emoji_are_cut() -> None:
    assert tame("🎉" * 1000) == "🎉" * 39 + "…"


def test_what_no_database_can_keep_is_left_out() -> None:
    assert fit("a\0b\ud83dc", 64) == "abc"
    assert fit("🎉" * 1000, 100) == "🎉" * 100
    assert fit(None, 10) == ""


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_whatever_it_is_it_stays_short_and_can_be_sent(text: str) -> None:
    shown = tame(fit(text, 100))

    assert len(shown) <= 40
    assert shown.encode().decode() == shown
    assert shown == " ".join(shown.split())
