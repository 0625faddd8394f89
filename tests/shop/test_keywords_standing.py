"""What is said without a rule."""

from datetime import timedelta

import pytest
from flask import Flask

from app.core.errors import InputInvalid
from app.keywords.replies import MAX_REPLIES, ReplyKind, ReplyMode, ReplySpec
from app.keywords.standing import (
    COOL_DOWN,
    Occasion,
    Standing,
    change_standing,
    keep_cool_down,
    list_standing,
    load_cool_down,
    load_standing,
)

HELLO = ReplySpec(ReplyKind.TEXT, text="您好 🍵")


def test_nothing_is_set_up_at_the_beginning(shop: Flask) -> None:
    assert load_standing() == {}
    assert load_cool_down() == COOL_DOWN


def test_what_is_set_up_last_is_said(shop: Flask) -> None:
    change_standing(Occasion.WELCOME, Standing((HELLO,)), actor="staff:1")
    cards = Standing((HELLO, ReplySpec(ReplyKind.NEWEST)), ReplyMode.ONE)
    change_standing(Occasion.WELCOME, cards, actor="staff:2")

    assert load_standing() == {Occasion.WELCOME: cards}


def test_what_is_switched_off_is_kept_but_not_said(shop: Flask) -> None:
    off = Standing((HELLO,), is_active=False)
    change_standing(Occasion.MEDIA, off, actor="staff:1")

    assert load_standing() == {}
    assert list_standing() == {Occasion.MEDIA: off}


@pytest.mark.parametrize(
    ("occasion", "replies"),
    [
        (Occasion.WELCOME, ()),
        (Occasion.WELCOME, (HELLO,) * (MAX_REPLIES + 1)),
        (Occasion.WELCOME, (ReplySpec(ReplyKind.IMAGE),)),
        (Occasion.WELCOME, (ReplySpec(ReplyKind.TEXT, text="a\0"),)),
        (Occasion.HAND_OVER, (HELLO, ReplySpec(ReplyKind.HAND_OVER))),
    ],
    ids=["nothing", "too much", "a picture that is none", "a zero byte", "a person who is asked for already"],
)
def test_what_could_not_be_said_is_refused(
    shop: Flask, occasion: Occasion, replies: tuple[ReplySpec, ...]
) -> None:
    with pytest.raises(InputInvalid):
        change_standing(occasion, Standing(replies), actor="staff:1")

    assert list_standing() == {}


def test_the_cool_down_of_the_fallback_can_be_set(shop: Flask) -> None:
    keep_cool_down(timedelta(), actor="staff:1")
    assert load_cool_down() == timedelta()

    for wrong in (timedelta(seconds=-1), timedelta(days=8)):
        with pytest.raises(InputInvalid):
            keep_cool_down(wrong, actor="staff:1")
    assert load_cool_down() == timedelta()
