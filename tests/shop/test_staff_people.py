"""The people of the console: added, given roles, switched off, helped back in; never by themselves."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import audit
from app.core.db import db
from app.core.errors import InputInvalid, NotFound
from app.staff import people, sessions
from app.staff.clients import Client
from app.staff.login import LoginRefused, log_in
from app.staff.models import StaffUser
from app.staff.rights import FINANCE, OPERATOR, OWNER, SERVICE
from app.staff.roles import Forbidden
from app.staff.sessions import StaffMember
from tests.staff import PASSWORD, make_hashes_quick, make_role, make_staff
from tests.threads import run_in_threads

HERE = Client("203.0.113.7", "Firefox on Linux")


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)


@pytest.fixture
def owner(shop: Flask) -> StaffMember:
    return member("owner", OWNER)


def member(username: str, role: str) -> StaffMember:
    return StaffMember(make_staff(username, role=role), username, role, session_id=1)


def actions(staff_id: int) -> list[str]:
    return [entry.action for entry in audit.entries_about(f"staff:{staff_id}")]


def test_who_is_added_gets_in_with_his_first_password_and_has_to_change_it(owner: StaffMember) -> None:
    staff_id, password = people.add_person(owner, " 王芳 ", SERVICE)

    found = sessions.find_member(log_in("王芳", password, HERE).token)
    assert found is not None
    assert (found.id, found.role, found.must_change_password) == (staff_id, SERVICE, True)
    assert actions(staff_id) == ["person.added"]


@pytest.mark.parametrize("username", ["", "a", "two words", "x" * 41, "<b>", "OWNER"])
def test_a_name_that_does_not_do_is_refused(owner: StaffMember, username: str) -> None:
    with pytest.raises(InputInvalid):
        people.add_person(owner, username, SERVICE)

    assert len(people.list_people()) == 1


def test_nobody_gives_a_role_that_may_do_more_than_he(shop: Flask) -> None:
    key = make_role("console.members.new", "console.members.index")
    lead = member("lead", key)

    for role in (OWNER, OPERATOR):
        with pytest.raises(Forbidden):
            people.add_person(lead, "friend", role)
    with pytest.raises(InputInvalid):
        people.add_person(lead, "friend", "conjured-up")
    assert people.add_person(lead, "friend", key)


def test_another_role_counts_at_once_and_is_written_down(owner: StaffMember) -> None:
    clerk = member("clerk", SERVICE)
    token = log_in("clerk", PASSWORD, HERE).token

    people.give_role(owner, clerk.id, FINANCE)
    people.give_role(owner, clerk.id, FINANCE)

    found = sessions.find_member(token)
    assert found is not None
    assert found.role == FINANCE
    entry = audit.entries_about(f"staff:{clerk.id}")[0]
    assert (entry.was, entry.became) == ({"role": SERVICE}, {"role": FINANCE})
    assert actions(clerk.id) == ["person.role"]


def test_who_is_switched_off_is_out_until_he_is_switched_on(owner: StaffMember) -> None:
    clerk = member("clerk", SERVICE)
    token = log_in("clerk", PASSWORD, HERE).token

    people.switch_off(owner, clerk.id)
    people.switch_off(owner, clerk.id)

    assert sessions.find_member(token) is None
    with pytest.raises(LoginRefused):
        log_in("clerk", PASSWORD, HERE)
    people.switch_on(owner, clerk.id)
    assert sessions.find_member(token) is None  # the old session stays ended
    assert log_in("clerk", PASSWORD, HERE)
    assert actions(clerk.id) == ["person.switched_on", "person.switched_off"]


def test_a_reset_password_is_new_unlocks_and_has_to_be_changed(owner: StaffMember) -> None:
    clerk = member("clerk", SERVICE)
    for _number in range(5):
        with pytest.raises(LoginRefused):
            log_in("clerk", "wrong", HERE)

    password = people.reset_password(owner, clerk.id)

    found = sessions.find_member(log_in("clerk", password, HERE).token)
    assert found is not None
    assert found.must_change_password


def test_somebody_can_be_logged_out_everywhere(owner: StaffMember) -> None:
    clerk = member("clerk", SERVICE)
    tokens = [log_in("clerk", PASSWORD, HERE).token for _number in range(2)]

    people.end_sessions(owner, clerk.id)

    assert [sessions.find_member(token) for token in tokens] == [None, None]


@pytest.mark.parametrize("by", [OPERATOR, OWNER])
def test_an_owner_is_out_of_reach_of_everybody_less_and_of_himself(owner: StaffMember, by: str) -> None:
    giver = owner if by == OWNER else member("clerk", by)

    for act in (people.switch_off, people.reset_password, people.end_sessions, people.remove_second_factor):
        with pytest.raises(Forbidden):
            act(giver, owner.id)
    with pytest.raises(Forbidden):
        people.give_role(giver, owner.id, SERVICE)

    row = people.get_person(owner.id)
    assert (row.is_active, row.role) == (True, OWNER)


def test_two_owners_cannot_put_each_other_out_at_once(app: Flask) -> None:
    def try_it(one: StaffMember, other: StaffMember) -> bool:
        try:
            people.switch_off(one, other.id)
        except Forbidden:
            return False
        return True

    with app.app_context():
        one, other = member("one", OWNER), member("other", OWNER)

        done = run_in_threads(app, [lambda: try_it(one, other), lambda: try_it(other, one)])

        left = db.session.scalars(select(StaffUser).where(StaffUser.is_active)).all()
        assert sorted(done) == [False, True]
        assert [row.role for row in left] == [OWNER]


def test_who_is_not_there_cannot_be_changed(owner: StaffMember) -> None:
    with pytest.raises(NotFound):
        people.switch_off(owner, 404)


def test_a_session_remembers_the_browser_and_no_whole_address(owner: StaffMember) -> None:
    log_in("owner", PASSWORD, HERE)

    session = sessions.list_sessions(owner.id)[0]
    assert (session.address, session.agent) == ("203.0.*.*", "Firefox on Linux")


def test_ending_a_session_of_somebody_else_by_its_number_does_nothing(owner: StaffMember) -> None:
    clerk = member("clerk", SERVICE)
    log_in("owner", PASSWORD, HERE)
    theirs = sessions.list_sessions(owner.id)[0].id

    sessions.end_own_session(clerk, theirs)
    assert len(sessions.list_sessions(owner.id)) == 1
    sessions.end_own_session(owner, theirs)
    assert sessions.list_sessions(owner.id) == []
