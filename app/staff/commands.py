"""`flask staff …`: what the operator does for console users in a shell."""

import click
from flask.cli import AppGroup

from app.core.errors import NotFound
from app.staff import service

MUST_GO = "The first login with it asks for another one."
MAY_STAY = "It may stay, as it was asked for: do not use it for a shop that sells."

staff_group = AppGroup("staff", help="People who may open the console.")


@staff_group.command("create-owner")
@click.option("--if-missing", is_flag=True, help="Succeed quietly when there is an owner already.")
@click.option("--username", default="owner", show_default=True)
@click.option(
    "--may-keep-password",
    is_flag=True,
    help="Do not ask for another password at the first login; for a shop that is only played with.",
)
def create_owner(*, if_missing: bool, username: str, may_keep_password: bool) -> None:
    """Create the first owner and print the random password, once; the first login asks for another one."""
    password = service.create_owner_if_missing(username, may_keep_password=may_keep_password)
    if password is not None:
        _print_login(username, password, MAY_STAY if may_keep_password else MUST_GO)
    elif not if_missing:
        raise click.ClickException(
            "There is an owner already. `flask staff reset-password USER` gives a new password."
        )


@staff_group.command("reset-password")
@click.argument("user")
def reset_password(user: str) -> None:
    """Give USER a new random password, to be changed at the next login; unlock it and end its sessions."""
    try:
        password = service.reset_password(user)
    except NotFound as error:
        raise click.ClickException(f"There is no user {user}.") from error
    _print_login(user, password, MUST_GO)


def _print_login(username: str, password: str, what_then: str) -> None:
    click.echo(f"Console user: {username}")
    click.echo(f"Password:     {password}")
    click.echo(f"It is shown this once. {what_then}")
