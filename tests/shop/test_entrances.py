"""Codes of the doors into the shop."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import ids
from app.core.db import db, transaction
from app.entrances.models import Entrance, EntranceKind
from app.entrances.service import code_for, find_by_code

MENU, KEYWORD = EntranceKind.MENU, EntranceKind.KEYWORD


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


def test_a_code_that_exists_already_is_drawn_again(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["SAME2345", "SAME2345", "NEXT2345"])
    monkeypatch.setattr(ids, "new_code", lambda _: next(drawn))
    first = code_for(KEYWORD, "1", "x")

    second = code_for(KEYWORD, "2", "x")

    assert (first, second) == ("SAME2345", "NEXT2345")


def test_long_names_fit_and_stay_apart(shop: Flask) -> None:
    path = "/shop/p/" + "x" * 200

    codes = {code_for(MENU, path + end, "标签" * 100) for end in "ab"}

    assert len(codes) == 2


@pytest.mark.parametrize("code", ["", "UNKNOWN2", "x" * 500, "' OR 1=1 --", "é"])
def test_a_code_nobody_made_leads_nowhere(shop: Flask, code: str) -> None:
    assert find_by_code(code) is None
