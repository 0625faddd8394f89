"""Layout of the shop's pages, colours that can be read, and our standard texts."""

from hashlib import sha256

import pytest

from app.core.errors import InputInvalid
from app.core.i18n import LANGUAGES
from app.words import standard
from app.words.colour import AA, DARK_GROUND, LIGHT_GROUND, WHITE, check_colour, contrast, shades_of
from app.words.layout import Block, lay_out
from app.words.models import Words

# Buyers agreed to these letters: who changes them raises `standard.VERSION` and puts the new sum here.
STANDARD = (1, "db9e3cb965cf5cfcdaa593c20f7114eb9b42d47fefc6a63e9f066fe838f12ff2")


def test_headings_lists_and_paragraphs_are_told_apart() -> None:
    blocks = lay_out("甲\n乙\n\n## 标题\n丙\n- 一\n- 二\n\n- 三\n##没有空格")

    assert blocks == [
        Block("words", ("甲", "乙")),
        Block("heading", ("标题",)),
        Block("words", ("丙",)),
        Block("list", ("一", "二")),
        Block("list", ("三",)),
        Block("words", ("##没有空格",)),
    ]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_what_the_guideline_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("colour", ["#0b7d4b", "#8a3b12", "#000000", "#1a1a8a", "#767676", "#b00020"])
def test_every_shade_of_a_taken_colour_can_be_read_in_both_modes(colour: str) -> None:
    shades = shades_of(check_colour(colour))

    assert contrast(shades.ground, WHITE) >= AA
    assert contrast(shades.words_light, LIGHT_GROUND) >= AA
    assert contrast(shades.words_dark, DARK_GROUND) >= AA


def test_a_pale_colour_is_refused_with_a_near_one_that_is_taken(shop: object) -> None:
    with pytest.raises(InputInvalid) as refused:
        check_colour("#FFD54A")

    nearest = refused.value.message.rpartition("#")[2]
    assert check_colour(f"#{nearest}") == f"#{nearest}"


@pytest.mark.parametrize("text", ["red", "#fff", "#12345", "#0b7d4b;}", "url(x)"])
def test_what_is_no_colour_is_refused(shop: object, text: str) -> None:
    with pytest.raises(InputInvalid):
        check_colour(text)


def test_no_colour_means_the_usual_green() -> None:
    assert check_colour(" ") == ""


def test_a_changed_standard_text_gets_a_new_number() -> None:
    texts = [standard.standard_text(kind, language) for kind in Words for language in LANGUAGES]

    assert (standard.VERSION, sha256("\n".join(texts).encode()).hexdigest()) == STANDARD
    assert all("{shop}" in text for text in texts)
