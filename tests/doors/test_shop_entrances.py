"""Coming in by a link of ours: remembered for the order, counted once, and of no weight for the page itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.core.db import db
from app.entrances.models import EntranceKind, EntranceVisit
from app.entrances.service import code_for
from tests.factories import make_sku
from tests.follower_phone import BASE, SAFARI, WECHAT, Phone
from tests.statements import count_statements
from webviews import visits


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app)


@pytest.fixture
def code(app: Flask) -> str:
    with app.app_context():
        return code_for(EntranceKind.MENU, "1", "进店看看")


@pytest.fixture
def page(app: Flask) -> str:
    with app.app_context():
        return f"/shop/p/{make_sku().product.slug}"


def come_in(phone: Phone, path: str, **query: object) -> int:
    """Open the page and let it leave; returns its status."""
    with phone.get(path, **query) as answer:
        answer.get_data()
    return answer.status_code


def visits_counted(app: Flask) -> list[int]:
    with app.app_context():
        return sorted(db.session.scalars(select(EntranceVisit.visits)))


def test_coming_in_counts_once_however_many_pages_are_looked_at(
    app: Flask, phone: Phone, code: str, page: str
) -> None:
    come_in(phone, page, e=code)
    for path in (page, "/shop/", page, "/shop/cart"):
        come_in(phone, path)
    come_in(phone, page, e=code)

    assert visits_counted(app) == [1]


def test_who_opens_a_products_page_is_noted_on_the_visit_that_brought_him(
    app: Flask, phone: Phone, code: str, page: str
) -> None:
    def saw() -> list[bool]:
        with app.app_context():
            return list(db.session.scalars(select(EntranceVisit.saw_product)))

    come_in(phone, "/shop/", e=code)
    assert saw() == [False]
    come_in(phone, page)
    assert saw() == [True]


def test_an_hour_later_it_is_another_visit_of_the_same_visitor(
    app: Flask, phone: Phone, code: str, page: str, advance: Callable[[timedelta], None]
) -> None:
    come_in(phone, page, e=code)
    phone.log_in()
    advance(timedelta(hours=1))
    come_in(phone, page, e=code)

    assert visits_counted(app) == [2]


def test_two_phones_are_two_visitors(app: Flask, code: str, page: str) -> None:
    for agent in (WECHAT, SAFARI):
        come_in(Phone(app, agent=agent), page, e=code)

    assert visits_counted(app) == [1, 1]


@pytest.mark.parametrize(
    "header",
    [
        {"Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"X-Moz": "prefetch"},
        {"User-Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"},
        {"User-Agent": "curl/8.5.0"},
    ],
    ids=lambda header: " ".join(header.values())[-20:],
)
def test_what_no_person_has_opened_does_not_count(
    app: Flask, phone: Phone, code: str, page: str, header: dict[str, str]
) -> None:
    headers = {"User-Agent": WECHAT} | header
    with phone.client.get(f"{page}?e={code}", base_url=BASE, headers=headers) as answer:
        answer.get_data()

    assert answer.status_code == 200
    assert "entrance" not in phone.session()
    assert visits_counted(app) == []


def test_asking_for_the_headers_alone_does_not_count(app: Flask, phone: Phone, code: str, page: str) -> None:
    phone.client.head(f"{page}?e={code}", base_url=BASE).close()

    assert visits_counted(app) == []


def test_a_forged_code_counts_nothing_and_is_not_looked_up(
    app: Flask, phone: Phone, code: str, page: str
) -> None:
    come_in(phone, page)
    with app.app_context(), count_statements() as plain:
        come_in(phone, page)

    for forged in (code[:-1] + ("A" if code[-1] != "A" else "B"), code[:6], "A" * 14, "<b>x</b>", "é" * 5000):
        with app.app_context(), count_statements() as asked:
            assert come_in(phone, page, e=forged) == 200
        assert len(asked) == len(plain)
    assert "entrance" not in phone.session()
    assert visits_counted(app) == []


def test_a_visit_that_cannot_be_noted_costs_nobody_the_page(
    app: Flask, phone: Phone, code: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(visits, "record_visit", fail)

    assert come_in(phone, page, e=code) == 200
    assert phone.session()["entrance"][0] == code  # type: ignore[index]


@pytest.mark.parametrize("path", ["/shop/", ""], ids=["list", "product"])
def test_the_page_is_the_same_with_and_without_an_entrance(
    phone: Phone, code: str, page: str, path: str
) -> None:
    address = path or page
    come_in(phone, page)  # the session begins
    with_code, without = phone.get(address, e=code), phone.get(address)

    assert with_code.headers["ETag"] == without.headers["ETag"]
    assert code not in with_code.text


@pytest.mark.parametrize("path", ["/shop/", ""], ids=["list", "product"])
def test_a_page_that_has_not_changed_is_not_sent_again(
    app: Flask, phone: Phone, code: str, page: str, path: str
) -> None:
    address = path or page
    come_in(phone, page)
    known = phone.get(address).headers["ETag"]
    headers = {"User-Agent": WECHAT, "Accept-Language": "zh-CN", "If-None-Match": known}

    with phone.client.get(f"{address}?e={code}", base_url=BASE, headers=headers) as answer:
        assert (answer.status_code, answer.data) == (304, b"")
    with app.app_context():
        make_sku(title="新到的茶")
    come_in(phone, page)

    assert visits_counted(app) == [1]
    assert phone.client.get("/shop/", base_url=BASE, headers=headers).status_code == 200


def test_another_session_gets_a_page_with_its_own_token(app: Flask, page: str) -> None:
    tags = {Phone(app).get(page).headers["ETag"] for _visitor in range(2)}

    assert len(tags) == 2
