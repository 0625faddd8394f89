"""Background tasks about bills, one thin function each; `app/tasks.py` puts them on the timetable."""

from pathlib import Path

from flask import current_app

from app.payments.gateways import get_gateway
from app.reconciliation.fetching import FOLDER
from app.reconciliation.healing import ask_due
from app.reconciliation.proof import prove
from app.reconciliation.timetable import work_off


def reconcile_bills() -> None:
    """Fetch and compare the bills of days that are due."""
    work_off(get_gateway(), Path(current_app.config["DATA_DIR"], FOLDER))


def ask_about_differences() -> None:
    """Ask WeChat about what differs and nobody has asked about."""
    ask_due(get_gateway())


def prove_days() -> None:
    """Check that closed days still add up."""
    prove(gateway_name=get_gateway().name)
