"""`flask …` commands of the shop."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

import config
from app.core.audit_commands import audit_group
from app.followers.commands import followers_group
from app.golive.commands import doctor_command
from app.seed import open_seeded, seed_shop
from app.staff.commands import staff_group
from app.wechat.commands import wechat_group
from app.worker import run_worker

shop_group = AppGroup("shop", help="The shop as a whole.")


@shop_group.command("settings")
def print_settings() -> None:
    """Print every setting with its meaning, as .env.example holds it."""
    click.echo(config.print_example(), nl=False)


@shop_group.command("seed")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def seed_command(folder: Path) -> None:
    """Fill an empty shop from FOLDER: its shop.toml and pictures."""
    is_new = seed_shop(folder)
    click.echo("The shop is filled." if is_new else "There are products already; nothing was changed.")
    if open_seeded(folder, secret=current_app.config["SECRET_KEY"]):
        click.echo("It is released: everybody may pay.")


@click.command("worker")
def worker_command() -> None:
    """Do the background work: notices, sweeps, the timetable."""
    run_worker(current_app._get_current_object())  # type: ignore[attr-defined]


def register(app: Flask) -> None:
    """Add the commands."""
    shop_group.add_command(doctor_command)
    for command in (shop_group, audit_group, followers_group, staff_group, wechat_group, worker_command):
        app.cli.add_command(command)
