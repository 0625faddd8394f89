"""Roles: nobody gives what he has not, nobody raises himself, a limit on refunds."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import InputInvalid, NotFound
from app.staff import roles
from app.staff.models import StaffUser
from app.staff.rights import OPERATOR, OWNER, SERVICE, get_catalogue
from app.staff.roles import Forbidden, RefundOverLimit, Role
from app.staff.sessions import StaffMember
from tests.staff import make_hashes_quick, make_role, make_staff

ORDERS, SHIP, PEOPLE = "console.orders.index", "console.orders.mark_shipped", "console.roles.new"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)


def member(role: str = OWNER, username: str = "wang") -> StaffMember:
    return StaffMember(make_staff(username, role=role), username, role, session_id=1)


def wish(name: str = "打包", *rights: str, limit_fen: int = 0, mark: int = 1) -> Role:
    return Role("", name, frozenset(rights), limit_fen, mark)


def test_an_owner_may_do_everything_and_refund_without_limit(shop: Flask) -> None:
    owner = member()

    assert roles.get_role(OWNER).may_open("console.nobody.knows")
    roles.check_refund_limit(owner, 10**9)


def test_a_built_in_role_has_what_stands_beside_the_pages(shop: Flask) -> None:
    service = roles.get_role(SERVICE)

    assert service.rights == get_catalogue().of_built_in(SERVICE)
    assert service.may_open("console.desk.take")
    assert not service.may_open("console.orders.mark_shipped")


def test_any_one_of_several_rights_opens_what_they_share(shop: Flask) -> None:
    role = roles.get_role(make_role("console.standing.index"))

    assert role.may_open("console.reply_preview.show")


def test_a_right_that_no_longer_exists_opens_nothing(shop: Flask) -> None:
    role = roles.get_role(make_role("console.gone.index", ORDERS))

    assert role.rights == {ORDERS}


def test_a_role_of_ones_own_is_kept_and_told(shop: Flask) -> None:
    role_id = roles.add_role(member(), " 打包  间 ", [SHIP, ORDERS, "console.made.up"], 300)

    role = roles.get_own_role(role_id)
    assert (role.name, role.rights, role.refund_limit_fen) == ("打包 间", {ORDERS, SHIP}, 300)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.became["rights"]) == ("role.added", [ORDERS, SHIP])


def test_nobody_makes_a_role_with_rights_he_has_not_himself(shop: Flask) -> None:
    giver = member(make_role(PEOPLE, ORDERS, limit_fen=500))

    with pytest.raises(Forbidden):
        roles.add_role(giver, "打包", [ORDERS, SHIP], 0)
    with pytest.raises(Forbidden):
        roles.add_role(giver, "打包", [ORDERS], 501)
    assert roles.add_role(giver, "打包", [ORDERS], 500)


def test_nobody_changes_the_role_he_has_himself(shop: Flask) -> None:
    key = make_role(PEOPLE, ORDERS)
    role = roles.get_role(key)

    with pytest.raises(Forbidden):
        roles.change_role(member(key), role.id, wish("打包", PEOPLE))


def test_nobody_takes_rights_away_that_he_has_not(shop: Flask) -> None:
    strong = roles.get_role(make_role(ORDERS, SHIP, name="强"))
    giver = member(make_role(PEOPLE, ORDERS, name="弱"))

    with pytest.raises(Forbidden):
        roles.change_role(giver, strong.id, wish("打包", ORDERS))


def test_who_saw_an_older_role_does_not_overwrite_it(shop: Flask) -> None:
    owner = member()
    role_id = roles.add_role(owner, "打包", [ORDERS], 0)
    roles.change_role(owner, role_id, wish("打包", SHIP, mark=1))

    with pytest.raises(InputInvalid):
        roles.change_role(owner, role_id, wish("打包", mark=1))
    assert roles.get_own_role(role_id).rights == {SHIP}


@pytest.mark.parametrize(("name", "limit_fen"), [(" ", 0), ("一" * 21, 0), ("好", -1), ("好", 10**9)])
def test_a_role_needs_a_name_and_a_sensible_limit(shop: Flask, name: str, limit_fen: int) -> None:
    with pytest.raises(InputInvalid):
        roles.add_role(member(), name, [], limit_fen)


def test_two_roles_do_not_share_a_name(shop: Flask) -> None:
    owner = member()
    roles.add_role(owner, "打包", [], 0)

    with pytest.raises(InputInvalid):
        roles.add_role(owner, "打包", [], 0)


def test_a_role_that_somebody_has_stays(shop: Flask) -> None:
    owner, key = member(), make_role(ORDERS)
    role_id = roles.get_role(key).id
    holder = make_staff("li", role=key)

    with pytest.raises(InputInvalid):
        roles.remove_role(owner, role_id)
    db.session.get_one(StaffUser, holder).role = OPERATOR
    db.session.commit()
    roles.remove_role(owner, role_id)
    roles.remove_role(owner, role_id)
    with pytest.raises(NotFound):
        roles.get_own_role(role_id)


def test_a_refund_above_the_limit_of_the_role_is_refused(shop: Flask) -> None:
    clerk = member(SERVICE)

    roles.check_refund_limit(clerk, 5_000)
    with pytest.raises(RefundOverLimit) as refused:
        roles.check_refund_limit(clerk, 5_001)
    assert refused.value.details["limit_fen"] == 5_000


def test_the_limit_of_a_built_in_role_can_be_set_and_is_told(shop: Flask) -> None:
    owner = member()
    roles.set_refund_limit(owner, SERVICE, 0)
    roles.set_refund_limit(owner, SERVICE, 700)

    assert roles.get_role(SERVICE).refund_limit_fen == 700
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
    assert [(each.was["refund_limit_fen"], each.became["refund_limit_fen"]) for each in entries] == [
        (5_000, 0),
        (0, 700),
    ]
    with pytest.raises(NotFound):
        roles.set_refund_limit(owner, OWNER, 0)


def test_nobody_sets_a_limit_above_his_own(shop: Flask) -> None:
    with pytest.raises(Forbidden):
        roles.set_refund_limit(member(make_role(PEOPLE, limit_fen=10**6)), SERVICE, 100)
