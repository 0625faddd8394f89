"""`flask audit …`: proving that the audit log is whole."""

import click
from flask.cli import AppGroup

from app.core import audit

audit_group = AppGroup("audit", help="The log of who changed what.")


class KnownRow(click.ParamType[tuple[int, str]]):
    """`NUMBER:HASH`, as the log writes each row down."""

    name = "NUMBER:HASH"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, str]:
        number, _, hash_ = value.partition(":")
        if not (number.isascii() and number.isdecimal() and len(hash_) == 64):
            self.fail("is a number, a colon and the 64 characters of a hash", param, ctx)
        return int(number), hash_


@audit_group.command("verify")
@click.option("--known", type=KnownRow(), multiple=True, help="A row written down earlier: it must be there.")
def verify(known: tuple[tuple[int, str], ...]) -> None:
    """Walk the chain of the audit log and name the first row that is broken."""
    verdict = audit.verify(known)
    if verdict.broken:
        raise click.ClickException(f"Row {verdict.broken} is broken: {verdict.reason}")
    click.echo(f"{verdict.count} rows, one chain, none changed.")
    if verdict.count:
        click.echo(f"Keep this to prove later that none was cut off: {verdict.count}:{verdict.last_hash}")
