"""Logging in: lock, slowdown, one answer for every refusal."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.staff import tries
from app.staff.clients import Client
from app.staff.login import LoginRefused, log_in
from app.staff.models import LoginTry, Outcome, StaffUser
from app.staff.sessions import find_member
from app.staff.tries import TooManyTries
from tests.staff import PASSWORD, make_hashes_quick, make_staff
from tests.threads import run_in_threads

HERE = "203.0.113.7"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)


def is_let_in(password: str = PASSWORD, *, username: str = "owner", address: str = HERE) -> bool:
    try:
        log_in(username, password, Client(address))
    except LoginRefused:
        return False
    return True


def fail(times: int, *, address: str = HERE) -> None:
    for _number in range(times):
        assert not is_let_in("wrong", address=address)


@pytest.fixture
def owner(shop: Flask) -> StaffUser:
    return db.session.get_one(StaffUser, make_staff())


def test_the_right_password_gives_a_session_of_that_user(owner: StaffUser) -> None:
    member = find_member(log_in("owner", PASSWORD, Client(HERE)).token)

    assert member is not None
    assert (member.username, member.actor) == ("owner", f"staff:{owner.id}")


def test_a_wrong_password_gives_none(owner: StaffUser) -> None:
    assert not is_let_in("spring-tea-2027")


def test_four_wrong_tries_do_not_lock(owner: StaffUser) -> None:
    fail(4)

    assert is_let_in()


def test_five_wrong_tries_lock_for_a_quarter_of_an_hour(
    owner: StaffUser, advance: Callable[[timedelta], None]
) -> None:
    fail(5)

    assert not is_let_in()
    advance(timedelta(minutes=14, seconds=59))
    assert not is_let_in()
    advance(timedelta(seconds=2))
    assert is_let_in()


@pytest.mark.parametrize(("rounds", "minutes"), [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (9, 240)])
def test_each_further_lock_is_twice_as_long_up_to_four_hours(
    owner: StaffUser, advance: Callable[[timedelta], None], rounds: int, minutes: int
) -> None:
    for _round in range(rounds - 1):
        fail(5)
        advance(timedelta(hours=4, seconds=1))
    fail(5)

    advance(timedelta(minutes=minutes) - timedelta(seconds=1))
    assert not is_let_in()
    advance(timedelta(seconds=2))
    assert is_let_in()


def test_tries_while_locked_do_not_make_the_lock_longer(
    owner: StaffUser, advance: Callable[[timedelta], None]
) -> None:
    fail(5)
    advance(timedelta(minutes=10))
    fail(5)
    advance(timedelta(minutes=5, seconds=1))

    assert is_let_in()


def test_who_merely_knows_a_name_locks_out_himself_alone(owner: StaffUser) -> None:
    fail(15, address="198.51.100.1")

    assert not is_let_in(address="198.51.100.1")
    assert is_let_in()


def test_a_device_of_an_earlier_login_is_let_in_at_an_address_where_others_guess(owner: StaffUser) -> None:
    fail(5)

    known = Client(HERE, device="tablet", device_of=owner.id)
    borrowed = Client(HERE, device="tablet", device_of=owner.id + 1)
    assert log_in("owner", PASSWORD, known).token
    with pytest.raises(LoginRefused):
        log_in("owner", PASSWORD, borrowed)


def test_guesses_on_a_known_device_are_counted_wherever_it_is(owner: StaffUser) -> None:
    for number in range(5):
        with pytest.raises(LoginRefused):
            log_in("owner", "wrong", Client(f"198.51.100.{number}", device="tablet", device_of=owner.id))

    with pytest.raises(LoginRefused):
        log_in("owner", PASSWORD, Client(HERE, device="tablet", device_of=owner.id))
    assert is_let_in()


def test_the_right_password_forgets_the_failures_before_it(owner: StaffUser) -> None:
    fail(4)
    assert is_let_in()
    fail(4)

    assert is_let_in()


def test_parallel_guesses_are_counted_before_any_is_judged(app: Flask) -> None:
    with app.app_context():
        staff_id = make_staff()

        run_in_threads(app, [lambda: is_let_in("wrong")] * 12)

        outcomes = [row.outcome for row in tries.list_tries(staff_id)]
        assert outcomes.count(Outcome.WRONG) == 5  # the sixth found it locked
        assert not is_let_in()


@pytest.mark.parametrize(
    "username", ["nobody", "owner", "left", ""], ids=["unknown", "known", "switched off", "empty"]
)
def test_every_refusal_reads_the_same(owner: StaffUser, username: str) -> None:
    make_staff("left", is_active=False)
    fail(5 if username == "owner" else 0)

    with pytest.raises(LoginRefused) as refusal:
        log_in(username, PASSWORD, Client(HERE))

    assert (refusal.value.message, refusal.value.details) == ("用户名或密码不对", {})


def test_twenty_failures_from_one_address_stop_it_for_every_name(
    owner: StaffUser, advance: Callable[[timedelta], None]
) -> None:
    for number in range(20):
        assert not is_let_in(username=f"name-{number}")

    with pytest.raises(TooManyTries):
        is_let_in()
    assert is_let_in(address="203.0.113.8")
    advance(timedelta(minutes=15, seconds=1))
    assert is_let_in()


def test_a_whole_ipv6_line_counts_as_one_address(owner: StaffUser) -> None:
    for number in range(20):
        assert not is_let_in(username=f"name-{number}", address=f"2001:db8:7:9::{number:x}")

    with pytest.raises(TooManyTries):
        is_let_in(address="2001:db8:7:9:ffff::1")
    assert is_let_in(address="2001:db8:7:a::1")


def test_logins_that_succeed_do_not_slow_an_address_down(owner: StaffUser) -> None:
    for _number in range(25):
        assert is_let_in()


def test_old_tries_are_forgotten_and_a_typed_name_is_never_kept(
    owner: StaffUser, advance: Callable[[timedelta], None]
) -> None:
    is_let_in(username="my-password-by-mistake")
    advance(timedelta(days=91))
    is_let_in(username="another-one")

    kept = db.session.scalars(select(LoginTry)).all()
    assert [(row.address, row.staff_id) for row in kept] == [(HERE, None)]
