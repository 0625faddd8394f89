"""`flask shop doctor`: the same checks for a shell and for monitoring."""

import json
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from app.golive.checks.contract import Check, Finding
from app.golive.doctor import examine
from app.golive.models import Verdict
from app.golive.report import make_report, say, write_json

SIGNS = {Verdict.OK: "✓", Verdict.WARN: "!", Verdict.FAIL: "✗", Verdict.UNKNOWN: "?"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_appcontext
def doctor_command(*, as_json: bool) -> None:
    """Check everything the shop needs; exit code 1 when something fails."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    examine(app, actor="command", told=None if as_json else _print)
    report = make_report(app.config)
    if as_json:
        click.echo(json.dumps(write_json(report), ensure_ascii=False, indent=2))
    else:
        click.echo(" · ".join(f"{SIGNS[verdict]} {number}" for verdict, number in report.counts.items()))
    sys.exit(0 if report.is_green else 1)


def _print(check: Check, finding: Finding) -> None:
    click.echo(f"{SIGNS[finding.verdict]} {check.title}  {say(check, finding)}")
    if finding.verdict == Verdict.FAIL:
        click.echo(f"    → {check.place}")
