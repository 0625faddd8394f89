"""`flask staff …`: what the operator does for console users in a shell."""

import click
from flask.cli import AppGroup

from app.core.errors import NotFound
from app.staff import service

staff_group = AppGroup("staff", help="People who may open the console.")


@staff_group.command("create-owner")
@click.option("--if-missing", is_flag=True, help="Succeed quietly when there is an owner already.")
@click.option("--username", default="owner", show_default=True)
def create_owner(*, if_missing: bool, username: str) -> None:
    """Create the first owner and print the random password, once."""
    password = service.create_owner_if_missing(username)
    if password is not None:
        _print_login(username, password)
    elif not if_missing:
        raise click.ClickException(
            "There is an owner already. `flask staff reset-password USER` gives a new password."
        )


@staff_group.command("reset-password")
@click.argument("user")
def reset_password(user: str) -> None:
    """Give USER a new random password, unlock it and end its sessions."""
    try:
        password = service.reset_password(user)
    except NotFound as error:
        raise click.ClickException(f"There is no user {user}.") from error
    _print_login(user, password)


def _print_login(username: str, password: str) -> None:
    click.echo(f"Console user: {username}")
    click.echo(f"Password:     {password}")
    click.echo("It is shown this once. Change it after the first login.")
