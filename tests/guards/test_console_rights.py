"""Every address of the console is free on purpose or asks for a right; each lesser role was tried on all of them."""

import pytest
from flask import Flask

from app.staff.rights import FINANCE, OPERATOR, SERVICE, Catalogue, get_catalogue
from console.door import FOR_ALL_STAFF, PUBLIC, RIGHTS
from tests.guards.test_console_guards import address_of, rules_of
from tests.staff import make_hashes_quick, open_console


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


@pytest.mark.parametrize("role", [OPERATOR, SERVICE, FINANCE, "own-nothing"])
def test_each_lesser_role_is_refused_wherever_its_rights_do_not_lead(
    app: Flask, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_hashes_quick(monkeypatch)
    console = open_console(app, "wang", role=role)
    with app.app_context():
        known = get_catalogue()
        allowed = known.of_built_in(role)
        closed = {
            each for each in known.endpoints if not {right.name for right in known.that_open(each)} & allowed
        }
    token, tried = console.token(), 0
    for rule in rules_of(app):
        if rule.endpoint not in closed or rule.endpoint == "console.overview.show":
            continue
        for method in {"GET", "POST"} & set(rule.methods or ()):
            tried += 1
            answer = console.client.open(address_of(rule), method=method, data={"csrf_token": token})
            assert answer.status_code == 403, (method, rule)
    assert tried > 5


def test_a_role_that_nobody_knows_may_do_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)
    console = open_console(app, "wang", role="conjured-up")

    assert console.get("/orders/").status_code == 403
    assert console.get("/").status_code == 403
    assert console.get("/account/").status_code == 200
