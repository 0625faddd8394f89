"""Every page of the navigation explains itself."""

from flask import Flask

from console.frame.navigation import SECTIONS
from console.frame.page_help import HELP


def test_every_entry_of_the_navigation_has_help() -> None:
    subjects = {entry.endpoint.split(".")[1] for _title, entries in SECTIONS for entry in entries}

    assert sorted(subjects - set(HELP)) == []


def test_no_help_is_left_of_pages_that_are_gone(app: Flask) -> None:
    blueprints = {name.rpartition(".")[2] for name in app.blueprints if name.startswith("console.")}

    assert sorted(set(HELP) - blueprints) == []
