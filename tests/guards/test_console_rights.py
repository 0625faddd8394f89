"""Every address of the console is free on purpose or asks for a right; each role was tried on all of them."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.core import clock
from app.core.db import transaction
from app.staff.models import StaffUser
from app.staff.rights import FINANCE, OPERATOR, SERVICE, Catalogue, get_catalogue
from console.door import FOR_ALL_STAFF, PUBLIC, RIGHTS, WITH_A_STALE_PASSWORD
from tests.guards.test_console_guards import address_of, rules_of
from tests.staff import Console, make_hashes_quick, make_role, make_staff, open_console

Outcomes = dict[tuple[str, str], TestResponse]


def test_every_address_is_free_on_purpose_or_asks_for_a_right(app: Flask) -> None:
    with app.app_context():
        known = get_catalogue().endpoints | PUBLIC | FOR_ALL_STAFF
    forgotten = {rule.endpoint for rule in rules_of(app)} - known

    assert not forgotten, "\n".join(
        f'{endpoint}: in RIGHTS of its package console/… add "{endpoint}" to the Right it belongs to, or a line '
        f'Right(_l("what a merchant calls it"), "{endpoint}", roles=(OPERATOR,))'
        for endpoint in sorted(forgotten)
    )


def test_no_right_speaks_of_an_address_that_is_gone(app: Flask) -> None:
    with app.app_context():
        named = get_catalogue().endpoints

    assert named - {rule.endpoint for rule in rules_of(app)} == set()


def test_what_is_free_asks_for_no_right_as_well(app: Flask) -> None:
    with app.app_context():
        assert get_catalogue().endpoints & (PUBLIC | FOR_ALL_STAFF) == set()


def test_every_right_and_every_group_has_its_own_label(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        labels = [str(right.label) for group in RIGHTS for right in group.rights]
        groups = [str(group.label) for group in RIGHTS]

    assert len(set(labels)) == len(labels)
    assert len(set(groups)) == len(groups)
    assert not [label for label in labels + groups if not label.isascii()]  # all have their English


def test_two_rights_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same endpoint"):
        Catalogue([*RIGHTS, RIGHTS[0]])


@pytest.fixture
def all_open(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A console without pages: whoever the door lets in reads `in`, so that every address can be tried, forms too."""
    make_hashes_quick(monkeypatch)
    for rule in rules_of(app):
        if rule.endpoint not in PUBLIC:
            monkeypatch.setitem(app.view_functions, rule.endpoint, lambda **_arguments: "in")
    return app


def outcomes(console: Console) -> Outcomes:
    """What the door says to every request there is, by endpoint and method; public addresses apart."""
    token = console.token()
    return {
        (rule.endpoint, method): console.client.open(
            address_of(rule), method=method, data={"csrf_token": token} if method == "POST" else None
        )
        for rule in rules_of(console.client.application)
        if rule.endpoint not in PUBLIC
        for method in sorted({"GET", "POST"} & set(rule.methods or ()))
    }


def let_in(answers: Outcomes) -> set[str]:
    """The endpoints whose every answer was the page's own; refusals are 403 and say so in a sentence."""
    opened = {endpoint for (endpoint, _method), answer in answers.items() if answer.text == "in"}
    for (endpoint, method), answer in answers.items():
        if endpoint not in opened and endpoint != "console.overview.show":
            assert answer.status_code == 403, (endpoint, method)
            assert "您的角色没有“" in answer.text, (endpoint, method)
    return opened


@pytest.mark.parametrize("role", [OPERATOR, SERVICE, FINANCE, "own-one"])
def test_each_lesser_role_gets_in_where_its_rights_lead_and_nowhere_else(all_open: Flask, role: str) -> None:
    with all_open.app_context():
        make_role("console.orders.mark_shipped", name="one")
        known = get_catalogue()
        rights = {"own-one": frozenset({"console.orders.mark_shipped"})}.get(role) or known.of_built_in(role)
        expected = {each for each in known.endpoints if {one.name for one in known.that_open(each)} & rights}
        everything = known.endpoints | FOR_ALL_STAFF

    opened = let_in(outcomes(open_console(all_open, "wang", role=role)))

    assert opened == expected | FOR_ALL_STAFF
    assert opened < everything


def test_the_owner_gets_in_everywhere(all_open: Flask) -> None:
    assert let_in(outcomes(open_console(all_open))) == {rule.endpoint for rule in rules_of(all_open)} - PUBLIC


def test_who_has_to_change_his_password_gets_to_that_alone(all_open: Flask) -> None:
    console = open_console(all_open)
    with all_open.app_context(), transaction() as session:
        session.get_one(StaffUser, 1).must_change_password = True

    for (endpoint, method), answer in outcomes(console).items():
        if endpoint in WITH_A_STALE_PASSWORD:
            assert answer.text == "in", (endpoint, method)
        else:
            assert (answer.status_code, answer.location) == (302, "/console/account/"), (endpoint, method)


def test_a_password_without_its_second_factor_opens_nothing(all_open: Flask) -> None:
    with all_open.app_context():
        make_staff()
        with transaction() as session:
            session.get_one(StaffUser, 1).totp_since = clock.now()
    console = Console(all_open)
    assert console.log_in().location == "/console/login/code"

    for (endpoint, method), answer in outcomes(console).items():
        assert answer.status_code == (302 if method == "GET" else 401), (endpoint, method)
        assert method == "POST" or answer.location.startswith("/console/login"), endpoint


def test_a_role_that_nobody_knows_may_do_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)
    console = open_console(app, "wang", role="conjured-up")

    assert console.get("/orders/").status_code == 403
    assert console.get("/").status_code == 403
    assert console.get("/account/").status_code == 200
