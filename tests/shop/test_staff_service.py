"""Console users: the first owner, passwords, sessions, and the commands for them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import entries_about
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.staff import service, sessions
from app.staff.clients import Client
from app.staff.login import LoginRefused, log_in
from app.staff.models import StaffSession, StaffUser
from tests.staff import PASSWORD, make_hashes_quick, make_staff
from tests.threads import run_in_threads

HERE = "203.0.113.7"
NEW = "autumn-oolong-88"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)


def enter(password: str = PASSWORD) -> str:
    return log_in("owner", password, Client(HERE)).token


def member_of(token: str) -> sessions.StaffMember:
    member = sessions.find_member(token)
    assert member is not None
    return member


def test_the_first_owner_gets_a_random_password_that_works(shop: Flask) -> None:
    password = service.create_owner_if_missing()

    assert password is not None
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", password)
    assert member_of(enter(password)).role == "owner"
    assert member_of(enter(password)).must_change_password
    assert [(each.actor, each.action, each.became) for each in entries_about("staff:1")] == [
        ("command", "person.added", {"role": "owner"})
    ]


def test_a_second_owner_is_not_made(shop: Flask) -> None:
    service.create_owner_if_missing()

    assert service.create_owner_if_missing() is None
    assert service.create_owner_if_missing("another") is None
    assert list(service.find_usernames().values()) == ["owner"]


def test_two_processes_make_one_owner(app: Flask) -> None:
    def make() -> bool:
        return service.create_owner_if_missing() is not None

    with app.app_context():
        assert sorted(run_in_threads(app, [make, make, make])) == [False, False, True]


def test_a_changed_password_ends_the_sessions_elsewhere(shop: Flask) -> None:
    make_staff()
    here, elsewhere = enter(), enter()

    service.change_password(member_of(here), present=PASSWORD, new=NEW)

    assert sessions.find_member(here) is not None
    assert sessions.find_member(elsewhere) is None
    assert enter(NEW)
    with pytest.raises(LoginRefused):
        enter(PASSWORD)


def test_the_present_password_is_asked_for(shop: Flask) -> None:
    make_staff()

    with pytest.raises(service.PasswordWrong):
        service.change_password(member_of(enter()), present="something else", new=NEW)

    assert enter(PASSWORD)


def test_a_reset_unlocks_and_ends_every_session(shop: Flask) -> None:
    make_staff()
    token = enter()
    for _number in range(5):
        with pytest.raises(LoginRefused):
            enter("wrong")

    password = service.reset_password("owner")

    assert sessions.find_member(token) is None
    assert enter(password)


def test_nobody_can_be_reset_who_is_not_there(shop: Flask) -> None:
    with pytest.raises(NotFound):
        service.reset_password("nobody")


def test_a_session_ends_after_twelve_idle_hours(shop: Flask, advance: Callable[[timedelta], None]) -> None:
    make_staff()
    token = enter()

    advance(timedelta(hours=11))
    assert sessions.find_member(token) is not None
    advance(timedelta(hours=11))
    assert sessions.find_member(token) is not None
    advance(timedelta(hours=12, seconds=1))
    assert sessions.find_member(token) is None


def test_a_session_ends_after_two_weeks_even_when_used(
    shop: Flask, advance: Callable[[timedelta], None]
) -> None:
    make_staff()
    token = enter()

    for _number in range(2 * 14 - 1):
        advance(timedelta(hours=11, minutes=59))
        assert sessions.find_member(token) is not None
    advance(timedelta(hours=11, minutes=59))
    advance(timedelta(minutes=30))
    assert sessions.find_member(token) is None


def test_a_session_of_somebody_switched_off_is_worth_nothing(shop: Flask) -> None:
    staff_id = make_staff()
    token = enter()

    with transaction() as session:
        session.get_one(StaffUser, staff_id).is_active = False

    assert sessions.find_member(token) is None


def test_the_database_alone_does_not_let_anybody_in(shop: Flask) -> None:
    make_staff()
    token = enter()

    kept = db.session.scalars(select(StaffSession)).one().token_hash
    assert kept != token
    assert sessions.find_member(kept) is None


def test_one_ended_session_leaves_the_others(shop: Flask) -> None:
    staff_id = make_staff()
    one, other = enter(), enter()
    assert len(sessions.list_sessions(staff_id)) == 2

    sessions.end_session(member_of(one).session_id)

    assert sessions.find_member(one) is None
    assert sessions.find_member(other) is not None
    assert len(sessions.list_sessions(staff_id)) == 1


def test_the_command_prints_the_first_password_once(app: Flask) -> None:
    run = app.test_cli_runner().invoke

    first, second = run(args=["staff", "create-owner", "--if-missing"]), None
    second = run(args=["staff", "create-owner", "--if-missing"])
    third = run(args=["staff", "create-owner"])

    assert first.exit_code == 0
    assert "asks for another one" in first.output
    password = re.search(r"Password:\s+(\S+)", first.output)
    assert password is not None
    with app.app_context():
        assert member_of(enter(password[1])).must_change_password
    assert (second.exit_code, second.output) == (0, "")
    assert third.exit_code == 1
    assert "already" in third.output


def test_who_only_plays_may_keep_the_first_password(app: Flask) -> None:
    made = app.test_cli_runner().invoke(args=["staff", "create-owner", "--may-keep-password"])

    password = re.search(r"Password:\s+(\S+)", made.output)
    assert password is not None
    assert "do not use it for a shop that sells" in made.output
    with app.app_context():
        assert not member_of(enter(password[1])).must_change_password


def test_the_command_resets_a_password(app: Flask) -> None:
    with app.app_context():
        make_staff()

    done = app.test_cli_runner().invoke(args=["staff", "reset-password", "owner"])
    refused = app.test_cli_runner().invoke(args=["staff", "reset-password", "nobody"])

    password = re.search(r"Password:\s+(\S+)", done.output)
    assert password is not None
    with app.app_context():
        assert member_of(enter(password[1])).must_change_password
    assert refused.exit_code == 1
