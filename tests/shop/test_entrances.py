"""Codes of the doors into the shop."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import ids
from app.core.db import db, transaction
from app.entrances.models import Entrance, EntranceKind, EntranceVisit
from app.entrances.service import code_for, find_by_code
from app.entrances.signing import Signer, install
from app.entrances.visits import record_visit
from tests.statements import count_statements

MENU, KEYWORD = EntranceKind.MENU, EntranceKind.KEYWORD
TODAY = date(2026, 11, 21)


def count_entrances() -> int:
    return db.session.scalar(select(func.count(Entrance.id))) or 0


def test_a_code_leads_back_to_its_door(shop: Flask) -> None:
    entrance = find_by_code(code_for(KEYWORD, "7", "关键词：茶"))

    assert entrance is not None
    assert (entrance.kind, entrance.ref, entrance.label) == (KEYWORD, "7", "关键词：茶")


def test_the_same_door_keeps_its_code(shop: Flask) -> None:
    assert code_for(KEYWORD, "7", "关键词：茶") == code_for(KEYWORD, "7", "另一个名字")
    assert count_entrances() == 1


@pytest.mark.parametrize("other", [(KEYWORD, "8"), (MENU, "7")])
def test_another_door_has_another_code(shop: Flask, other: tuple[EntranceKind, str]) -> None:
    assert code_for(KEYWORD, "7", "x") != code_for(*other, "x")


def test_a_code_is_made_inside_a_transaction_as_well(shop: Flask) -> None:
    with transaction():
        code = code_for(KEYWORD, "7", "x")

    assert find_by_code(code) is not None


def test_many_who_make_one_door_at_once_get_one_code(app: Flask) -> None:
    start = threading.Barrier(8)

    def make(_: int) -> str:
        start.wait()
        with app.app_context():
            return code_for(MENU, "NEWS_NEW", "菜单：新品")

    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(make, range(8)))

    assert len(codes) == 1
    with app.app_context():
        assert count_entrances() == 1


def test_a_word_that_exists_already_is_drawn_again(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["SAME23", "SAME23", "NEXT23"])
    monkeypatch.setattr(ids, "new_code", lambda _: next(drawn))
    first = code_for(KEYWORD, "1", "x")

    second = code_for(KEYWORD, "2", "x")

    assert (first[:6], second[:6]) == ("SAME23", "NEXT23")


def test_long_names_fit_and_stay_apart(shop: Flask) -> None:
    path = "/shop/p/" + "x" * 200

    codes = {code_for(MENU, path + end, "标签" * 100) for end in "ab"}

    assert len(codes) == 2


@pytest.mark.parametrize("code", ["", "UNKNOWN2", "x" * 500, "' OR 1=1 --", "é", "\0", "A" * 14, "A" * 16])
def test_a_code_nobody_made_costs_no_look_into_the_database(shop: Flask, code: str) -> None:
    with count_statements() as statements:
        assert find_by_code(code) is None

    assert statements == []


def test_no_letter_of_a_code_may_be_changed(shop: Flask) -> None:
    code = code_for(KEYWORD, "7", "关键词：茶")
    forged = [code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :] for place in range(14)]

    with count_statements() as statements:
        found = [find_by_code(each) for each in [*forged, code[:6], code.lower(), f"{code} ", f"{code}A"]]

    assert set(found) == {None}
    assert statements == []


def test_a_code_signed_for_no_door_leads_nowhere(shop: Flask) -> None:
    assert find_by_code(Signer((shop.config["SECRET_KEY"],)).sign("NODOOR")) is None


def test_a_code_is_short_enough_for_a_small_picture(shop: Flask) -> None:
    assert len(code_for(KEYWORD, "7", "x")) == 14


def test_what_was_printed_keeps_counting_when_the_secret_is_changed(shop: Flask) -> None:
    printed = code_for(KEYWORD, "7", "x")
    shop.config.update(SECRET_KEY="another-key-9f31c2d4e5b6a798-0a1b", SECRET_KEYS_BEFORE=(shop.secret_key,))
    install(shop)

    entrance, now = find_by_code(printed), code_for(KEYWORD, "7", "x")

    assert entrance is not None
    assert now != printed
    assert find_by_code(now) is entrance


def test_without_the_secret_before_a_printed_code_counts_nothing(shop: Flask) -> None:
    printed = code_for(KEYWORD, "7", "x")
    shop.config.update(SECRET_KEY="another-key-9f31c2d4e5b6a798-0a1b")
    install(shop)

    assert find_by_code(printed) is None


def test_visits_of_one_visitor_on_one_day_are_one_row(shop: Flask) -> None:
    entrance_id = make_entrance()

    for mark, day in [("ann", TODAY), ("ann", TODAY), ("bob", TODAY), ("ann", date(2026, 11, 22))]:
        record_visit(entrance_id, mark, day)

    rows = db.session.execute(select(EntranceVisit.day, EntranceVisit.visits)).all()
    assert sorted(rows) == [(TODAY, 1), (TODAY, 2), (date(2026, 11, 22), 1)]


def test_a_visitor_is_known_by_nothing_but_a_hash_and_by_another_one_at_each_door(shop: Flask) -> None:
    doors = [make_entrance("7"), make_entrance("8")]

    for entrance_id in doors:
        record_visit(entrance_id, "oTeaShop_0000000000000000001", TODAY)

    visitors = set(db.session.scalars(select(EntranceVisit.visitor)))
    assert len(visitors) == 2
    assert not any("TeaShop" in visitor for visitor in visitors)


def make_entrance(ref: str = "7") -> int:
    entrance = find_by_code(code_for(KEYWORD, ref, "关键词：茶"))
    assert entrance is not None
    return entrance.id
