"""`flask figures …`: for whoever runs the shop."""

import click
from flask.cli import AppGroup

from app.figures import keeping, visits

figures_group = AppGroup("figures", help="Figures of days.")


@figures_group.command("rebuild")
def rebuild_command() -> None:
    """Count every day anew from orders, payments and visits. Harmless at any time."""
    click.echo(f"{keeping.rebuild()} days were counted.")
    visits.forget()
    visits.work_off()


@figures_group.command("verify")
def verify_command() -> None:
    """Compare the rows of every day with orders and payments; exit code 1 when one differs."""
    number = 0
    for day in keeping.find_differences():
        number += 1
        click.echo(f"{day} differs")
    if number:
        click.echo(f"{number} days differ; `flask figures rebuild` counts them anew.")
        raise SystemExit(1)
    click.echo("Every day says what its orders and payments say.")
