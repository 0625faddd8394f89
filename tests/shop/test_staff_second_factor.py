"""The second factor: proven before it counts, right for a minute and a half, once; recovery codes likewise."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import Flask
from sqlalchemy import select

from app.core import audit, clock
from app.core.db import db
from app.core.errors import InputInvalid
from app.core.secret_box import SecretBox
from app.staff import people, second_factor
from app.staff.clients import Client
from app.staff.login import LoginRefused, enter_code, log_in
from app.staff.models import RecoveryCode, StaffUser
from app.staff.second_factor import CodeWrong
from app.staff.sessions import StaffMember, find_member
from tests.staff import PASSWORD, make_hashes_quick, make_staff
from tests.threads import run_in_threads

pytestmark = pytest.mark.usefixtures("advance")  # else half a minute may pass in between
HERE = Client("203.0.113.7")


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)


@pytest.fixture
def owner(shop: Flask) -> StaffMember:
    return make_owner()


def make_owner() -> StaffMember:
    return StaffMember(make_staff(), "owner", "owner", session_id=0)


def code_at(seed: bytes, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    moment = clock.now().timestamp() + 30 * steps
    return TOTP(seed, 6, SHA1(), 30).generate(moment).decode()  # noqa: S303


def enrol(member: StaffMember) -> tuple[bytes, list[str]]:
    """Turned on with the code before the present one, so that the present one is still good."""
    second_factor.begin(member, PASSWORD)
    seed = second_factor.find_seed(member)
    assert seed is not None
    return seed, second_factor.confirm(member, code_at(seed, -1))


def passes(code: str, client: Client = HERE) -> bool:
    entry = log_in("owner", PASSWORD, client)
    assert entry.needs_code
    assert find_member(entry.token) is None  # the password alone opens nothing
    try:
        found = find_member(enter_code(entry.token, code, client).token)
    except LoginRefused:
        return False
    return found is not None


def test_a_factor_that_was_not_confirmed_is_not_asked_for(owner: StaffMember) -> None:
    second_factor.begin(owner, PASSWORD)

    with pytest.raises(CodeWrong):
        second_factor.confirm(owner, "000000")
    assert not log_in("owner", PASSWORD, HERE).needs_code


def test_the_seed_stays_the_same_until_it_is_confirmed_and_is_shown_no_more_then(owner: StaffMember) -> None:
    second_factor.begin(owner, PASSWORD)
    first = second_factor.find_seed(owner)
    seed, _codes = enrol(owner)

    assert first == seed
    assert second_factor.find_seed(owner) is None
    with pytest.raises(InputInvalid):
        second_factor.begin(owner, PASSWORD)


def test_the_database_alone_gives_neither_seed_nor_recovery_codes_away(owner: StaffMember) -> None:
    seed, codes = enrol(owner)

    kept = db.session.get_one(StaffUser, owner.id).totp_secret
    hashes = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert kept
    assert seed not in kept.encode()
    assert len(set(hashes)) == len(set(codes)) == 10
    assert not {code.replace("-", "") for code in codes} & set(hashes)
    assert SecretBox(["another key of the shop"]).open(kept) is None


def test_a_changed_key_still_opens_what_the_key_before_it_has_locked() -> None:
    kept = SecretBox(["first key"]).lock(b"seed")

    after = SecretBox(["second key", "first key"])
    assert after.open(kept) == b"seed"
    assert SecretBox(["first key"]).fingerprints("ABC")[0] in after.fingerprints("ABC")


@pytest.mark.parametrize(
    ("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)], ids=str
)
def test_the_clock_of_the_phone_may_be_half_a_minute_off(
    owner: StaffMember, advance: Callable[[timedelta], None], steps: int, is_right: bool
) -> None:
    seed, _codes = enrol(owner)
    advance(timedelta(minutes=5))

    assert passes(code_at(seed, steps)) is is_right


def test_a_code_counts_once_and_none_before_it_any_more(owner: StaffMember) -> None:
    seed, _codes = enrol(owner)
    seen = code_at(seed)

    assert passes(seen)
    assert not passes(seen)
    assert not passes(code_at(seed, -1))
    assert passes(code_at(seed, 1))


def test_one_code_sent_twice_at_once_lets_in_once(app: Flask) -> None:
    with app.app_context():
        seed, _codes = enrol(make_owner())
        tokens = [log_in("owner", PASSWORD, HERE).token for _number in range(2)]
        code = code_at(seed)

        def enter(token: str) -> bool:
            try:
                enter_code(token, code, HERE)
            except LoginRefused:
                return False
            return True

        assert sorted(run_in_threads(app, [lambda: enter(tokens[0]), lambda: enter(tokens[1])])) == [
            False,
            True,
        ]


def test_full_width_digits_and_blanks_are_understood(owner: StaffMember) -> None:
    seed, _codes = enrol(owner)
    wide = code_at(seed).translate({ord("0") + n: chr(ord("0") + n) for n in range(10)})

    assert passes(f" {wide[:3]} {wide[3:]} ")


def test_a_recovery_code_lets_in_once_however_it_is_typed(owner: StaffMember) -> None:
    _seed, codes = enrol(owner)

    assert passes(codes[3].lower().replace("-", " "))
    assert not passes(codes[3])
    assert second_factor.count_recovery_codes(owner.id) == 9


def test_five_wrong_codes_lock_the_place_and_the_password_does_not_unlock_it(owner: StaffMember) -> None:
    seed, _codes = enrol(owner)
    token = log_in("owner", PASSWORD, HERE).token
    for _number in range(5):
        with pytest.raises(LoginRefused):
            enter_code(token, "000000", HERE)

    with pytest.raises(LoginRefused):
        enter_code(token, code_at(seed), HERE)
    with pytest.raises(LoginRefused):
        log_in("owner", PASSWORD, HERE)


def test_ten_wrong_codes_from_many_addresses_close_the_factor_for_an_hour(
    owner: StaffMember, advance: Callable[[timedelta], None]
) -> None:
    seed, _codes = enrol(owner)
    for number in range(10):
        assert not passes("000000", Client(f"198.51.100.{number}"))

    assert not passes(code_at(seed))
    advance(timedelta(hours=1, seconds=1))
    assert passes(code_at(seed))


def test_a_login_that_waits_too_long_begins_again(
    owner: StaffMember, advance: Callable[[timedelta], None]
) -> None:
    seed, _codes = enrol(owner)
    token = log_in("owner", PASSWORD, HERE).token
    advance(timedelta(minutes=10, seconds=1))

    with pytest.raises(LoginRefused) as refusal:
        enter_code(token, code_at(seed), HERE)
    assert refusal.value.details == {"over": True}


def test_turning_it_off_asks_for_both_factors(owner: StaffMember) -> None:
    seed, codes = enrol(owner)

    with pytest.raises(InputInvalid):
        second_factor.turn_off(owner, "wrong", code_at(seed))
    with pytest.raises(CodeWrong):
        second_factor.turn_off(owner, PASSWORD, "000000")
    second_factor.turn_off(owner, PASSWORD, codes[0])

    assert not log_in("owner", PASSWORD, HERE).needs_code
    assert second_factor.count_recovery_codes(owner.id) == 0


def test_new_recovery_codes_end_the_old_ones(owner: StaffMember) -> None:
    seed, old = enrol(owner)

    new = second_factor.renew_recovery_codes(owner, PASSWORD, code_at(seed))

    assert not set(new) & set(old)
    assert not passes(old[0])
    assert passes(new[0])


def test_an_owner_helps_who_has_lost_his_phone_and_it_is_written_down(owner: StaffMember) -> None:
    enrol(owner)
    helper = StaffMember(make_staff("lin"), "lin", "owner", session_id=0)

    people.remove_second_factor(helper, owner.id)

    assert not log_in("owner", PASSWORD, HERE).needs_code
    actions = [entry.action for entry in audit.entries_about(owner.actor)]
    assert actions == ["person.second_factor_removed", "account.second_factor_on"]
