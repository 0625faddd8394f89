"""The one way to call things on the screens: a table of all there are, and what each is called."""

from collections.abc import Iterable, Mapping
from enum import Enum

from flask_babel.speaklater import LazyString


class Labels:
    """Called with a thing, says its name in the reader's language; what the table does not know stays as it is."""

    def __init__(self, table: Mapping[object, LazyString]) -> None:
        """Raises: ValueError when the table forgets a member of an enumeration it is about."""
        self.table = dict(table)
        if forgotten := _forgotten(self.table):
            raise ValueError(f"no label for {forgotten}")

    def __call__(self, thing: object) -> str:
        return str(self.table.get(thing, thing))

    def __contains__(self, thing: object) -> bool:
        return thing in self.table


def _forgotten(things: Iterable[object]) -> list[Enum]:
    kinds = {type(thing) for thing in things if isinstance(thing, Enum)}
    return [member for kind in kinds for member in kind if member not in things]
