"""Background tasks about bills, one thin function each; `app/tasks.py` puts them on the timetable."""

from pathlib import Path

from flask import current_app

from app.payments.gateways.books import list_books
from app.reconciliation.fetching import FOLDER
from app.reconciliation.healing import ask_due
from app.reconciliation.proof import prove
from app.reconciliation.timetable import work_off


def reconcile_bills() -> None:
    """Fetch and compare the bills of days that are due, of every gateway."""
    for gateway in list_books():
        work_off(gateway, Path(current_app.config["DATA_DIR"], FOLDER))


def ask_about_differences() -> None:
    """Ask about what differs and nobody has asked about, each where it differs."""
    for gateway in list_books():
        ask_due(gateway)


def prove_days() -> None:
    """Check that closed days still add up."""
    for gateway in list_books():
        prove(gateway_name=gateway.name)
