"""`flask …` commands of the shop."""

from datetime import timedelta
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

import config
from app.core.audit_commands import audit_group
from app.figures.commands import figures_group
from app.followers.commands import followers_group
from app.golive.commands import doctor_command
from app.pricing.freight import FreightRule
from app.reconciliation.commands import bill_folder, bills_group
from app.seed.folder import open_seeded, seed_shop
from app.seed.year.running import NotEmpty, Shop, fill_year
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
@click.option(
    "--orders",
    type=click.IntRange(1, 2_000_000),
    help="Also write a year of invented trade up to today, with so many orders.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same year.")
@click.option(
    "--invented-data-in-production", is_flag=True, help="Yes, really, though APP_ENV is production."
)
def seed_command(folder: Path, orders: int | None, seed: int, invented_data_in_production: bool) -> None:
    """Fill an empty shop from FOLDER: its shop.toml and pictures; with --orders its year.toml too."""
    if orders is None:
        is_new = seed_shop(folder)
        click.echo("The shop is filled." if is_new else "There are products already; nothing was changed.")
    else:
        if current_app.config["APP_ENV"] == "production" and not invented_data_in_production:
            raise click.ClickException(
                "APP_ENV is production: invented orders have no place among real ones."
            )
        _fill_year(folder, orders, seed)
    if open_seeded(folder, secret=current_app.config["SECRET_KEY"]):
        click.echo("It is released: everybody may pay.")


def _fill_year(folder: Path, orders: int, seed: int) -> None:
    settings = current_app.config
    shop = Shop(
        FreightRule(settings["SHIPPING_FEE_FEN"], settings["SHIPPING_FREE_FROM_FEN"]),
        timedelta(seconds=settings["ORDER_TTL_SECONDS"]),
        settings["BASE_URL"],
        bill_folder(),
    )
    try:
        is_new = fill_year(folder, shop, orders=orders, seed=seed, on_progress=_show_progress)
    except NotEmpty as error:
        click.echo(str(error))
        return
    click.echo("The shop is filled." if is_new else "The year is there already; nothing was changed.")


def _show_progress(done: int, total: int) -> None:
    click.echo(f"{done} of {total} orders")


@click.command("worker")
def worker_command() -> None:
    """Do the background work: notices, sweeps, the timetable."""
    run_worker(current_app._get_current_object())  # type: ignore[attr-defined]


def register(app: Flask) -> None:
    """Add the commands."""
    shop_group.add_command(doctor_command)
    groups = (shop_group, audit_group, bills_group, figures_group, followers_group, staff_group, wechat_group)
    for command in (*groups, worker_command):
        app.cli.add_command(command)
