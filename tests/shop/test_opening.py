"""Who may pay before the shop is released, and the record of its release."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.core import clock
from app.core.audit import entries_about
from app.core.db import transaction
from app.core.errors import NotFound, TransitionRefused
from app.golive import records
from app.golive.checks import CHECKS
from app.golive.checks.contract import Finding, fail, ok, unknown
from app.golive.release import OwnerOnly, release_shop, withdraw_shop
from app.payments import opening
from app.payments.invitations import LIVES_SECONDS, read_invitation, write_invitation
from app.payments.opening import NotOpen, PayOpening
from app.payments.service import start_payment
from app.seed.folder import open_seeded
from app.staff.sessions import StaffMember
from tests.factories import make_follower, make_order
from tests.fakes import FakeGateway

DEMO = Path("demo")
SECRET = "a-key-for-tests-only-9f31c2d4e5b6a798"
OWNER = StaffMember(1, "wang", "owner", 1)
CLERK = StaffMember(2, "li", "operator", 2)


@pytest.fixture(autouse=True)
def never_released(shop: Flask) -> Iterator[None]:
    """As a fresh shop is."""
    with transaction() as session:
        session.execute(delete(PayOpening))
    yield


def examined(**different: Finding) -> None:
    """A whole run in which everything is well but these."""
    run_id, _is_new = records.begin_run("command")
    for check in CHECKS:
        finding = different.get(check.name, ok(next(iter(check.says))))
        records.record_finding(run_id, check.name, finding, took_ms=1)
    records.finish_run(run_id)


def test_nobody_pays_before_the_release_but_who_is_listed(gateway: FakeGateway) -> None:
    listed, other = make_order(), make_order()
    opening.add_tester(listed.follower_id, actor="staff:1")

    start_payment(listed, gateway=gateway)
    with pytest.raises(NotOpen):
        start_payment(other, gateway=gateway)

    assert len(gateway.requests) == 1


def test_an_owner_releases_on_a_green_report_and_everybody_pays(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    examined()

    assert release_shop(OWNER, shop.config)
    assert not release_shop(OWNER, shop.config)  # once more changes nothing
    start_payment(order, gateway=gateway)

    row = opening.list_openings()[0]
    assert (row.actor, row.name, row.report["worker"]) == ("staff:1", "wang", "ok")
    assert [entry.action for entry in entries_about("shop:opening")] == ["opening.change"]


def test_what_was_taken_back_is_closed_again(shop: Flask, gateway: FakeGateway) -> None:
    examined()
    release_shop(OWNER, shop.config)

    assert withdraw_shop(OWNER, shop.config)
    with pytest.raises(NotOpen):
        start_payment(make_order(), gateway=gateway)

    assert [str(row.kind) for row in opening.list_openings()] == ["withdrawn", "released"]


@pytest.mark.parametrize(
    "different",
    [{"worker": fail("silent")}, {"js_domain": unknown("ask")}],
    ids=["something fails", "somebody was asked and has not answered"],
)
def test_no_release_on_a_report_that_is_not_green(shop: Flask, different: dict[str, Finding]) -> None:
    examined(**different)

    with pytest.raises(TransitionRefused):
        release_shop(OWNER, shop.config)

    assert not opening.is_released()


def test_no_release_without_a_report_or_on_an_old_one(shop: Flask) -> None:
    with pytest.raises(TransitionRefused):
        release_shop(OWNER, shop.config)
    with clock.frozen_at(clock.now() - timedelta(days=2)):
        examined()
    with pytest.raises(TransitionRefused):
        release_shop(OWNER, shop.config)


def test_who_is_no_owner_opens_and_closes_nothing(shop: Flask) -> None:
    examined()

    with pytest.raises(OwnerOnly):
        release_shop(CLERK, shop.config)
    release_shop(OWNER, shop.config)
    with pytest.raises(OwnerOnly):
        withdraw_shop(CLERK, shop.config)


def test_a_record_that_was_changed_does_not_fit_its_signature(shop: Flask) -> None:
    examined()
    release_shop(OWNER, shop.config)
    withdraw_shop(OWNER, shop.config)
    first = opening.list_openings()[-1].id
    assert set(opening.check_signatures((SECRET,)).values()) == {True}
    assert set(opening.check_signatures(("another-key" * 4, SECRET)).values()) == {True}

    with transaction() as session:
        session.execute(update(PayOpening).where(PayOpening.id == first).values(name="zhang"))

    assert opening.check_signatures((SECRET,))[first] is False


def test_a_listed_follower_stands_there_once_and_can_be_taken_off() -> None:
    follower = make_follower()

    assert opening.add_tester(follower.id, actor="staff:1")
    assert not opening.add_tester(follower.id, actor="staff:2")
    tester = opening.list_testers()[0]
    opening.remove_tester(tester.id, actor="staff:1")

    assert not opening.may_pay(follower.id)
    with pytest.raises(NotFound):
        opening.remove_tester(tester.id, actor="staff:1")


def test_an_invitation_is_ours_and_short_lived() -> None:
    word = write_invitation(SECRET, actor="staff:1")

    assert read_invitation(SECRET, word) == "staff:1"
    for wrong in ("", "x", word + "x"):
        with pytest.raises(TransitionRefused):
            read_invitation(SECRET, wrong)
    with pytest.raises(TransitionRefused):
        read_invitation("another-key" * 4, word)
    assert LIVES_SECONDS == 1800


def test_the_demo_is_released_by_its_folder_and_not_against_an_owners_will(shop: Flask) -> None:
    assert open_seeded(DEMO, secret=SECRET)
    opening.withdraw(actor="staff:1", name="wang", secret=SECRET)

    assert not open_seeded(DEMO, secret=SECRET)
    assert not opening.is_released()
