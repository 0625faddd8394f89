"""Versions of the shop's pages, and which of them an order keeps."""

import os
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from app.core import clock
from app.core.audit import entries_about
from app.core.errors import InputInvalid
from app.core.media.store import get_media
from app.orders.acceptance import list_accepted
from app.orders.service import place_order
from app.words.face import Face, draw_logo, keep_face, sweep_logos
from app.words.models import Words
from app.words.service import (
    LONGEST,
    WordingChanged,
    keep_terms,
    list_versions,
    mark_of_terms,
    publish,
    read_page,
)
from tests.factories import FREIGHT, TTL, make_checkout, make_follower, make_sku


def test_a_logo_that_was_replaced_or_never_kept_is_swept_and_the_one_shown_stays(shop: Flask) -> None:
    picture = BytesIO()
    Image.new("RGB", (300, 200), "#345").save(picture, "PNG")
    first, left, shown = (draw_logo(picture.getvalue()) for _ in range(3))
    face = Face("山里茶", logo=first)
    keep_face(face, Face("山里茶"), actor="staff:1")
    keep_face(replace(face, logo=shown), face, actor="staff:1")

    assert sweep_logos() == 0
    old = (clock.now() - timedelta(hours=2)).timestamp()
    for name in (first, left, shown):
        os.utime(Path(shop.config["MEDIA_DIR"], name), (old, old))

    assert sweep_logos() == 2
    assert get_media().read(shown)


def test_until_a_merchant_writes_readers_get_the_standard_text_in_their_language(shop: Flask) -> None:
    chinese, english = (read_page(Words.PRIVACY, language) for language in ("zh", "en"))

    assert chinese.is_standard
    assert english.is_standard
    assert "个人信息保护法" in chinese.body
    assert "Personal Information Protection Law" in english.body


def test_each_publication_is_a_version_and_the_last_one_is_read(shop: Flask) -> None:
    assert publish(Words.FAQ, "第一版", seen=0, actor="staff:1")
    assert publish(Words.FAQ, " 第二版 \n", seen=1, actor="staff:1")
    assert not publish(Words.FAQ, "第二版", seen=2, actor="staff:1")

    page = read_page(Words.FAQ, "en")

    assert (page.version, page.body, page.is_standard) == (2, "第二版", False)
    assert [row.version for row in list_versions(Words.FAQ)] == [2, 1]
    assert [entry.became["version"] for entry in entries_about("words:faq")] == [2, 1]


def test_who_edited_an_older_version_overwrites_nothing(shop: Flask) -> None:
    publish(Words.FAQ, "甲写的", seen=0, actor="staff:1")

    with pytest.raises(WordingChanged):
        publish(Words.FAQ, "乙写的", seen=0, actor="staff:2")

    assert [row.body for row in list_versions(Words.FAQ)] == ["甲写的"]


@pytest.mark.parametrize("body", ["", " \n ", "字" * (LONGEST + 1)], ids=["empty", "blank", "too long"])
def test_a_text_that_cannot_be_kept_is_refused(shop: Flask, body: str) -> None:
    with pytest.raises(InputInvalid):
        publish(Words.FAQ, body, seen=0, actor="staff:1")


def test_an_order_keeps_what_its_buyer_agreed_to_for_ever(shop: Flask) -> None:
    publish(Words.AGREEMENT, "旧的约定", seen=0, actor="staff:1")
    agreed = keep_terms(mark_of_terms("zh"), "zh")
    checkout = make_checkout(make_follower().id, make_sku().id)
    order = place_order(replace(checkout, agreed=agreed), freight=FREIGHT, ttl=TTL)

    publish(Words.AGREEMENT, "新的约定", seen=1, actor="staff:1")

    accepted = {row.kind: row for row in list_accepted(order.id)}
    assert accepted[Words.AGREEMENT].body == "旧的约定"
    assert accepted[Words.PRIVACY].body == read_page(Words.PRIVACY, "zh").body


def test_the_standard_text_is_kept_once_however_many_agree(shop: Flask) -> None:
    assert keep_terms(mark_of_terms("zh"), "zh") == keep_terms(mark_of_terms("zh"), "zh")


def test_terms_that_changed_since_they_were_shown_are_not_agreed_to(shop: Flask) -> None:
    seen = mark_of_terms("zh")
    publish(Words.PRIVACY, "新的政策", seen=0, actor="staff:1")

    for mark in (seen, "", mark_of_terms("en") + "x"):
        with pytest.raises(WordingChanged):
            keep_terms(mark, "zh")
