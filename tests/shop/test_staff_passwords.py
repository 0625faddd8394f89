"""Passwords: argon2id, rules, and the time a refusal takes."""

import statistics
import time

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from app.core.db import db, transaction
from app.staff import passwords, service
from app.staff.clients import Client
from app.staff.login import LoginRefused, log_in
from app.staff.models import StaffUser
from app.staff.passwords import PasswordTooWeak, check_rules, hash_password, matches, new_password
from tests.staff import PASSWORD, make_staff

HERE = "203.0.113.7"


def test_no_two_first_passwords_are_alike() -> None:
    assert len({new_password() for _number in range(200)}) == 200


def test_only_an_argon2id_hash_is_kept(shop: Flask) -> None:
    password = service.create_owner_if_missing()

    kept = db.session.scalars(select(StaffUser)).one().password_hash
    assert kept.startswith("$argon2id$")
    assert password is not None
    assert password not in kept


def test_nobody_matches_nothing() -> None:
    assert not matches(None, "")
    assert not matches("no hash at all", "no hash at all")
    assert matches(hash_password("茶叶蛋-茶叶蛋-茶"), "茶叶蛋-茶叶蛋-茶")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short-one", "password_too_short"),
        ("x1-" * 67, "password_too_long"),
        ("longusername", "password_is_username"),
        ("LongUserName1", "password_is_username"),
        ("ababababababab", "password_too_plain"),
    ],
)
def test_a_weak_new_password_is_refused(password: str, code: str) -> None:
    with pytest.raises(PasswordTooWeak) as refusal:
        check_rules(password, username="longusername")

    assert refusal.value.code == code


@pytest.mark.parametrize("password", ["tenletters", "owner-of-a-tea-house", "明前龙井一芽一叶初展"])
def test_a_good_new_password_is_taken(password: str) -> None:
    check_rules(password, username="owner")


def test_an_unknown_name_takes_as_long_as_a_wrong_password(shop: Flask) -> None:
    make_staff()

    def time_taken(username: str, number: int) -> float:
        begun = time.perf_counter()
        with pytest.raises(LoginRefused):
            log_in(username, "wrong", Client(f"198.51.100.{number}"))
        return time.perf_counter() - begun

    known, unknown = [], []
    for number in range(8):  # in turns, so that a busy machine slows both; past the lock as well
        known.append(time_taken("owner", number))
        unknown.append(time_taken("nobody", number))

    ratio = statistics.median(unknown) / statistics.median(known)
    assert 0.5 < ratio < 2


def test_a_hash_made_with_weaker_parameters_is_renewed_at_login(shop: Flask) -> None:
    owner = db.session.get_one(StaffUser, make_staff())
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with transaction():
        owner.password_hash = weak

    assert log_in("owner", PASSWORD, Client(HERE)).token

    assert owner.password_hash != weak
    assert not passwords.is_outdated(owner.password_hash)
    assert log_in("owner", PASSWORD, Client(HERE)).token
