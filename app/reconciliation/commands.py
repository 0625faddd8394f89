"""`flask bills …`: for whoever runs the shop."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.payments.gateways.books import list_books
from app.reconciliation import closing
from app.reconciliation.fetching import FOLDER
from app.reconciliation.proof import prove

bills_group = AppGroup("bills", help="The bills of WeChat Pay and Alipay.")

_DAYS = click.argument("days", nargs=-1, required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DAY...")


@bills_group.command("fetch")
@_DAYS
def fetch_command(days: Sequence[datetime]) -> None:
    """Download the bills of these days again, and reconcile them. Harmless at any time."""
    for day in days:
        _reconcile(day.date(), again=True)


@bills_group.command("reconcile")
@_DAYS
def reconcile_command(days: Sequence[datetime]) -> None:
    """Compare these days again; fetches what is not there yet."""
    for day in days:
        _reconcile(day.date())


@bills_group.command("prove")
def prove_command() -> None:
    """Check that payments, statistics and bill say the same of every closed day; exit code 1 when not."""
    broken = {day for gateway in list_books() for day in prove(gateway_name=gateway.name)}
    for day in sorted(broken):
        click.echo(f"{day} does not add up any more")
    if broken:
        raise SystemExit(1)
    click.echo("Every closed day adds up.")


def bill_folder() -> Path:
    """Where bills are kept."""
    return Path(current_app.config["DATA_DIR"], FOLDER)


def _reconcile(day: date, *, again: bool = False) -> None:
    for gateway in list_books():
        click.echo(_say(closing.reconcile(day, gateway=gateway, folder=bill_folder(), again=again)))


def _say(found: closing.Reconciled) -> str:
    row, problem = found.row, found.problem or found.row.problem
    sums = f"ours {row.our_payments} / {row.our_payments_fen} fen"
    sums += f", bill {row.their_payments} / {row.their_payments_fen} fen"
    return f"{row.day} {row.gateway} {row.state}{f' ({problem})' if problem else ''}: {sums}"
